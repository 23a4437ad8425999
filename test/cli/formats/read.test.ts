import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  LargeUtf8,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Format } from '../../../lib/cli/formats/format.ts'
import type { VectorBlock } from '../../../lib/cli/formats/read/block.ts'
import { readVectors } from '../../../lib/cli/formats/read.ts'
import { joinBlocks } from '../../../lib/core/rows.ts'
import { npyHeader } from '../../../lib/io/npy.ts'
import { DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder, withTemporaryFilesIn } from '../../support/folder.ts'
import { vmm } from '../world.ts'
import { allVectors } from './read/all_vectors.ts'

const lines = Array.from({ length: 150 }, (_, i) => `line ${i} of ${'many '.repeat(i % 7)}`.trim())
const expected = Float32Array.from(lines.flatMap((line) => [...vectorOf(line)]))
const folder = temporaryFolder()
const input = join(folder, 'lines.txt')
writeFileSync(input, lines.join('\n'))

async function read(
  format: Format,
  source: Readable | Uint8Array | string,
  path?: string,
): Promise<VectorBlock[]> {
  const stream = source instanceof Readable ? source : Readable.from([Buffer.from(source)])
  const from = { input: stream, path, name: 'x', space: 'bag-32', dims: DIMS }
  const blocks: VectorBlock[] = []
  for await (const block of readVectors(format, from)) blocks.push(block)
  return blocks
}

const numbersOf = (blocks: readonly VectorBlock[]) =>
  Float32Array.from(blocks.flatMap(({ vectors }) => [...vectors.toFloat32Array()]))
const textsOf = (blocks: readonly VectorBlock[]) => blocks.flatMap(({ texts }) => texts)

async function refuses(format: Format, source: Uint8Array | string, message: RegExp, code = 'BAD_FILE') {
  try {
    await read(format, source)
  } catch (error) {
    assert.is((error as { code?: string }).code, code)
    return assert.match((error as Error).message, message)
  }
  assert.unreachable(String(message))
}

test('what encode writes is read back, to the bit, from files and from pipes in small pieces', async () => {
  for (const format of ['arrow', 'npy', 'jsonl'] as const) {
    const file = join(folder, `x.${format}`)
    assert.is((await vmm(['encode', input, '-o', file])).code, 0)
    const streamed = (await vmm(['encode', input, '-F', format])).stdoutBytes
    const pieces = Array.from({ length: Math.ceil(streamed.length / 999) }, (_, i) =>
      streamed.subarray(999 * i, 999 * (i + 1)),
    )
    for (const source of [file, Readable.from(pieces), readFileSync(file)]) {
      const blocks =
        source === file ? await read(format, createReadStream(file), file) : await read(format, source)
      assert.equal(numbersOf(blocks), expected)
      assert.equal(textsOf(blocks), format === 'npy' ? lines.map(() => null) : lines)
      if (format === 'npy') assert.is(blocks[0]!.total, lines.length)
      assert.ok(format === 'arrow' || blocks.every(({ vectors }) => vectors.count <= 64))
    }
  }
})

test('nothing gives nothing', async () => {
  for (const format of ['arrow', 'npy', 'jsonl'] as const)
    assert.equal(await read(format, (await vmm(['encode', '-F', format])).stdoutBytes), [])
})

const npy = (dictionary: string, data: Uint8Array, version = 1) => {
  const length = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4)
  if (version === 1) length.writeUInt16LE(dictionary.length)
  else length.writeUInt32LE(dictionary.length)
  return Buffer.concat([
    Buffer.from(`\u0093NUMPY`, 'latin1'),
    Buffer.from([version, 0]),
    length,
    Buffer.from(dictionary, 'latin1'),
    data,
  ])
}
const dictionary = (descr: string, fortran: string, shape: string) =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`

test('npy: f64, and later versions of the format', async () => {
  const doubles = Float64Array.from(expected.subarray(0, 2 * DIMS))
  const bytes = new Uint8Array(doubles.buffer)
  for (const version of [1, 2, 3]) {
    const blocks = await read('npy', npy(dictionary('<f8', 'False', `(2, ${DIMS})`), bytes, version))
    assert.equal(numbersOf(blocks), expected.slice(0, 2 * DIMS))
  }
})

test('npy: what is wrong is named', async () => {
  const data = new Uint8Array(8 * DIMS)
  for (const [descr, fortran, shape, message] of [
    ['>f4', 'False', `(2, ${DIMS})`, /x: elements '>f4'; expected '<f4' or '<f8'/],
    ['<i4', 'False', `(2, ${DIMS})`, /elements '<i4'/],
    ['<f4', 'True', `(2, ${DIMS})`, /column after column; expected C order/],
    ['<f4', 'False', `(${DIMS},)`, /an array of shape \(32\); expected \(vectors, 32\)/],
    ['<f4', 'False', '(2, 3)', /vectors of 3 numbers; those of bag-32 have 32/],
    ['<f4', 'False', `(3, ${DIMS})`, /it ends after 2 of 3 vectors/],
    ['<f4', 'False', `(1, ${DIMS})`, /it goes on after 1 vectors/],
  ] as const)
    await refuses('npy', npy(dictionary(descr, fortran, shape), data), message)
  await refuses('npy', 'no such thing at all', /not a \.npy file of version 1, 2 or 3/)
  await refuses('npy', npyHeader(1, DIMS).subarray(0, 40), /a header that does not say/)
  await refuses('npy', npy('{}                      ', data), /a header that does not say/)
  await refuses('npy', npy('{}', data, 9), /not a \.npy file/)
})

test('JSON lines: arrays, objects with and without a text, blank lines', async () => {
  const vector = [...vectorOf('one')]
  const some = [vector, { vector }, { vector, text: 'one' }].map((line) => JSON.stringify(line))
  const blocks = await read('jsonl', some.join('\n\n'))
  assert.equal(textsOf(blocks), [null, null, 'one'])
  assert.equal(numbersOf(blocks).slice(-DIMS), vectorOf('one'))
})

test('JSON lines: what is wrong is named', async () => {
  const good = JSON.stringify([...vectorOf('one')])
  for (const [line, message] of [
    ['{', /x: line 2: not JSON/],
    ['1', /x: line 2: got 1; expected an array of numbers/],
    ['{"text": "x"}', /line 2: vector: got undefined/],
    ['[1, 2]', /x: line 2: vectors of 2 numbers; those of bag-32 have 32/],
    [JSON.stringify(['1', ...vectorOf('one').slice(1)]), /line 2: vector\[0\]: got "1"; expected a number/],
    [JSON.stringify({ vector: [...vectorOf('one')], text: 7 }), /line 2: text: got 7/],
    [good.replace('[', '[1e39,'), /line 2: vector\[0\]: got 1e\+39; expected a number within f32/],
    [good.replace('[', '[1e999,'), /line 2: vector\[0\]: got Infinity; expected a number within f32/],
    [good.replace('[', '[NaN,'), /line 2: not JSON/],
    ['['.repeat(1_000_000), /line 2: JSON of more than 100 levels/],
    [`{"vector":${'['.repeat(200)}${']'.repeat(200)}}`, /line 2: JSON of more than 100 levels/],
  ] as const)
    await refuses('jsonl', `${good}\n${line}\n`, message)
})

/** A table with these columns of vectors of DIMS. */
function table(names: readonly string[], metadata: Readonly<Record<string, string>> = {}): Table {
  const type = new FixedSizeList(DIMS, new Field('item', new Float32(), false))
  // The writer takes one column's memory for another's where they share it.
  const child = () => makeData({ type: new Float32(), data: expected.slice(0, 2 * DIMS) })
  const schema = new Schema(
    names.map((name) => new Field(name, type, false)),
    new Map(Object.entries(metadata)),
  )
  const struct = makeData({
    type: new Struct(schema.fields),
    length: 2,
    nullCount: 0,
    children: names.map(() => makeData({ type, length: 2, child: child() })),
  })
  return new Table(schema, new RecordBatch(schema, struct))
}

test('Arrow: the only column of vectors serves, under any name; of several, `vector`', async () => {
  for (const names of [['embedding'], ['other', 'vector']])
    for (const format of ['file', 'stream'] as const) {
      const blocks = await read('arrow', tableToIPC(table(names, { space: 'bag-32' }), format))
      assert.equal(numbersOf(blocks), expected.slice(0, 2 * DIMS))
      assert.equal(textsOf(blocks), [null, null])
    }
})

test('Arrow of another writer: its vectors and texts are found among columns of all kinds', async () => {
  const golden = fileURLToPath(new URL('../../io/arrow/goldens/columns.arrow', import.meta.url))
  for (const as of ['file', 'pipe'] as const) {
    const { numbers, texts } = await allVectors('arrow', golden, as, 4)
    assert.equal(texts, ['one', null, 'three, é'])
    assert.equal(
      numbers,
      Float32Array.from({ length: 12 }, (_, i) => i / 2),
    )
  }
})

test('Arrow: a column `text` of another type is no label, and the vectors are read all the same', async () => {
  const vectors = table(['vector']).getChild('vector')!
  for (const [text, expectedTexts] of [
    [vectorFromArray(['a', 'b'], new Utf8()), ['a', 'b']],
    [vectorFromArray(['a', 'b'], new LargeUtf8()), ['a', 'b']],
    [vectorFromArray(['a', 'b']), [null, null]], // a dictionary
    [vectorFromArray([1, 2], new Int32()), [null, null]],
  ] as const)
    for (const format of ['file', 'stream'] as const) {
      const blocks = await read('arrow', tableToIPC(new Table({ text, vector: vectors }), format))
      assert.equal(numbersOf(blocks), expected.slice(0, 2 * DIMS))
      assert.equal(textsOf(blocks), expectedTexts)
    }
})

test('Arrow: a batch of many vectors is read in pieces', async () => {
  const many = 70_000
  const type = new FixedSizeList(DIMS, new Field('item', new Float32(), false))
  const data = Float32Array.from({ length: many * DIMS }, (_, i) => i % 1000)
  const child = makeData({ type: new Float32(), data })
  const column = new Vector([makeData({ type, length: many, child })])
  const blocks = await read('arrow', tableToIPC(new Table({ vector: column }), 'file'))
  assert.ok(blocks.length > 1)
  const numbers = joinBlocks(blocks.flatMap(({ vectors }) => vectors.blocks))
  assert.ok(numbers.length === data.length && numbers.every((number, i) => number === data[i]))
})

test('Arrow: a pipe that cannot be kept in a temporary file is told', async () => {
  const bytes = tableToIPC(table(['a']), 'file')
  await withTemporaryFilesIn(join(folder, 'none'), () =>
    refuses('arrow', bytes, /none.\.vmm\..*: cannot write: ENOENT/, 'NOT_FOUND'),
  )
})

test('Arrow: what is wrong is named', async () => {
  await refuses('arrow', tableToIPC(table(['a', 'b'])), /x: columns of vectors: a, b; expected 'vector'/)
  await refuses('arrow', tableToIPC(tableFromArrays({ n: [1] })), /x: columns of vectors: none/)
  await refuses(
    'arrow',
    tableToIPC(table(['a'], { space: 'other-32' })),
    /'other-32' cannot meet vectors of space 'bag-32'/,
    'SPACE_MISMATCH',
  )
  const short = new FixedSizeList(3, new Field('item', new Float32(), false))
  await refuses(
    'arrow',
    tableToIPC(new Table({ vector: vectorFromArray([[1, 2, 3]], short) })),
    /vectors of 3 numbers; those of bag-32 have 32/,
  )
  const whole = Buffer.from(tableToIPC(table(['a']), 'file'))
  await refuses('arrow', whole.subarray(0, whole.length - 10), /x: the end of the file is missing/)
  await refuses('arrow', whole.subarray(0, 400), /x: /)
  await refuses('arrow', 'this is no Arrow file but text', /x: /)
  await refuses('arrow', '', /x: no Arrow data/)
})

test.run()
