import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a module prints that imports the package as its users do. Throws an Error with its complaint when it fails. */
export function runModule(code: string, cwd = root): string {
  const args = ['--input-type=module', '--eval', code]
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw error ?? new Error(stderr)
  return stdout
}
