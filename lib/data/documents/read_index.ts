import { readFile } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import { fileError } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { BATCH_SENTENCES, type DocumentIndex } from './folder.ts'

type Given = Readonly<Record<string, unknown>>

/**
 * Reads documents.json. Batches must follow one another without a gap, as many for each document as its sentences need.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming the field that is wrong
 */
export async function readIndex(path: string): Promise<DocumentIndex> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  const advice = 'delete its folder and it is made again'
  const json = parseJson(text, path, `cut or damaged; ${advice}`)
  const must = (ok: boolean, field: string) => {
    if (!ok) throw new VmmError('BAD_FILE', `${path}: damaged: ${field} is not what it was; ${advice}`)
  }
  const object = (value: unknown, field: string): Given => {
    must(typeof value === 'object' && value !== null && !Array.isArray(value), field)
    return value as Given
  }
  const index = object(json, 'the whole')
  const source = object(index.source, 'source')
  const dropped = object(index.dropped, 'dropped')
  must(isSpace(index.space), 'space')
  must(isCount(index.dims, 1), 'dims')
  must(typeof source.name === 'string', 'source.name')
  must(typeof source.sha256 === 'string' && /^[0-9a-f]{64}$/.test(source.sha256), 'source.sha256')
  for (const key of ['empty', 'repeated', 'unusable', 'documents'])
    must(isCount(dropped[key]), `dropped.${key}`)
  must(isCount(index.truncated), 'truncated')
  must(Array.isArray(index.documents) && index.documents.length > 0, 'documents')
  const ids = new Set<unknown>()
  let end = 0
  for (const [i, given] of (index.documents as unknown[]).entries()) {
    const { id, group, count, batches } = object(given, `documents[${i}]`)
    must(typeof id === 'string' && !ids.has(id), `documents[${i}].id`)
    must(typeof group === 'string', `documents[${i}].group`)
    must(isCount(count, 1), `documents[${i}].count`)
    const next = end + Math.ceil((count as number) / BATCH_SENTENCES)
    must(Array.isArray(batches) && batches.length === 2, `documents[${i}].batches`)
    const [first, last] = batches as unknown[]
    must(first === end && last === next, `documents[${i}].batches`)
    ids.add(id)
    end = next
  }
  return json as DocumentIndex
}

function isCount(value: unknown, least = 0): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}
