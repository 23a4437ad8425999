import {
  CompressionType,
  compressionRegistry,
  Dictionary,
  Float64,
  Int32,
  LargeUtf8,
  RecordBatchStreamWriter,
  Utf8,
} from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { rejects } from '../../support/rejects.ts'
import { type Contents, contentsOf, ipc, placesOf, tableOf, withNumber } from './support.ts'

const DIMS = 33
/** Numbers that stand for nothing else in a file. */
const ROWS = [77, 77, 77]
const TOTAL = 3 * 77
const FORMATS = ['file', 'stream'] as const
const HOSTILE = [0n, 1n, -1n, 76n, 78n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, -(2n ** 40n), 2n ** 63n]

const good = tableOf(ROWS, DIMS, new Utf8())

function isWhole({ rows, texts, numbers }: Contents): void {
  assert.is(rows, TOTAL)
  assert.is(texts.length, TOTAL)
  assert.equal(texts.slice(77, 81), ['text 0, é', null, 'text 2, é', 'text 3, é'])
  assert.ok(numbers.length === TOTAL * DIMS && numbers.every((number, i) => number === i))
}

/** Bytes are refused, or read as what they were. */
async function neverShorter(bytes: Uint8Array, format: 'file' | 'stream', what: string): Promise<boolean> {
  try {
    const { rows, texts, numbers } = await contentsOf(bytes, format, DIMS)
    assert.equal([rows, texts.length, numbers.length], [TOTAL, TOTAL, TOTAL * DIMS], what)
    return true
  } catch (error) {
    assert.ok(error instanceof VmmError && error.code === 'BAD_FILE', `${what}: ${(error as Error).stack}`)
    return false
  }
}

test('texts and vectors of either format, with nulls among the texts', async () => {
  for (const format of FORMATS) {
    isWhole(await contentsOf(ipc(good, format), format, DIMS))
    isWhole(await contentsOf(ipc(tableOf(ROWS, DIMS, new LargeUtf8()), format), format, DIMS))
  }
})

test('a batch of rows that calls itself a dictionary is not passed over', async () => {
  const bytes = ipc(good, 'stream')
  const MARK = Buffer.from([255, 255, 255, 255])
  let refused = 0
  for (let at = Buffer.from(bytes).indexOf(MARK); at >= 0; at = Buffer.from(bytes).indexOf(MARK, at + 4)) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(at + 4, true)
    for (let place = at + 8; place < at + 8 + length; place++)
      if (bytes[place] === 3) {
        const changed = bytes.slice()
        changed[place] = 2
        if (!(await neverShorter(changed, 'stream', `byte ${place}`))) refused++
      }
  }
  assert.ok(refused >= ROWS.length, `${refused} refused`)
})

test('rows that a batch does not have are not read, and none is missed: each number of rows is altered', async () => {
  for (const format of FORMATS) {
    const bytes = ipc(good, format)
    const places = placesOf(bytes, 77, 8)
    // The batch itself, its texts and its lists.
    assert.is(places.length, 3 * ROWS.length)
    for (const at of places)
      for (const value of HOSTILE)
        assert.not(await neverShorter(withNumber(bytes, at, value, 8), format, `${value} at ${at}`))
  }
})

test('numbers of a list, bytes of a body, batches of a footer: altered, they are found out', async () => {
  for (const format of FORMATS) {
    const bytes = ipc(good, format)
    const lists = placesOf(bytes, DIMS, 4)
    assert.ok(lists.length > 0)
    for (const at of lists)
      for (const value of HOSTILE)
        await neverShorter(withNumber(bytes, at, value, 4), format, `${value} at ${at} for ${DIMS}`)
  }
  const file = ipc(good, 'file')
  const footer = new DataView(file.buffer).getInt32(file.length - 10, true)
  const counts = placesOf(file, ROWS.length, 4).filter((at) => at > file.length - 10 - footer)
  assert.ok(counts.length > 0)
  let refused = 0
  for (const at of counts)
    for (const value of HOSTILE)
      if (!(await neverShorter(withNumber(file, at, value, 4), 'file', `${value} at ${at} for 3`))) refused++
  assert.ok(refused >= HOSTILE.length)
})

test('a stream ends at its mark, neither before nor after it', async () => {
  const bytes = ipc(good, 'stream')
  const batches = placesOf(bytes, -1, 4)
  for (const at of batches.slice(1)) {
    const cut = () => contentsOf(bytes.subarray(0, at), 'stream', DIMS)
    await rejects(cut, 'BAD_FILE', /x: it ends too early/)
  }
  const longer = new Uint8Array([...bytes, 0])
  await rejects(() => contentsOf(longer, 'stream', DIMS), 'BAD_FILE', /x: it goes on after its end/)
  await rejects(() => contentsOf(new Uint8Array(0), 'stream', DIMS), 'BAD_FILE', /x: no Arrow data/)
})

test('a body that never comes takes no memory', async () => {
  const bytes = ipc(good, 'stream')
  const begin = placesOf(bytes, -1, 4)[1]!
  const length = new DataView(bytes.buffer).getInt32(begin + 4, true)
  const head = bytes.slice(0, begin + 8 + length)
  const body = placesOf(bytes, -1, 4)[2]! - head.length
  const [at] = placesOf(head, body, 8)
  const before = process.memoryUsage.rss()
  const half = withNumber(head, at!, 2n ** 29n, 8)
  await rejects(() => contentsOf(half, 'stream', DIMS), 'BAD_FILE', /x: it ends too early/)
  assert.ok(process.memoryUsage.rss() - before < 2 ** 27)
  const huge = withNumber(head, at!, 2n ** 40n, 8)
  await rejects(() => contentsOf(huge, 'stream', DIMS), 'BAD_FILE', /a record batch of 1099511627776 bytes/)
})

test('what is not read is refused by name', async () => {
  // A stand-in that begins as Zstandard does.
  const encode = (bytes: Uint8Array) => Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes])
  compressionRegistry.set(CompressionType.ZSTD, { encode })
  const writer = RecordBatchStreamWriter.writeAll(good, { compressionType: CompressionType.ZSTD })
  for (const [bytes, message] of [
    [writer.toUint8Array(true), /x: a compressed record batch; expected one that is not/],
    [
      ipc(tableOf(ROWS, DIMS, new Dictionary(new Utf8(), new Int32())), 'stream'),
      /x: column "text" of type a dictionary of Utf8; expected Utf8 or LargeUtf8/,
    ],
    [
      ipc(tableOf(ROWS, DIMS, new Float64()), 'stream'),
      /x: column "text" of type Float64; expected Utf8 or LargeUtf8/,
    ],
  ] as const)
    await rejects(() => contentsOf(bytes, 'stream', DIMS), 'BAD_FILE', message)
})

test.run()
