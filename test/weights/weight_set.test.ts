// Weights are mapped, checked against what the model needs, renamed, cast and packed, and never left behind.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { type SafetensorsInput, writeSafetensors } from '../../lib/io/safetensors/file.ts'
import { linear } from '../../lib/layers/linear.ts'
import { weightsOf } from '../../lib/layers/weights.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { createTensor, readTensor } from '../../lib/tensor/device_tensor.ts'
import { encodeNumbers } from '../../lib/tensor/dtype.ts'
import { packedTensors, packWeights } from '../../lib/weights/pack.ts'
import {
  constantParameter,
  matrixParameter,
  type ParameterSpecs,
  parameter,
} from '../../lib/weights/specs.ts'
import { openWeights, type WeightSet, weightSet } from '../../lib/weights/weight_set.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { noise } from '../train/tiny_data.ts'

const folder = temporaryFolder()
const table = parameter({ shape: [9, 8], init: { kind: 'uniform', bound: 1 }, storage: 'bf16' })
const specs: ParameterSpecs = {
  'tokens.weight': table,
  'up.weight': matrixParameter([], 45, 8),
  'up.bias': constantParameter([45], 0),
  'plain.weight': matrixParameter([], 64, 8),
  'odd.weight': matrixParameter([], 7, 8),
}
const values = (name: string) => Float32Array.from(noise(name.length, count(name)), (u) => 2 * u - 1)
const count = (name: string) => specs[name]!.shape.reduce((a, b) => a * b, 1)
const stored = (name: string, as = name): SafetensorsInput => ({
  name: as,
  dtype: 'F32',
  shape: specs[name]!.shape,
  data: values(name),
})

let files = 0
async function file(tensors: readonly SafetensorsInput[]): Promise<string> {
  const path = join(folder, `${files++}.safetensors`)
  await writeSafetensors(path, tensors)
  return path
}
const whole = await file(Object.keys(specs).map((name) => stored(name)))

const live = () => {
  const { state, mapped } = deviceInfo().liveBytes
  return [state, mapped]
}
const before = live()
test.after.each(() => assert.equal(live(), before, 'something was left in native memory'))

test('tensors are mapped by name, as bindings of a program, and freed once', async () => {
  const set = await openWeights([whole], { specs })
  assert.equal(Object.keys(set.tensors).sort(), Object.keys(specs).sort())
  assert.equal(set.specs['odd.weight'], { kind: 'weight', dtype: 'f32', shape: [7, 8] })
  assert.equal(readTensor(set.get('up.weight')), values('up.weight'))
  await rejects(() => set.get('toString'), 'NOT_FOUND', /no tensor toString/)
  assert.is(live()[0], before[0], 'nothing was copied')
  set.dispose()
  set.dispose()
})

test('tensors of somebody else stay', () => {
  using own = createTensor('f32', [3], [1, 2, 3])
  weightSet({ own }, 'shared').dispose()
  assert.equal([...readTensor(own)], [1, 2, 3])
})

test('what is missing, unknown, twice there, of another shape or type is named with its file', async () => {
  const names = Object.keys(specs)
  const without = (name: string) => names.filter((n) => n !== name).map((n) => stored(n))
  const refused = async (paths: string[], code: 'BAD_FILE' | 'UNSUPPORTED' | 'NOT_FOUND', message: RegExp) =>
    rejects(() => openWeights(paths, { specs }), code, message)
  const missing = await file(without('up.bias'))
  await refused([missing], 'BAD_FILE', /\d+\.safetensors: no tensor up\.bias$/)
  const more = await file([{ ...stored('up.bias'), name: 'more' }])
  await refused([whole, more], 'BAD_FILE', /\d+\.safetensors: more is no tensor of this model/)
  // A table and a bias have no packed form.
  for (const name of ['tokens.packed', 'up.packed2', '__proto__'])
    await refused(
      [whole, await file([{ ...stored('up.bias'), name }])],
      'BAD_FILE',
      /is no tensor of this model/,
    )
  await refused(
    [whole, await file([stored('up.bias'), stored('odd.weight')])],
    'BAD_FILE',
    /up\.bias is there twice/,
  )
  const shape = await file([...without('odd.weight'), { ...stored('odd.weight'), shape: [8, 7] }])
  await refused([shape], 'BAD_FILE', /odd\.weight is \[8, 7\]; the model needs \[7, 8\]/)
  const half = {
    name: 'up.bias',
    dtype: 'F16',
    shape: [45],
    data: encodeNumbers(values('up.bias'), 'f16'),
  } as const
  await refused(
    [await file([...without('up.bias'), half])],
    'UNSUPPORTED',
    /up\.bias is f16; kernels read f32/,
  )
  const long = { name: 'up.bias', dtype: 'I64', shape: [45], data: new BigInt64Array(45) } as const
  await refused([await file([...without('up.bias'), long])], 'UNSUPPORTED', /up\.bias is I64/)
  await refused([join(folder, 'none.safetensors')], 'NOT_FOUND', /none\.safetensors/)
})

test('names of a checkpoint are changed, and what the model does without is left out', async () => {
  const foreign = Object.keys(specs).map((name) => stored(name, `model.${name}`))
  const path = await file([...foreign, { ...stored('up.bias'), name: 'model.position_ids' }])
  const rename = (name: string) => (name.endsWith('position_ids') ? null : name.replace(/^model\./, ''))
  using set = await openWeights([path], { specs, rename })
  assert.equal(readTensor(set.get('plain.weight')), values('plain.weight'))
})

test('tensors of another type are converted where that is asked for', async () => {
  const half = {
    name: 'up.bias',
    dtype: 'F16',
    shape: [45],
    data: encodeNumbers(values('up.bias'), 'f16'),
  } as const
  const path = await file([
    ...Object.keys(specs)
      .filter((n) => n !== 'up.bias')
      .map((n) => stored(n)),
    half,
  ])
  using set = await openWeights([path], { specs, cast: (_, dtype) => (dtype === 'f16' ? 'f32' : dtype) })
  assert.is(set.get('up.bias').dtype, 'f32')
  const widened = readTensor(set.get('up.bias'))
  assert.ok(values('up.bias').every((x, i) => Math.abs(x - widened[i]!) < 1e-3))
  using narrow = await openWeights([whole], {
    specs,
    cast: (name, dtype) => (specs[name]!.storage === 'bf16' ? 'bf16' : dtype),
  })
  assert.is(narrow.get('tokens.weight').dtype, 'bf16')
})

/** What a layer gives for some rows. */
async function outputs(set: WeightSet, layer: string): Promise<Float32Array> {
  const x = Float32Array.from(noise(3, 5 * 8), (u) => u - 0.5)
  const program = compile(
    trace({ ...set.specs, x: { kind: 'input', dtype: 'f32', shape: [5, 8] } }, (bound) => ({
      outputs: { y: linear(weightsOf(bound).scope(layer), bound.x!, 'gelu') },
    })),
  )
  try {
    return toFloat32((await program.run({ ...set.tensors, x }, { scalars: {} })).y!)
  } finally {
    program.dispose()
  }
}

test('packing changes no bit of a product, with a bias or without one', async () => {
  using plain = await openWeights([whole], { specs })
  using packed = await packWeights(await openWeights([whole], { specs }), specs, {
    tied: { head: 'tokens.weight' },
  })
  // Without a bias the outputs must fill whole panels of 32; tables are never taken for weights of a product.
  assert.equal(Object.keys(packed.tensors).sort(), [
    ...['head.packed', 'odd.weight', 'plain.packed', 'tokens.weight', 'up.bias', 'up.packed'],
  ])
  for (const layer of ['up', 'plain', 'odd'])
    assert.equal(await outputs(packed, layer), await outputs(plain, layer))
})

test('weights that a file has packed are not packed again, nor copied', async () => {
  const made = await packWeights(await openWeights([whole], { specs }), specs)
  const beside = await file(packedTensors(made))
  const expected = await outputs(made, 'up')
  made.dispose()
  using both = await packWeights(await openWeights([whole, beside], { specs }), specs)
  assert.is(live()[0], before[0], 'nothing was copied')
  assert.equal(await outputs(both, 'up'), expected)
  const bare = ['tokens.weight', 'up.bias', 'odd.weight'].map((name) => stored(name))
  using alone = await packWeights(await openWeights([await file(bare), beside], { specs }), specs)
  assert.equal(await outputs(alone, 'up'), expected)
  const [first, ...rest] = packedTensors(alone)
  const cut = { ...first!, shape: [1, 8, 32], data: new Float32Array(256) }
  const wrong = await file([cut, ...rest])
  await rejects(
    () => openWeights([whole, wrong], { specs }),
    'BAD_FILE',
    /\.packed is \[1, 8, 32\]; the model needs \[2, 8, 32\]/,
  )
  const data = encodeNumbers(first!.data as Float32Array, 'f16')
  const half = await file([{ ...first!, dtype: 'F16', data }, ...rest])
  await rejects(
    () => openWeights([whole, half], { specs }),
    'UNSUPPORTED',
    /safetensors: \w+\.packed is f16; kernels read f32 here$/,
  )
})

test('when packing fails before it runs, nothing stays', async () => {
  const weight = (rows: number) => parameter({ shape: [rows, 8], init: table.init, product: true })
  const some = { 'first.weight': weight(32), 'second.weight': weight(32) }
  const tensors = {
    'first.weight': createTensor('f32', [32, 8]),
    // No product reads such weights.
    'second.weight': createTensor('i32', [32, 8]),
  }
  try {
    await packWeights(weightSet(tensors), some)
    assert.unreachable('was packed')
  } catch (error) {
    assert.match((error as Error).message, /i32/)
  }
})

test('when packing is cancelled, nothing stays', async () => {
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  try {
    await packWeights(await openWeights([whole], { specs }), specs, { signal: stop.signal })
    assert.unreachable('was not cancelled')
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
})

test.run()
