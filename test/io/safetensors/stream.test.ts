// Files of tensors that come one after the other.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BYTES, byteLength, type FileDtype } from '../../../lib/io/safetensors/dtypes.ts'
import { readSafetensorsHeader, writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { type StreamedTensor, streamSafetensors } from '../../../lib/io/safetensors/stream.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const folder = temporaryFolder()
const path = join(folder, 'a.safetensors')
test.before.each(() => rmSync(path, { force: true }))

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const namesOf = (tensors: readonly { readonly name: string }[]) => tensors.map(({ name }) => name)
const bytes = (name: string, length: number, data = new Uint8Array(length)): StreamedTensor => ({
  ...{ name, dtype: 'U8', shape: [length], data: [data] },
})
const write = (tensors: readonly StreamedTensor[], names: readonly string[] = namesOf(tensors)) =>
  streamSafetensors(path, names, inTurn(tensors))

/** What a file says, and the bytes of its tensors by their names. */
async function contentOf(file: string) {
  const { tensors } = await readSafetensorsHeader(file)
  const all = readFileSync(file)
  const content = tensors.map(({ name, dtype, shape, begin, end }) => {
    assert.is(begin % BYTES[dtype], 0)
    return [name, { dtype, shape, bytes: [...all.subarray(begin, end)] }] as const
  })
  return { content: content.sort(([a], [b]) => (a < b ? -1 : 1)), begin: tensors[0]?.begin ?? 0 }
}

test('the same tensors as in a file that is written at once, in whatever pieces they come', async () => {
  const dtypes = (Object.keys(BYTES) as FileDtype[]).sort((a, b) => BYTES[b] - BYTES[a])
  const tensors = dtypes.map((dtype, i) => {
    const data = new Uint8Array(byteLength(dtype, [i, 3, 2])!).map((_, at) => at + i)
    return { name: `t.${dtype} "é" ${'x'.repeat(30 * i)}`, dtype, shape: [i, 3, 2], data }
  })
  const scalar = { name: 'scalar', dtype: 'U8', shape: [], data: Uint8Array.of(7) } as const
  const all = [...tensors, scalar]
  const other = join(folder, 'b.safetensors')
  await writeSafetensors(other, all)
  for (const size of [1, 7, 1000]) {
    const names = namesOf(all).reverse()
    const pieces = all.map((tensor) => ({ ...tensor, data: cut(tensor.data, size) }))
    await streamSafetensors(path, names, inTurn(pieces))
    const { content, begin } = await contentOf(path)
    assert.equal(content, (await contentOf(other)).content)
    assert.is(begin % 64, 0)
    rmSync(path)
  }
})

test('no tensors are a file as well, and the bytes of names count', async () => {
  await write([])
  assert.equal((await contentOf(path)).content, [])
  rmSync(path)
  // Control characters take six bytes, letters of other scripts several.
  const names = ['\u0001'.repeat(60), 'ж'.repeat(60), '"'.repeat(60)]
  await write(names.map((name) => bytes(name, 3)))
  assert.equal(
    (await contentOf(path)).content.map(([name]) => name),
    names.sort(),
  )
})

test('what does not fit is refused, and leaves no file', async () => {
  const refused: readonly (readonly [readonly StreamedTensor[], readonly string[], RegExp])[] = [
    [[bytes('a', 4)], ['a', 'b'], /^tensors: got "b"; expected all that were named$/],
    [[bytes('a', 4), bytes('b', 1)], ['a'], /^tensors: got "b"; expected each of the names once$/],
    [[bytes('a', 4), bytes('a', 4)], ['a'], /^tensors: got "a"; expected each of the names once$/],
    [[], ['__metadata__'], /^names: got "__metadata__"; expected names of tensors$/],
    [[bytes('a', 4, new Uint8Array(3))], ['a'], /^tensors\[a\]\.data: got 3 bytes; expected 4 bytes$/],
    [[bytes('a', 4, new Uint8Array(5))], ['a'], /^tensors\[a\]\.data: got 5 bytes; expected 4 bytes$/],
    [
      [bytes('a', 3), { ...bytes('b', 4), dtype: 'F32', shape: [1] }],
      ['a', 'b'],
      /^tensors\[b\]: got "byte 3"; expected multiples of 4$/,
    ],
    [
      [{ ...bytes('a', 0), shape: [Number.MAX_SAFE_INTEGER, 2] }],
      ['a'],
      /^tensors\[a\]\.data: got 0 bytes; expected fewer bytes$/,
    ],
    [[{ ...bytes('a', 0), shape: Array(80).fill(0) }], ['a'], /a header of \d+ bytes"; expected at most \d+/],
  ]
  for (const [tensors, names, message] of refused) {
    await rejects(() => write(tensors, names), 'BAD_ARGUMENT', message)
    assert.not.ok(existsSync(path), String(message))
  }
})

test('an error of what makes the tensors stays as it is, and leaves no file', async () => {
  const error = new Error('no more')
  async function* failing() {
    yield bytes('a', 4)
    throw error
  }
  function* torn(): Generator<Uint8Array> {
    yield new Uint8Array(2)
    throw error
  }
  for (const tensors of [failing(), inTurn([{ ...bytes('a', 4), data: torn() }])]) {
    const thrown = await streamSafetensors(path, ['a', 'b'], tensors).catch((one: unknown) => one)
    assert.is(thrown, error)
    assert.not.ok(existsSync(path))
  }
})

test('files that are there stay, and folders have to be there', async () => {
  await write([bytes('a', 4)])
  const before = readFileSync(path)
  await rejects(() => write([bytes('a', 8)]), 'BAD_FILE', /a\.safetensors: cannot write: EEXIST/)
  assert.equal(readFileSync(path), before)
  const nowhere = join(folder, 'no', 'where')
  await rejects(() => streamSafetensors(nowhere, [], inTurn([])), 'NOT_FOUND', /cannot write: ENOENT/)
})

test.run()
