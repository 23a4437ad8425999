import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withFileLock } from '../../lib/io/lock.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The exit code that stands for a reason to skip. */
const SKIPPED = 77

/**
 * Makes packages/<folder> ready, so that it is found as if it were installed: see scripts/optional-package.mjs. Gives null, or the
 * reason where its packages cannot be had, which testUnless takes. Of several files of tests one does it at a time.
 *
 * @throws Error where it does not compile, or npm fails for another reason
 */
export async function optionalPackage(
  folder: 'server' | 'store-lance' | 'store-postgres',
): Promise<string | null> {
  const script = ['scripts/optional-package.mjs', folder]
  return withFileLock(join(root, 'build', 'optional-packages.lock'), async () => {
    try {
      await promisify(execFile)(process.execPath, script, { cwd: root })
      return null
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr: string }
      if (code === SKIPPED) return stderr.trim().split('skipped: ').at(-1)!
      throw new Error(stderr, { cause: error })
    }
  })
}
