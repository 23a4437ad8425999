import { createHash } from 'node:crypto'
import { VmmError } from '../../../core/errors.ts'
import { parseJson } from '../../../io/json.ts'
import { readOptionalFile } from '../../../io/read.ts'

/** File of a bundle that tells which documents its model has seen in training and validation. */
export const TRAINED_FILE = 'trained_documents.json'
/** More than ten million documents. */
const MOST_BYTES = 1 << 28

/** What a document is known by, whatever its name and file: 16 hex digits of the SHA-256 of its sentences. */
export function documentKey(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16)
}

/** The content of `TRAINED_FILE`. */
export function trainedJson(keys: Iterable<string>): string {
  return `${JSON.stringify({ documents: [...new Set(keys)].sort() })}\n`
}

/**
 * Reads the keys of a file; none where there is no such file.
 *
 * @throws VmmError BAD_FILE when it is damaged
 */
export async function readTrained(path: string): Promise<ReadonlySet<string>> {
  const damaged = () => new VmmError('BAD_FILE', `${path}: no list of documents`)
  const content = await readOptionalFile(path, MOST_BYTES)
  if (content === null) return new Set()
  const json = parseJson(content.toString(), path)
  const { documents } = (json ?? {}) as { documents?: unknown }
  if (!Array.isArray(documents) || !documents.every((key) => /^[0-9a-f]{16}$/.test(String(key))))
    throw damaged()
  return new Set(documents as string[])
}
