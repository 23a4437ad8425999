import { MessageChannel } from 'node:worker_threads'
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  Table,
  tableFromIPC,
  tableToIPC,
  Vector,
} from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import {
  isVectors,
  notVectors,
  type VectorsClone,
  vectorsFrom,
  vectorsFromArrow,
} from '../../lib/core/vectors.ts'

const space = 'test-3'
const data = Float32Array.from([1, 2, 3, 4, 5, 6])

function refused(call: () => unknown, message: RegExp): void {
  assert.throws(
    call,
    (e: unknown) => e instanceof VmmError && e.code === 'BAD_ARGUMENT' && message.test(e.message),
  )
}

test('rows look into the given memory', () => {
  const vectors = vectorsFrom([data.subarray(0, 3), data.subarray(3)], 3, space)
  assert.is(vectors.count, 2)
  assert.is(vectors.row(1).buffer, data.buffer)
  assert.equal([...vectors.row(1)], [4, 5, 6])
  assert.equal([...vectors.toFloat32Array()], [...data])
  assert.is(vectorsFrom(data, 3, space).toFloat32Array(), data)
})

test('Arrow and back without a copy', async () => {
  const column = await vectorsFrom(data, 3, space).toArrow()
  const back = await vectorsFromArrow(column, space)
  assert.is(back.blocks[0]!.buffer, data.buffer)
  assert.equal([...back.toFloat32Array()], [...data])
  const second = await vectorsFromArrow(column.slice(1, 2), space)
  assert.equal([...second.toFloat32Array()], [4, 5, 6])
})

test('Arrow through IPC, in several chunks', async () => {
  const column = await vectorsFrom([data.subarray(0, 3), data.subarray(3)], 3, space).toArrow()
  const read = tableFromIPC(tableToIPC(new Table({ vector: column })))
  const back = await vectorsFromArrow(read.getChild('vector'), space)
  assert.equal([...back.toFloat32Array()], [...data])
})

test('rows as plain numbers, and one by one', () => {
  const vectors = vectorsFrom([data.subarray(0, 3), data.subarray(3)], 3, space)
  assert.equal(vectors.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ])
  const rows: Float32Array[] = []
  for (const row of vectors) rows.push(row)
  assert.equal(
    rows.map((row) => [...row]),
    vectors.toArray(),
  )
  assert.ok(rows.every((row) => row.buffer === data.buffer))
  assert.equal([...vectorsFrom(new Float32Array(), 3, space)], [])
})

test('JSON keeps every f32', () => {
  const odd = [0.1, -1 / 3, 1.17549435e-38, 1e-45, 16777217, 3.4028234663852886e38, 0]
  const random = Array.from({ length: 5000 }, (_, i) => Math.sin(i * i) * 10 ** ((i % 70) - 40))
  const numbers = Float32Array.from([...odd, ...random])
  const vectors = vectorsFrom(
    [numbers.subarray(0, 7), numbers.subarray(7, 700), numbers.subarray(700, 5005)],
    7,
    space,
  )
  const text = JSON.stringify(vectors)
  const back = vectorsFrom(JSON.parse(text))
  assert.equal([back.space, back.dims, back.count], [space, 7, 715])
  assert.equal(back.toFloat32Array(), vectors.toFloat32Array())
  assert.match(text, '"rows":[[0.100000001,-0.333333343,')
})

test('a clone is plain data, of which vectors are made again', async () => {
  const vectors = vectorsFrom([data.subarray(0, 3), data.subarray(3)], 3, space)
  const { port1, port2 } = new MessageChannel()
  const received = new Promise<VectorsClone>((resolve) => {
    port2.once('message', resolve)
  })
  port1.postMessage(vectors)
  const sent = await received
  port1.close()
  for (const clone of [structuredClone(vectors) as VectorsClone, sent]) {
    assert.equal(Object.keys(clone), ['space', 'dims', 'count', 'blocks'])
    assert.is(Object.getPrototypeOf(clone), Object.prototype)
    assert.not(isVectors(clone))
    assert.match(notVectors('vectors', clone).message, /plain data; expected vectors: vectorsFrom makes them/)
    const back = vectorsFrom(clone)
    assert.ok(isVectors(back))
    assert.is(back.blocks[0], clone.blocks[0])
    assert.equal(back.toArray(), vectors.toArray())
  }
})

test('what was saved is checked as ever', () => {
  const saved = vectorsFrom(data, 3, space).toJSON()
  const clone = structuredClone(vectorsFrom(data, 3, space)) as VectorsClone
  for (const [given, message] of [
    [{ ...saved, space: 'No Space' }, /space: got "No Space"/],
    [{ ...saved, dims: 2 }, /rows\[0\]: got \[1, 2, 3\]; expected 2 numbers/],
    [{ ...saved, dims: '3' }, /dims: got "3"/],
    [{ ...saved, count: 3 }, /count: got 3; expected 2, the number of rows/],
    [{ ...saved, rows: 'none' }, /rows: got "none"/],
    [{ ...saved, rows: [saved.rows[0], [4, null, 6]] }, /rows\[1\]\[1\]: got null; expected a finite number/],
    [{ ...saved, rows: [saved.rows[0], [4, '5', 6]] }, /rows\[1\]\[1\]: got "5"/],
    [{ ...saved, rows: [[1, 2, 1e39], saved.rows[1]] }, /rows\[0\]\[2\]: got 1e\+39/],
    [{ ...clone, blocks: [Float32Array.from([1, 2])] }, /2 numbers; expected a multiple of 3/],
    [{ ...clone, blocks: [Float32Array.from([1, 2, Number.NaN])] }, /vectors\[0\]: got NaN/],
    [{ ...clone, blocks: [[1, 2, 3]] }, /data: got \[1, 2, 3\]; expected a Float32Array/],
    [{ ...clone, blocks: undefined }, /data: got undefined/],
    [JSON.stringify(saved), /data: got a string.*vectors that were saved/],
  ] as const)
    refused(() => vectorsFrom(given as unknown as VectorsClone), message)
})

test('what is not vectors is refused by name', async () => {
  refused(
    () => vectorsFrom(Float32Array.from([1, 2, Number.NaN]), 3, space),
    /vectors\[0\]: got NaN.*element 2/,
  )
  refused(() => vectorsFrom(data, 4, space), /6 numbers; expected a multiple of 4, the dims of test-3/)
  refused(() => vectorsFrom(data, 0, space), /dims: got 0/)
  refused(() => vectorsFrom('x' as unknown as Float32Array, 3, space), /data: got "x"/)
  refused(() => vectorsFrom(data, 3, 'No Space'), /space/)
  refused(() => vectorsFrom(data, 3, space).row(2), /index: got 2; expected 0 … 1/)
  const text = new Vector([makeData({ type: new Float32(), data })])
  for (const [column, message] of [
    [null, /column: got null/],
    [text, /FixedSizeList<Float32>/],
  ] as const)
    try {
      await vectorsFromArrow(column, space)
      assert.unreachable('was accepted')
    } catch (error) {
      assert.match((error as Error).message, message)
    }
  const type = new FixedSizeList(3, new Field('item', new Float32(), true))
  const child = makeData({ type: new Float32(), data })
  const nulls = makeData({ type, length: 2, nullCount: 1, nullBitmap: Uint8Array.from([1]), child })
  try {
    await vectorsFromArrow(new Vector([nulls]), space)
    assert.unreachable('was accepted')
  } catch (error) {
    assert.match((error as Error).message, /1 nulls; expected a column without nulls/)
  }
})

test.run()
