import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BYTES, byteLength, type FileDtype } from '../../../lib/io/safetensors/dtypes.ts'
import {
  MAX_HEADER_BYTES,
  readForeignHeader,
  readSafetensorsHeader,
  writeSafetensors,
} from '../../../lib/io/safetensors/file.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const folder = temporaryFolder()
const path = join(folder, 'a.safetensors')

/** Writes a file with any header text and `dataBytes` zero bytes of data. */
function writeRaw(header: string | Uint8Array, dataBytes = 0, length?: bigint): void {
  const json = Buffer.from(header)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(length ?? BigInt(json.length))
  writeFileSync(path, Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]))
}

test('what is written is read back, aligned', async () => {
  const all = (Object.keys(BYTES) as FileDtype[]).reverse().map((dtype, i) => ({
    name: `t.${dtype} "é"`,
    dtype,
    shape: [i, 3],
    data: new Uint8Array(byteLength(dtype, [i, 3])!).fill(i + 1),
  }))
  const scalar = { name: 'scalar', dtype: 'F32' as const, shape: [], data: Float32Array.of(1.5) }
  await writeSafetensors(path, [...all, scalar], { format: 'vmm', 'a b': 'é\n"' })
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const bytes = readFileSync(path)
  assert.equal(
    [...metadata],
    [
      ['format', 'vmm'],
      ['a b', 'é\n"'],
    ],
  )
  assert.is(tensors.length, 10)
  assert.is(tensors[0]!.begin % 64, 0)
  for (const { name, dtype, shape, begin, end } of tensors) {
    const source = [...all, scalar].find((tensor) => tensor.name === name)!
    assert.equal({ dtype, shape }, { dtype: source.dtype, shape: source.shape })
    assert.is(begin % BYTES[dtype], 0)
    const written = Buffer.from(source.data.buffer, source.data.byteOffset, source.data.byteLength)
    assert.ok(bytes.subarray(begin, end).equals(written))
  }
})

test('an empty file list is a valid file', async () => {
  await writeSafetensors(path, [])
  assert.equal((await readSafetensorsHeader(path)).tensors, [])
})

test('headers of other writers are accepted: any order, spaces, escapes', async () => {
  writeRaw(
    ' {\n"b":{"data_offsets":[8, 9],"dtype":"U8","shape":[1]} ,"\\u0061" : {"dtype":"F64","shape":[ ],"data_offsets":[0,8]}}  ',
    9,
  )
  const { tensors } = await readSafetensorsHeader(path)
  assert.equal(
    tensors.map(({ name }) => name),
    ['a', 'b'],
  )
})

const t = (fields: string) => `{"t":{${fields}}}`
const f32 = (shape: string, offsets: string) => t(`"dtype":"F32","shape":${shape},"data_offsets":${offsets}`)
const refused: [what: string, header: string, dataBytes: number, message: RegExp][] = [
  ['not an object', '[]', 0, /expected \{ at offset 0/],
  ['empty', '', 0, /expected \{/],
  ['text behind', '{} x', 0, /text after the header/],
  ['deep nesting', '['.repeat(100_000), 0, /expected \{/],
  ['nested shape', f32('[[1]]', '[0,4]'), 4, /"t": expected a whole number/],
  ['negative shape', f32('[-1]', '[0,4]'), 4, /whole number/],
  ['fraction', f32('[1.5]', '[0,4]'), 4, /expected \]/],
  ['exponent', f32('[1e2]', '[0,4]'), 4, /expected \]/],
  ['leading zero', f32('[01]', '[0,4]'), 4, /whole number/],
  ['string for shape', f32('"1"', '[0,4]'), 4, /expected \[/],
  ['null dtype', t('"dtype":null,"shape":[],"data_offsets":[0,4]'), 4, /expected a string/],
  ['unknown key', t('"dtype":"F32","x":1'), 4, /unknown key "x"/],
  ['key twice', t('"dtype":"F32","dtype":"F32"'), 4, /"dtype" appears twice/],
  [
    'name twice',
    '{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0074":{}}',
    0,
    /"t" appears twice/,
  ],
  ['no dtype', t('"shape":[],"data_offsets":[0,4]'), 4, /dtype is missing/],
  ['no shape', t('"dtype":"F32","data_offsets":[0,4]'), 4, /shape is missing/],
  ['no offsets', t('"dtype":"F32","shape":[]'), 4, /data_offsets must be/],
  ['three offsets', f32('[1]', '[0,4,8]'), 4, /data_offsets must be/],
  [
    'unknown dtype',
    t('"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]'),
    1,
    /tensor "t": dtype "F8_E4M3"/,
  ],
  ['prototype dtype', t('"dtype":"toString","shape":[1],"data_offsets":[0,1]'), 1, /dtype "toString"/],
  ['overflow', f32('[9007199254740991,9007199254740991,0]', '[0,0]'), 0, /beyond 2\^53/],
  ['huge number', f32('[9007199254740993]', '[0,4]'), 4, /beyond 2\^53/],
  ['unordered', f32('[1]', '[4,0]'), 4, /ends at 0, before it begins at 4/],
  ['behind the end', f32('[2]', '[0,8]'), 4, /ends 4 bytes behind the end of the file/],
  ['wrong size', f32('[2]', '[0,4]'), 4, /4 bytes, but F32 \[2\] needs 8/],
  ['hole in front', f32('[1]', '[4,8]'), 8, /"t": follows a hole/],
  ['rest', f32('[1]', '[0,4]'), 8, /4 bytes belong to no tensor/],
  ['metadata of numbers', '{"__metadata__":{"a":1}}', 0, /"__metadata__": expected a string/],
  ['metadata list', '{"__metadata__":[]}', 0, /"__metadata__": expected \{/],
  ['unterminated', '{"t', 0, /unterminated string/],
  ['bad escape', '{"\\x":{}}', 0, /invalid string/],
  [
    'overlap',
    '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
    6,
    /"b": overlaps the tensor before it by 2 bytes/,
  ],
]

for (const [what, header, dataBytes, message] of refused) {
  test(`refused: ${what}`, async () => {
    writeRaw(header, dataBytes)
    await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', message)
    await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', /a\.safetensors/)
  })
}

test('refused: wrong lengths, bytes that are not UTF-8, folders, missing files', async () => {
  writeFileSync(path, 'short')
  await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', /5 bytes are too few/)
  writeRaw('{}', 0, 3n)
  await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', /a header of 3 bytes in a file of 10/)
  writeRaw('{}', 0, 2n ** 63n)
  await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', new RegExp(`at most ${MAX_HEADER_BYTES}`))
  writeRaw(Uint8Array.of(0x7b, 0xff, 0x7d))
  await rejects(() => readSafetensorsHeader(path), 'BAD_FILE', /not UTF-8/)
  await rejects(() => readSafetensorsHeader(folder), 'BAD_FILE', /cannot read/)
  await rejects(() => readSafetensorsHeader(join(folder, 'none')), 'NOT_FOUND', /none: cannot read/)
})

test('files of others may have tensors of any type', async () => {
  const goldens = fileURLToPath(new URL('goldens', import.meta.url))
  const foreign = join(goldens, 'foreign.safetensors')
  const { tensors } = await readForeignHeader(foreign)
  const found = tensors.map(({ name, dtype, shape }) => [name, [dtype, shape]])
  assert.equal(Object.fromEntries(found), JSON.parse(readFileSync(join(goldens, 'foreign.json'), 'utf8')))
  await rejects(() => readSafetensorsHeader(foreign), 'BAD_FILE', /dtype "U64" is none of F64/)
})

test('of any type, tensors still lie in their file without holes, and sizes that are known are checked', async () => {
  const entry = (dtype: string, shape: string, offsets: string) =>
    writeRaw(t(`"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}`), 4)
  const fails = (message: RegExp) => rejects(() => readForeignHeader(path), 'BAD_FILE', message)
  entry('F4', '[8]', '[0,4]')
  assert.is((await readForeignHeader(path)).tensors[0]!.dtype, 'F4')
  entry('toString', '[8]', '[0,4]')
  assert.is((await readForeignHeader(path)).tensors[0]!.dtype, 'toString')
  entry('F4', '[8]', '[0,8]')
  await fails(/ends 4 bytes behind the end of the file/)
  entry('F4', '[8]', '[0,2]')
  await fails(/2 bytes belong to no tensor/)
  entry('F4', '[9007199254740991,2]', '[0,4]')
  await fails(/beyond 2\^53/)
  entry('U32', '[2]', '[0,4]')
  await fails(/4 bytes, but U32 \[2\] needs 8/)
  entry('x'.repeat(1000), '[4]', '[0,4]')
  await fails(/dtype "x{20}" is none of/)
})

test('the writer refuses bad tensors and leaves the old file and no temporary one', async () => {
  const tensor = { name: 'a', dtype: 'F32' as const, shape: [1], data: new Float32Array(1) }
  await writeSafetensors(path, [tensor])
  const before = readFileSync(path)
  const write = (...tensors: object[]) => writeSafetensors(path, tensors as (typeof tensor)[])
  await rejects(() => write(tensor, tensor), 'BAD_ARGUMENT', /names that differ/)
  await rejects(() => write({ ...tensor, name: '__metadata__' }), 'BAD_ARGUMENT', /__metadata__/)
  await rejects(() => write({ ...tensor, shape: [2] }), 'BAD_ARGUMENT', /got 4 bytes; expected 8 bytes/)
  await rejects(() => write({ ...tensor, shape: [-1] }), 'BAD_ARGUMENT', /shape/)
  await rejects(() => write({ ...tensor, dtype: 'F31' }), 'BAD_ARGUMENT', /dtype/)
  await rejects(() => writeSafetensors(join(folder, 'no/where'), [tensor]), 'NOT_FOUND', /cannot write/)
  const failing = { ...tensor, data: new Float32Array(1) }
  structuredClone(failing.data.buffer, { transfer: [failing.data.buffer] })
  await rejects(() => write(failing), 'BAD_ARGUMENT', /got 0 bytes/)
  assert.ok(readFileSync(path).equals(before))
  assert.equal(readdirSync(folder), ['a.safetensors'])
})

test.run()
