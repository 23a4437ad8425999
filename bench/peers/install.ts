import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
export const python = join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** Installs the peers of Node from the lockfile, once. Returns why it could not, or null. */
export function installNodePeers(): string | null {
  return once(join(folder, 'node_modules'), 'package-lock.json', () =>
    // None of them needs its install script.
    command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
  )
}

/**
 * Installs the peers of Python into a virtual environment, once, and each on its own: one that cannot be had does not
 * cost the others. The server says which of them load. Returns what failed, or null.
 */
export function installPythonPeers(): string | null {
  return once(join(folder, 'venv'), 'requirements.txt', () => {
    const created = existsSync(python) ? null : command('python3', ['-m', 'venv', 'venv'])
    if (created) return created
    const wanted = readFileSync(join(folder, 'requirements.txt'), 'utf8').split('\n')
    const failed = wanted
      .filter((line) => line.trim() !== '')
      .map((line) => command(python, ['-m', 'pip', 'install', '--quiet', line]))
    return failed.filter((reason) => reason !== null).join('; ') || null
  })
}

/** Runs `install` unless `target` was made from the same `source` file. */
function once(target: string, source: string, install: () => string | null): string | null {
  const stamp = join(target, '.installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, source)))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null
  const failed = install()
  if (failed === null) writeFileSync(stamp, wanted)
  return failed
}

/** Runs a program in this folder. Returns its complaint when it fails, or null. */
function command(program: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return null
  const said = (stderr ?? '').trim().split('\n')
  const complaint = said.findLast((line) => /error/i.test(line)) ?? said.at(-1)
  return `${program} ${args.join(' ')}: ${error?.message ?? complaint}`
}
