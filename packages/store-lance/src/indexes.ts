import { type Lance, lance, type Table } from './lance.ts'
import { CONCEPTS, EDGES } from './tables.ts'

export const VECTOR = 'vector'
const TEXT = 'text'
/** Rows from which on an index is faster than reading all of them. */
const INDEXED_FROM = 5000
/** Times as many rows as when it was built, from which on an index of vectors has too few parts. */
const OUTGROWN = 3
/** Dimensions from which on one bit of each tells enough. */
const ROUGH_FROM = 128
/** Vectors for each part that its centre is sought by, and rounds: a third less time than by default, for the same recall. */
const TRAINING = { sampleRate: 64, maxIterations: 20 }
/** What LanceDB says where hardly any vector is of other numbers than zeros: they are found without an index. */
const TOO_FEW = /KMeans cannot train/

/** Words as they are written, but for capitals: a text may be in any language. Longer ones are passed over. */
const WORDS = {
  withPosition: false,
  baseTokenizer: 'simple',
  lowercase: true,
  stem: false,
  removeStopWords: false,
  asciiFolding: false,
  maxTokenLength: 255,
} as const

const known = new WeakMap<Table, Promise<ReadonlySet<string>>>()

/** Whether a table that is read at one version has an index of a column. */
export async function hasIndex(table: Table, column: string): Promise<boolean> {
  let columns = known.get(table)
  if (columns === undefined) {
    columns = indexedColumns(table)
    known.set(table, columns)
    columns.catch(() => known.delete(table))
  }
  return (await columns).has(column)
}

async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap(({ columns }) => columns))
}

/**
 * Builds the indexes that a table lacks and is large enough for, and those of vectors that it has outgrown.
 *
 * @param dims of its vectors; 0: it has none
 * @param trained rows of the table when its vectors were last indexed; 0: never
 * @returns the same, now
 */
export async function buildIndexes(
  table: Table,
  name: string,
  dims: number,
  trained: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const rows = await table.countRows()
  if (rows < INDEXED_FROM) return trained
  const there = await indexedColumns(table)
  if (name === CONCEPTS && !there.has(TEXT)) await indexWords(table)
  for (const column of sortedColumns(name)) {
    if (there.has(column)) continue
    signal?.throwIfAborted()
    await table.createIndex(column, { config: lance.Index.btree() })
  }
  if (dims === 0) return 0
  if (there.has(VECTOR) && rows < OUTGROWN * trained) return trained
  signal?.throwIfAborted()
  const built = await table.createIndex(VECTOR, { config: vectorIndex(dims), replace: true }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && TOO_FEW.test(error.message)) return false
      throw error
    },
  )
  return built ? rows : trained
}

/**
 * Makes the index of words. It says how texts are split, so that there must be one before they are searched; those that came
 * later are read.
 */
export async function indexWords(concepts: Table): Promise<void> {
  await concepts.createIndex(TEXT, { config: lance.Index.fts(WORDS) })
}

/** Rough codes where vectors have enough numbers for them, and a multiple of 8, which LanceDB asks for. */
function vectorIndex(dims: number): Lance.Index {
  const options = { distanceType: 'cosine', ...TRAINING } as const
  const rough = dims >= ROUGH_FROM && dims % 8 === 0
  return rough ? lance.Index.ivfRq(options) : lance.Index.ivfFlat(options)
}

function sortedColumns(name: string): readonly string[] {
  return name === EDGES ? ['source', 'target'] : ['id']
}
