import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A user whom nothing here belongs to. */
const NOBODY = 65534

/** The checkout: code that is imported on the way is read from it. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs something while this process may read a folder but write nothing in it, be it the administrator's. */
export async function withoutWriting<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const folders = [folder, ...entries.filter((entry) => entry.isDirectory()).map(pathOf)]
  const isRoot = process.geteuid?.() === 0
  const { mode } = statSync(ROOT)
  for (const path of folders) chmodSync(path, 0o555)
  if (isRoot) {
    chmodSync(ROOT, mode | 0o055)
    process.seteuid!(NOBODY)
  }
  try {
    return await run()
  } finally {
    if (isRoot) {
      process.seteuid!(0)
      chmodSync(ROOT, mode)
    }
    for (const path of folders) chmodSync(path, 0o755)
  }
}

function pathOf({ parentPath, name }: { readonly parentPath: string; readonly name: string }): string {
  return join(parentPath, name)
}
