import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type * as Lance from '@lancedb/lancedb'
import type * as Arrow from 'apache-arrow'

export type { Connection, Table } from '@lancedb/lancedb'
export type {
  Data,
  DataType,
  Float64,
  RecordBatch,
  Schema,
  Table as ArrowTable,
  Utf8,
  Vector,
} from 'apache-arrow'
export type { Lance }

const require = createRequire(import.meta.url)

/**
 * On few cores LanceDB waits for itself for ever while it indexes words: of its threads, which are two fewer than the cores, it
 * needs one more than writers (lance-format/lance#7350). It reads this at its first work, and so it stays.
 */
process.env.LANCE_CPU_THREADS ??= String(Math.max(2, availableParallelism() - 2))
process.env.LANCE_FTS_NUM_SHARDS ??= '1'

export const lance = quietly(() => require('@lancedb/lancedb') as typeof Lance)

/** LanceDB's own copy: it does not know the classes of another one, not even of the same version imported as a module. */
export const arrow = createRequire(require.resolve('@lancedb/lancedb'))('apache-arrow') as typeof Arrow

/** LanceDB reads once, as it is loaded, what it is to print; a new table is worth a warning to it. */
function quietly<T>(load: () => T): T {
  const before = process.env.LANCEDB_LOG
  process.env.LANCEDB_LOG = before ?? 'error'
  try {
    return load()
  } finally {
    if (before === undefined) delete process.env.LANCEDB_LOG
  }
}
