import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

export const SANDBOX = join(ROOT, 'bundles', 'sandbox')

/** Brings the binaries of bundles/sandbox here. Where that cannot be, it says so and what needs none of them goes on. */
export function bringSandbox() {
  if (missingFiles().length === 0) return
  console.error('setup: bringing the sandbox’s Python and grammars')
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join('scripts', 'install', 'sandbox.ts')],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 2, 'pipe'] },
  )
  if (status === 0) return
  const said = stderr.split('\n').find((line) => line.startsWith('Error: ')) ?? stderr
  console.error(`setup: code cannot be analysed or run here: ${said.replace('Error: ', '').trim()}`)
}

/** The files of tools/sandbox/files.json that are not there, or not those whose checksum it tells. */
export function missingFiles() {
  const files = JSON.parse(readFileSync(join(ROOT, 'tools', 'sandbox', 'files.json'), 'utf8'))
  return Object.entries(files)
    .map(([path, file]) => ({ path, ...file }))
    .filter(({ path, sha256: wanted }) => {
      const file = join(SANDBOX, path)
      return !existsSync(file) || sha256(readFileSync(file)) !== wanted
    })
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')
