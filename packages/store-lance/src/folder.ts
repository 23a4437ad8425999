import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BackendTools } from 'vector-mamba'
import { EMPTY, LOCK, manifestText, writeManifest } from './manifest.ts'

/** The folder of an address. Throws BAD_ARGUMENT where it names none. */
export function folderOf(address: string, { VmmError }: BackendTools): string {
  const [, path] = /^lance:\/\/(.+)$/is.exec(address) ?? []
  if (path === undefined || path.includes('\0'))
    throw new VmmError(
      'BAD_ARGUMENT',
      `place: got ${JSON.stringify(address)}; expected lance:// and a path of a folder, such as lance://my.store`,
      { argument: 'place' },
    )
  return resolve(path)
}

/** Makes sure that a folder is a store, and an empty one to one if it may. Throws NOT_FOUND, BAD_FILE. */
export async function requireStore(folder: string, tools: BackendTools): Promise<void> {
  const { create, VmmError } = tools
  if ((await manifestText(folder, tools)) !== null) return
  if (!create) throw new VmmError('NOT_FOUND', `${folder}: there is no store in LanceDB`)
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new VmmError('BAD_FILE', `${folder}: cannot write: ${cause.message}`, { cause })
  })
  await using _lock = await tools.lockFile(join(folder, LOCK))
  if ((await manifestText(folder, tools)) === null) await writeManifest(folder, EMPTY, tools)
}
