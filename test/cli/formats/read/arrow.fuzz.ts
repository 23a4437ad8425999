import { join } from 'node:path'
import {
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  RecordBatch,
  Schema,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import * as assert from 'uvu/assert'
import { joinBlocks } from '../../../../lib/core/rows.ts'
import { fuzz } from '../../../support/fuzz/fuzz.ts'
import { allFields } from '../../../support/fuzz/mutations.ts'
import type { FuzzTarget } from '../../../support/fuzz/target.ts'
import { type AllVectors, allVectors } from './all_vectors.ts'

const DIMS = 4
const NAME = 'x.arrow'

/** Batches of vectors, with texts of which some are null, or between columns that nobody asks for. */
function tables(): Table[] {
  const list = new FixedSizeList(DIMS, new Field('item', new Float32(), false))
  const vectors = (rows: number) =>
    vectorFromArray(
      Array.from({ length: rows }, (_, i) => Array.from({ length: DIMS }, (_, k) => i + k / 8)),
      list,
    )
  const texts = (rows: number) =>
    vectorFromArray(
      Array.from({ length: rows }, (_, i) => (i % 3 === 1 ? null : `text ${i}, é`)),
      new Utf8(),
    )
  const words = (rows: number) =>
    vectorFromArray(
      Array.from({ length: rows }, (_, i) => `word ${i % 2}`),
      new Dictionary(new Utf8(), new Int32()),
    )
  const metadata = new Map([['space', `tiny-${DIMS}`]])
  const concat = (...parts: Table[]) => {
    const [{ schema }] = parts as [Table]
    const named = new Schema(schema.fields, metadata, schema.dictionaries)
    return new Table(
      named,
      parts.flatMap((part) => part.batches.map((batch) => new RecordBatch(named, batch.data))),
    )
  }
  const both = (rows: number) => new Table({ text: texts(rows), vector: vectors(rows) })
  const beside = (rows: number) => new Table({ word: words(rows), embedding: vectors(rows) })
  return [concat(both(4), both(3)), concat(beside(5)), concat(new Table({ vector: vectors(2) }))]
}

const target = (format: 'file' | 'stream'): FuzzTarget => ({
  codes: ['BAD_FILE', 'SPACE_MISMATCH'],
  seeds: () => tables().map((table) => ({ [NAME]: tableToIPC(table, format) })),
  layout: allFields,
  read: async (folder, files, good) => {
    const path = join(folder, NAME)
    const found = await allVectors('arrow', path, 'file', DIMS)
    assert.equal(asBits(await allVectors('arrow', path, 'pipe', DIMS)), asBits(found))
    const bytes = files[NAME]!
    // A reader that looks at all columns may stumble over those that nobody asks for.
    // So may it where the column of texts has become one of another type, which we leave out.
    const has = (name: string) => Buffer.from(bytes).includes(name)
    const asked = !has('word') && (!has('text') || found.texts.some((text) => text !== null))
    if (asked) assert.equal(asBits(found), asBits(asArrowReads(bytes)))
    const before = good?.[NAME]
    if (before?.length === bytes.length) assert.is(found.texts.length, tableFromIPC(before).numRows)
  },
})

/** What another reader finds, which is known to be safe only after ours. */
function asArrowReads(bytes: Uint8Array): AllVectors {
  const table = tableFromIPC(bytes)
  const vectors = table.getChildAt(table.schema.fields.findIndex(({ type }) => type instanceof FixedSizeList))
  const blocks = vectors?.data.map(({ children: [child], length }) =>
    child!.values.subarray(0, DIMS * length),
  )
  const column = table.getChild('text')
  return {
    numbers: joinBlocks(blocks ?? []),
    texts: column ? [...column] : Array<null>(table.numRows).fill(null),
  }
}

/** Numbers that are none are equal, too. */
function asBits({ numbers, texts }: AllVectors): unknown {
  return { bits: Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('hex'), texts }
}

await fuzz(import.meta.url, { 'Arrow files': target('file'), 'Arrow streams': target('stream') })
