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
import { vectorsFrom, vectorsFromArrow } from '../../lib/core/vectors.ts'

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
