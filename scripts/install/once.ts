import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Installs the npm packages of a folder from its lockfile, once. Returns why it could not, or null. */
export function installNpm(folder: string): string | null {
  return once(folder, 'node_modules', 'package-lock.json', () =>
    // None of them needs its install script.
    command(folder, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
  )
}

/** Runs `install` unless the folder's `target` was made from the same `source` file. */
export function once(
  folder: string,
  target: string,
  source: string,
  install: () => string | null,
): string | null {
  const stamp = join(folder, target, '.installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, source)))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null
  const failed = install()
  if (failed === null) writeFileSync(stamp, wanted)
  return failed
}

/** Runs a program in a folder. Returns its complaint when it fails, or null. */
export function command(folder: string, program: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return null
  const said = (stderr ?? '').trim().split('\n')
  const complaint = said.find((line) => /failed|could not|cannot|no matching/i.test(line)) ?? said.at(-1)
  return `${program} ${args.join(' ')}: ${error?.message ?? complaint}`
}
