import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A user whom nothing here belongs to. The administrator may write everywhere, so that nobody takes the place. */
const NOBODY = 65534

async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run()
  process.seteuid!(NOBODY)
  try {
    return await run()
  } finally {
    process.seteuid!(0)
  }
}

/** Why nothing can be read from the checkout in withoutWriting; null where it can. */
export const closedCheckout: string | null = await asNobody(async () => {
  readFileSync(fileURLToPath(import.meta.url))
}).then(
  () => null,
  () => 'the administrator runs it, in a checkout that is closed to others',
)

/** Runs something while this process may read a folder but write nothing in it, be it the administrator's. */
export async function withoutWriting<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const folders = [folder, ...entries.filter((entry) => entry.isDirectory()).map(pathOf)]
  for (const path of folders) chmodSync(path, 0o555)
  try {
    return await asNobody(run)
  } finally {
    for (const path of folders) chmodSync(path, 0o755)
  }
}

function pathOf({ parentPath, name }: { readonly parentPath: string; readonly name: string }): string {
  return join(parentPath, name)
}
