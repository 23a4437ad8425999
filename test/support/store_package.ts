import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Makes packages/store-<kind> ready, so that openStore finds it: see scripts/store-package.mjs. Gives null, or the reason where
 * its packages cannot be had, which testUnless takes.
 *
 * @throws Error where it does not compile, or npm fails for another reason
 */
export function storePackage(kind: 'lance' | 'postgres'): string | null {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/store-package.mjs', kind], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status === 77) return stderr.trim().split('skipped: ').at(-1)!
  if (status !== 0) throw new Error(stderr)
  return null
}
