import { VmmError } from '../../core/errors.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import { type ExchangedSpace, FORMAT } from './schema.ts'

/** The file that lists the others. */
export const MANIFEST = 'concepts.json'
const MOST_BYTES = 1 << 26

/** What a folder of concepts holds. */
export interface Manifest {
  readonly format: string
  readonly spaces: readonly ExchangedSpace[]
  readonly concepts: number
  readonly relations: number
  readonly chunks: readonly { readonly file: string; readonly concepts: number }[]
}

export function chunkName(number: number): string {
  return `concepts-${String(number).padStart(5, '0')}.parquet`
}

/** The files of a folder, in their order. Throws VmmError NOT_FOUND, BAD_FILE. */
export async function readManifest(path: string): Promise<Pick<Manifest, 'chunks'>> {
  const { format, chunks } = parseJson(
    (await readSmallFile(path, MOST_BYTES)).toString('utf8'),
    path,
  ) as Partial<Manifest>
  // A name leads nowhere but into its folder.
  const fits =
    Array.isArray(chunks) &&
    chunks.every((chunk) => /^[\w-]+\.parquet$/.test(chunk?.file) && Number.isInteger(chunk.concepts))
  if (format !== FORMAT || !fits)
    throw new VmmError('BAD_FILE', `${path}: no list of files of concepts; expected '${FORMAT}'`)
  return { chunks }
}
