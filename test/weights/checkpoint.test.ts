// Published weights of all layouts are found, opened, mapped where they lie, and copied only where they must be.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type SafetensorsInput, writeSafetensors } from '../../lib/io/safetensors/file.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { readTensor } from '../../lib/tensor/device_tensor.ts'
import { findCheckpoint, openCheckpoint } from '../../lib/weights/checkpoint.ts'
import { archive, dict, pickle, tensor, text } from '../io/torch/bytes.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const goldens = fileURLToPath(new URL('../io/torch/goldens', import.meta.url))
const expected: Readonly<
  Record<string, Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>>
> = JSON.parse(readFileSync(join(goldens, 'expect.json'), 'utf8'))

const live = () => deviceInfo().liveBytes
const before = live()
test.after.each(() => {
  const { state, mapped } = live()
  assert.equal([state, mapped], [before.state, before.mapped], 'something was left in native memory')
})

const root = temporaryFolder()
let folders = 0
function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = join(root, `${folders++}`)
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}
const numbers = (name: string, data: readonly number[], shape = [data.length]): SafetensorsInput => ({
  name,
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
})

/** Types of torch that kernels read. */
const read = ['f32', 'f16', 'bf16', 'i32', 'i8', 'u8']
const foreign = { f64: 'F64', i64: 'I64', i16: 'I16', bool: 'BOOL' }
const contiguous = [...read, 'view_a', 'view_b', 'scalar', 'empty', 'param', 'tied']
const copied = [
  'transposed',
  'permuted',
  'strided',
  'strided_i8',
  'transposed_f16',
  'expanded',
  'rows_expanded',
]

for (const name of ['state', 'older', 'protocol4', 'protocol5', 'unaligned', 'zip64'])
  test(`${name}.pt: tensors have the numbers of torch.load, and those that are not read are named`, async () => {
    const path = join(goldens, `${name}.pt`)
    const bytes = readFileSync(path).length
    using checkpoint = await openCheckpoint(path)
    assert.equal(checkpoint.names, Object.keys(expected[name]!))
    assert.equal([checkpoint.files, checkpoint.bytes], [[path], bytes])
    for (const one of [...contiguous, ...copied]) {
      const { shape, values } = expected[name]![one]!
      using tensor = checkpoint.tensor(one)
      assert.equal([tensor.shape, checkpoint.info(one).shape], [shape, shape], one)
      assert.equal([...readTensor(tensor)], values, one)
    }
    for (const [one, dtype] of Object.entries(foreign)) {
      assert.equal(checkpoint.info(one), { dtype, shape: expected[name]![one]!.shape, file: path })
      const message = new RegExp(
        `${name}\\.pt: ${one} is ${dtype}; kernels read F32, F16, BF16, I8, U8, I32$`,
      )
      await rejects(() => checkpoint.tensor(one), 'UNSUPPORTED', message)
    }
  })

test('what lies as kernels read it is mapped once and not copied, the rest is copied', async () => {
  using checkpoint = await openCheckpoint(join(goldens, 'state.pt'))
  assert.is(live().mapped, before.mapped, 'headers alone are read')
  const tensors = contiguous.map((name) => checkpoint.tensor(name))
  assert.is(live().mapped - before.mapped, checkpoint.bytes)
  assert.is(live().state, before.state)
  for (const tensor of tensors) tensor.dispose()
  for (const name of copied) {
    using tensor = checkpoint.tensor(name)
    const elements = expected.state![name]!.values.length
    assert.ok(live().state - before.state >= elements * (tensor.dtype === 'f32' ? 4 : 1), name)
  }
})

test('tensors of nested dicts, and those that are there and cannot be read', async () => {
  using nested = await openCheckpoint(join(goldens, 'nested.pt'))
  assert.equal(nested.names, ['adapter.proj.weight', 'decoder.b', 'marked'])
  using unreadable = await openCheckpoint(join(goldens, 'unreadable.pt'))
  using tensor = unreadable.tensor('x')
  assert.is(tensor.dtype, 'f32')
  for (const [name, dtype] of Object.entries({
    ...{
      f8: 'F8_E4M3',
      u16: 'U16',
      c64: 'C64',
      conj: 'conj C64',
      neg: 'neg F32',
      quantised: 'quantised QI8',
    },
    ...{ sparse: 'sparse F32', meta: 'meta F32', repeated: 'repeated F32' },
  }))
    await rejects(
      () => unreadable.tensor(name),
      'UNSUPPORTED',
      new RegExp(`unreadable\\.pt: ${name} is ${dtype};`),
    )
})

test('safetensors: foreign types are refused when they are asked for', async () => {
  const path = fileURLToPath(new URL('../io/safetensors/goldens/foreign.safetensors', import.meta.url))
  using checkpoint = await openCheckpoint([path])
  assert.is(checkpoint.names.length, 18)
  for (const [name, dtype] of [
    ['torch.float32', 'f32'],
    ['torch.float16', 'f16'],
    ['torch.bfloat16', 'bf16'],
    ['torch.int32', 'i32'],
    ['torch.int8', 'i8'],
    ['torch.uint8', 'u8'],
  ] as const) {
    using tensor = checkpoint.tensor(name)
    assert.equal([tensor.dtype, ...readTensor(tensor)], [dtype, 1, 2, 3])
  }
  for (const [name, dtype] of [
    ...([
      ['uint64', 'U64'],
      ['uint32', 'U32'],
      ['int64', 'I64'],
      ['int16', 'I16'],
      ['bool', 'BOOL'],
    ] as const),
    ...([
      ['float64', 'F64'],
      ['float8_e5m2', 'F8_E5M2'],
    ] as const),
  ])
    await rejects(
      () => checkpoint.tensor(`torch.${name}`),
      'UNSUPPORTED',
      new RegExp(`foreign\\.safetensors: torch\\.${name} is ${dtype}; kernels read`),
    )
  await rejects(() => checkpoint.tensor('fours'), 'UNSUPPORTED', /fours is F4/)
})

test('tensors outlive the checkpoint, which gives none any more', async () => {
  const checkpoint = await openCheckpoint(join(goldens, 'state.pt'))
  using tensor = checkpoint.tensor('view_b')
  await rejects(() => checkpoint.tensor('none'), 'NOT_FOUND', /state\.pt: no tensor none/)
  await rejects(() => checkpoint.info('toString'), 'NOT_FOUND', /no tensor toString/)
  assert.equal([checkpoint.has('f32'), checkpoint.has('toString')], [true, false])
  checkpoint.dispose()
  checkpoint.dispose()
  await rejects(() => checkpoint.tensor('f32'), 'DISPOSED', /the checkpoint was disposed/)
  assert.equal([...readTensor(tensor)], expected.state!.view_b!.values)
})

const index = (map: Readonly<Record<string, string>>) => JSON.stringify({ weight_map: map })

test('a folder: the weights by known names, in their order, then the only other file', async () => {
  const path = folder({ 'x.bin': '', 'training_args.bin': '', 'optimizer.pt': '', 'rng_state_0.pth': '' })
  const found = async () => (await findCheckpoint(path)).map((file) => file.slice(path.length + 1))
  assert.equal(await found(), ['x.bin'])
  const add = (name: string, content = '') => writeFileSync(join(path, name), content)
  add('other.safetensors')
  assert.equal(await found(), ['other.safetensors'])
  add('another.safetensors')
  await rejects(found, 'NOT_FOUND', /name one of another\.safetensors, other\.safetensors$/)
  add('pytorch_model.bin.index.json', index({ b: 'b.bin', a: 'a.bin', c: 'b.bin' }))
  assert.equal(await found(), ['pytorch_model.bin.index.json', 'b.bin', 'a.bin'])
  add('pytorch_model.bin')
  assert.equal(await found(), ['pytorch_model.bin'])
  add('model.safetensors.index.json', index({ a: '../a.safetensors' }))
  await rejects(found, 'BAD_FILE', /weight_map\.a is "\.\.\/a\.safetensors"/)
  add('model.safetensors')
  assert.equal(await found(), ['model.safetensors'])
  await rejects(
    () => findCheckpoint(folder({ 'config.json': '{}' })),
    'NOT_FOUND',
    /no weights: neither model\.safetensors/,
  )
  await rejects(() => findCheckpoint(join(root, 'none')), 'NOT_FOUND', /none/)
  await rejects(() => openCheckpoint(join(root, 'none')), 'NOT_FOUND', /none/)
})

test('shards: all tensors by the index; what is missing is named', async () => {
  const path = folder()
  const shard = (name: string) => join(path, name)
  await writeSafetensors(shard('1.safetensors'), [numbers('a', [1, 2]), numbers('more', [7])])
  await writeSafetensors(shard('2.safetensors'), [numbers('b', [3])])
  const map = { a: '1.safetensors', b: '2.safetensors' }
  writeFileSync(shard('model.safetensors.index.json'), index(map))
  for (const from of [path, shard('model.safetensors.index.json'), await findCheckpoint(path)]) {
    using checkpoint = await openCheckpoint(from)
    assert.equal(checkpoint.names, ['a', 'more', 'b'])
    assert.equal(checkpoint.files, [shard('1.safetensors'), shard('2.safetensors')])
    using b = checkpoint.tensor('b')
    assert.equal([...readTensor(b)], [3])
    assert.is(checkpoint.info('a').file, shard('1.safetensors'))
  }
  writeFileSync(shard('model.safetensors.index.json'), index({ ...map, c: '2.safetensors' }))
  await rejects(
    () => openCheckpoint(path),
    'BAD_FILE',
    /2\.safetensors: no tensor c, which the index has there/,
  )
  writeFileSync(shard('model.safetensors.index.json'), index({ ...map, a: '2.safetensors' }))
  await rejects(() => openCheckpoint(path), 'BAD_FILE', /2\.safetensors: no tensor a, which the index/)
  await writeSafetensors(shard('2.safetensors'), [numbers('b', [3]), numbers('a', [3])])
  writeFileSync(shard('model.safetensors.index.json'), index(map))
  await rejects(() => openCheckpoint(path), 'BAD_FILE', /2\.safetensors: a is there twice/)
  rmSync(shard('2.safetensors'))
  await rejects(
    () => openCheckpoint(path),
    'NOT_FOUND',
    /2\.safetensors: missing, and model\.safetensors\.index\.json has tensors in it/,
  )
})

test('shards of torch.save', async () => {
  const path = folder({
    'pytorch_model-1.bin': archive(pickle(dict(text('a'), tensor()))),
    'pytorch_model-2.bin': archive(pickle(dict(text('b'), tensor({ shape: [2, 2], strides: [2, 1] })))),
    'pytorch_model.bin.index.json': index({ a: 'pytorch_model-1.bin', b: 'pytorch_model-2.bin' }),
  })
  using checkpoint = await openCheckpoint(path)
  using b = checkpoint.tensor('b')
  assert.equal([b.shape, ...readTensor(b)], [[2, 2], 0, 0, 0, 0])
})

test('a file that has been cut since it was opened is refused', async () => {
  const path = folder()
  copyFileSync(join(goldens, 'state.pt'), join(path, 'pytorch_model.bin'))
  using checkpoint = await openCheckpoint(path)
  writeFileSync(join(path, 'pytorch_model.bin'), readFileSync(join(goldens, 'state.pt')).subarray(0, 100))
  await rejects(
    () => checkpoint.tensor('f32'),
    'BAD_FILE',
    /pytorch_model\.bin: a tensor at \d+ of 48 bytes is outside 100/,
  )
  await rejects(() => checkpoint.tensor('transposed'), 'BAD_FILE', /is outside 100/)
})

test.run()
