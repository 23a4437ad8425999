import type { Edge, EdgeKey } from 'vector-mamba'
import { columnOf, knownTruth, tableOf, truth, truthOf, valuesOf } from './columns.ts'
import { type ArrowTable, arrow, type RecordBatch } from './lance.ts'

const { Field, Float64, Schema, Utf8 } = arrow

const schema = new Schema([
  new Field('key', new Utf8(), false),
  new Field('source', new Utf8(), false),
  new Field('type', new Utf8(), false),
  new Field('target', new Utf8(), false),
  new Field('weight', new Float64(), false),
  new Field('domain_specific', truth, true),
])

/** What makes a relation one of its own, as one text: a merge goes by one column, and ids have no control characters. */
export function keyOf({ source, type, target }: EdgeKey): string {
  return `${source}\x1f${type}\x1f${target}`
}

/** Relations as rows of the table `edges`. */
export function edgeTable(edges: readonly Edge[]): ArrowTable {
  const columns = [
    edges.map(keyOf),
    edges.map(({ source }) => source),
    edges.map(({ type }) => type),
    edges.map(({ target }) => target),
    edges.map(({ weight }) => weight),
    edges.map(({ domainSpecific }) => truthOf(domainSpecific)),
  ]
  return tableOf(
    schema,
    edges.length,
    columns.map((values, i) => columnOf(schema.fields[i]!.type, values)),
  )
}

/** The relations of rows. */
export function edgesOf(batch: RecordBatch): Edge[] {
  const sources = valuesOf<string>(batch, 'source')
  const types = valuesOf<string>(batch, 'type')
  const targets = valuesOf<string>(batch, 'target')
  const weights = valuesOf<number>(batch, 'weight')
  const specific = valuesOf<number | null>(batch, 'domain_specific')
  return Array.from({ length: batch.numRows }, (_, row) => ({
    source: sources(row),
    type: types(row),
    target: targets(row),
    weight: weights(row),
    domainSpecific: knownTruth(specific(row)),
  }))
}

/** What is read of a relation. */
export const EDGE_COLUMNS = ['source', 'type', 'target', 'weight', 'domain_specific']
