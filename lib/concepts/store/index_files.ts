import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import { fileError } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { readSafetensorsHeader, type SafetensorsEntry } from '../../io/safetensors/file.ts'
import { type Concept, isConcept } from '../wordnet/concepts.ts'
import { CONCEPTS_FILE, VECTORS, VECTORS_FILE } from './build_index.ts'

/** The files of an index, which fit each other. */
export interface IndexFiles {
  /** The file of the vectors, and which part of it they are: f32 [count, dims]. */
  readonly path: string
  readonly vectors: SafetensorsEntry
  readonly count: number
  readonly dims: number
  /** Parses one concept. Throws VmmError BAD_FILE where it is none. */
  concept(row: number): Concept
}

/**
 * Reads what there is to know of an index without reading its vectors.
 *
 * @throws VmmError BAD_FILE when a file is missing, or when the files do not fit each other or the model
 */
export async function readIndexFiles(
  folder: string,
  model: Pick<Encoder, 'space' | 'dims'>,
): Promise<IndexFiles> {
  const path = join(folder, VECTORS_FILE)
  const [{ tensors, metadata }, lines] = await Promise.all([
    readSafetensorsHeader(path),
    readLines(join(folder, CONCEPTS_FILE)),
  ]).catch((error: unknown) => {
    throw damagedIndex(folder, error)
  })
  const [vectors] = tensors
  const fits = tensors.length === 1 && vectors?.name === VECTORS && vectors.dtype === 'F32'
  if (!fits || vectors.shape.length !== 2 || metadata.get('space') !== model.space) throw damagedIndex(folder)
  const [count, dims] = vectors.shape as [number, number]
  if (dims !== model.dims || count !== lines.count || !lines.whole) throw damagedIndex(folder)
  return {
    path,
    vectors,
    count,
    dims,
    concept: (row) => {
      const concept = parsed(lines.at(row), folder)
      if (!isConcept(concept)) throw damagedIndex(folder)
      return concept
    },
  }
}

export function damagedIndex(folder: string, cause?: unknown): VmmError {
  const message = `${folder}: a damaged index of concepts; delete it and it is built again`
  return new VmmError('BAD_FILE', message, { cause })
}

function parsed(line: string, folder: string): unknown {
  try {
    return parseJson(line, CONCEPTS_FILE)
  } catch (error) {
    throw damagedIndex(folder, error)
  }
}

interface Lines {
  readonly count: number
  /** Whether the last one has an end. */
  readonly whole: boolean
  at(line: number): string
}

/** The lines of a file; kept as bytes, because few of them are ever looked at. */
async function readLines(path: string): Promise<Lines> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  const ends: number[] = []
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) ends.push(end)
  return {
    count: ends.length,
    whole: bytes.length === (ends.at(-1) ?? -1) + 1,
    at: (line) => bytes.toString('utf8', line === 0 ? 0 : ends[line - 1]! + 1, ends[line]),
  }
}
