// How pairs of vec2text are found and loaded, and what does not go together.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../lib/core/errors.ts'
import { type SafetensorsInput, writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { type LoadInverterOptions, loadInverter } from '../../../lib/models/load_inverter.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { readTensor } from '../../../lib/tensor/device_tensor.ts'
import { openCheckpoint } from '../../../lib/weights/checkpoint.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { cacheDir, folderOf, GTR, goldenOf, longEncoder, opened, rawEncoder } from './support.ts'

process.env.HF_HUB_CACHE = temporaryFolder()

const load = (name: string, options: LoadInverterOptions = {}) =>
  loadInverter(name, { cacheDir, tokenizer: GTR, ...options })

const copies = temporaryFolder()
let made = 0

/** A pair that may be changed. */
function copyOf(pair: string): string {
  const folder = join(copies, `${made++}`, pair)
  cpSync(folderOf(pair), folder, { recursive: true })
  return folder
}

/** A folder in the cache of the hub. */
function cached(repository: string, from: string): string {
  const commit = '0123456789abcdef0123456789abcdef01234567'
  const own = join(process.env.HF_HUB_CACHE!, `models--${repository.replace('/', '--')}`)
  const folder = join(own, 'snapshots', commit)
  mkdirSync(join(own, 'refs'), { recursive: true })
  writeFileSync(join(own, 'refs', 'main'), commit)
  cpSync(from, folder, { recursive: true })
  return own
}

function altered(folder: string, change: object): void {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }))
}

/** Writes the weights of a folder anew, as safetensors, with other names; those without one are left out. */
async function renamed(folder: string, nameOf: (name: string) => string | null): Promise<void> {
  using checkpoint = await openCheckpoint(folder)
  const tensors: SafetensorsInput[] = []
  for (const original of checkpoint.names) {
    const name = nameOf(original)
    if (name === null || tensors.some((one) => one.name === name)) continue
    using tensor = checkpoint.tensor(original)
    const data = Float32Array.from(readTensor(tensor) as Float32Array)
    tensors.push({ name, dtype: 'F32', shape: tensor.shape, data })
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
}

const textsOf = async (name: string, options: LoadInverterOptions = {}) => {
  const encoder = await rawEncoder()
  const inverter = await load(name, { encoder, ...options })
  const { vectors } = await encoder.encode(goldenOf('gtr').texts)
  const found = await inverter.invert(vectors, { candidates: 1, beam: 2, maxTokens: 23 })
  inverter.dispose()
  encoder.dispose()
  return found.map(({ best }) => best!.text)
}

test('by its folder, and by its repository once both and the encoder were downloaded', async () => {
  const expected = await textsOf(folderOf('gtr', 'corrector'))
  assert.ok(expected.includes('water left the bay'))
  await rejects(
    () => loadInverter('jxm/gtr__nq__32__correct', { cacheDir }),
    'NOT_FOUND',
    /^jxm\/gtr__nq__32__correct: neither a folder nor a repository that was downloaded; `vmm pull jxm\/gtr__nq__32__correct`/,
  )
  cached('jxm/gtr__nq__32__correct', folderOf('gtr', 'corrector'))
  await rejects(
    () => loadInverter('jxm/gtr__nq__32__correct', { cacheDir }),
    'NOT_FOUND',
    /^jxm\/gtr__nq__32: neither a folder/,
  )
  cached('jxm/gtr__nq__32', folderOf('gtr', 'hypothesizer'))
  await rejects(
    () => loadInverter('jxm/gtr__nq__32__correct', { cacheDir }),
    'NOT_FOUND',
    /no tokenizer; `vmm pull google-t5\/t5-base` downloads T5's/,
  )
  const gtr = cached('sentence-transformers/gtr-t5-base', GTR)
  // Its own encoder is gtr without its head, told the tokens that the pair was trained with.
  await using inverter = await loadInverter('jxm/gtr__nq__32__correct', { cacheDir })
  assert.is(inverter.name, 'jxm/gtr__nq__32__correct')
  assert.equal([inverter.dims, inverter.encoder.capacityTokens], [32, 16])
  assert.equal([inverter.config.dModel, inverter.config.scales, inverter.config.noiseRange], [32, [4], null])
  const { vectors } = await inverter.encoder.encode(goldenOf('gtr').texts)
  const found = await inverter.invert(vectors, { steps: 20, beam: 2, maxTokens: 23 })
  assert.equal(
    found.map(({ best }) => best!.text),
    expected,
  )
  rmSync(gtr, { recursive: true })
})

test('a hypothesizer of another name, and tensors as older checkpoints name them', async () => {
  const expected = await textsOf(folderOf('gtr', 'corrector'))
  const folder = copyOf('gtr')
  cpSync(join(folder, 'hypothesizer'), join(folder, 'first'), { recursive: true })
  rmSync(join(folder, 'hypothesizer'), { recursive: true })
  await rejects(() => textsOf(join(folder, 'corrector')), 'NOT_FOUND', /hypothesizer: neither a folder/)
  await renamed(join(folder, 'first'), (name) => name.replace('transform.3.', 'transform.2.'))
  const hypothesizer = join(folder, 'first')
  assert.equal(await textsOf(join(folder, 'corrector'), { hypothesizer }), expected)
  // One unfolding for all three vectors is as three that are equal.
  const equal = copyOf('gtr')
  const first = (name: string) => name.replace('transform_1.', 'transform.')
  await renamed(join(folder, 'corrector'), (name) => (/transform_[23]/.test(name) ? null : first(name)))
  await renamed(join(equal, 'corrector'), (name) => (/transform_[23]/.test(name) ? null : name))
  using checkpoint = await openCheckpoint(join(equal, 'corrector'))
  const tensors: SafetensorsInput[] = checkpoint.names.flatMap((name) => {
    using tensor = checkpoint.tensor(name)
    const data = Float32Array.from(readTensor(tensor) as Float32Array)
    const own = { name, dtype: 'F32', shape: tensor.shape, data } as const
    if (!name.includes('transform_1')) return [own]
    return [1, 2, 3].map((i) => ({ ...own, name: name.replace('transform_1', `transform_${i}`) }))
  })
  rmSync(join(equal, 'corrector', 'model.safetensors'))
  await writeSafetensors(join(equal, 'corrector', 'model.safetensors'), tensors)
  const shared = await textsOf(join(folder, 'corrector'), { hypothesizer })
  assert.equal(shared, await textsOf(join(equal, 'corrector')))
  assert.is.not(shared.join(), expected.join())
})

test('weights may be kept as they are not stored', async () => {
  const expected = await textsOf(folderOf('gtr', 'corrector'))
  for (const [storage, compute] of [
    ['bf16', 'f32'],
    ['bf16', 'bf16'],
    ['f16', 'f32'],
    ['q8_0', 'f32'],
  ] as const) {
    const found = await textsOf(folderOf('gtr', 'corrector'), { storage, compute })
    const same = found.filter((text, i) => text === expected[i]).length
    assert.ok(same >= 4, `${storage}: ${found.join(' | ')}`)
  }
})

test('models that do not go together are refused, naming both', async () => {
  const gtr = folderOf('gtr', 'corrector')
  const pair = copyOf('gtr')
  const corrector = join(pair, 'corrector')
  const changed = (change: object) => {
    const folder = copyOf('gtr')
    altered(join(folder, 'corrector'), change)
    return join(folder, 'corrector')
  }
  const lacking = async (pattern: RegExp) => {
    const folder = join(copyOf('gtr'), 'corrector')
    await renamed(folder, (name) => (pattern.test(name) ? null : name))
    return folder
  }
  const refused: [string, LoadInverterOptions, ErrorCode, RegExp][] = [
    [
      gtr,
      { hypothesizer: folderOf('ada', 'hypothesizer') },
      'BAD_FILE',
      /gtr\/corrector: dims 32; its hypothesizer .*ada\/hypothesizer has 48$/,
    ],
    [gtr, { hypothesizer: gtr }, 'BAD_FILE', /corrector: a corrector; expected a hypothesizer$/],
    [folderOf('gtr', 'hypothesizer'), {}, 'NOT_FOUND', /a hypothesizer of vec2text; name its corrector/],
    [changed({ max_seq_length: 1e6 }), {}, 'BAD_FILE', /max_seq_length: got 1000000; expected at most 4096$/],
    [
      changed({ embedder_model_name: 'bert' }),
      {},
      'BAD_FILE',
      /embedder "bert"; its hypothesizer .* has "gtr_base"$/,
    ],
    [
      changed({ num_repeat_tokens: 5 }),
      {},
      'BAD_FILE',
      /num_repeat_tokens: 5 rows of 32; the tensors have 128/,
    ],
    [changed({ max_seq_length: null }), {}, 'BAD_FILE', /max_seq_length/],
    [await lacking(/transform_2/), {}, 'BAD_FILE', /no tensor embedding_transform_2.0.weight/],
    [await lacking(/layernorm/), {}, 'BAD_FILE', /no tensor layernorm.weight/],
    [await lacking(/shared|embed_tokens/), {}, 'BAD_FILE', /no tensor shared.weight/],
    [
      await lacking(/SelfAttention\.q/),
      {},
      'BAD_FILE',
      /no tensor encoder.block.0.layer.0.SelfAttention.q.weight/,
    ],
    [gtr, { tokenizer: folderOf('gtr') }, 'NOT_FOUND', /no tokenizer/],
    [gtr, { tokenizer: 'no-such-folder' }, 'NOT_FOUND', /no-such-folder: no folder/],
    [
      gtr,
      { tokenizer: join(import.meta.dirname, '../published/goldens/minilm') },
      'BAD_FILE',
      /not T5's tokenizer/,
    ],
    [
      corrector,
      { heads: 3 },
      'BAD_ARGUMENT',
      /heads: got 3; expected nothing: it is for checkpoints of Aparecium/,
    ],
    [corrector, { storage: 'q2' as never }, 'BAD_ARGUMENT', /storage: got "q2"/],
    [corrector, { hypothesizer: '' }, 'BAD_ARGUMENT', /hypothesizer: got ""/],
  ]
  const before = deviceInfo().liveBytes
  await using encoder = await rawEncoder()
  for (const [name, options, code, message] of refused)
    await rejects(() => load(name, { encoder, ...options }), code, message)
  encoder.dispose()
  assert.equal(deviceInfo().liveBytes, before, 'nothing is left of them')
  await rejects(
    () => loadInverter('vector-mamba-inverter', { hypothesizer: 'x' }),
    'BAD_ARGUMENT',
    /hypothesizer: got "x"; expected nothing: it is for a pair of vec2text/,
  )
})

test('encoders that the pair was not trained with are refused', async () => {
  const gtr = folderOf('gtr', 'corrector')
  await using long = await longEncoder()
  await rejects(
    () => load(gtr, { encoder: long }),
    'SPACE_MISMATCH',
    /32 dims, those of gtr_base; .* makes 48$/,
  )
  for (const options of [{ normalise: true }, { head: true }] as const) {
    await using normal = await rawEncoder(options)
    await rejects(
      () => load(gtr, { encoder: normal }),
      'BAD_ARGUMENT',
      /encoder: got .*whose vectors have length 1; expected one of raw vectors.*head: false/,
    )
  }
  await rejects(
    () => load(folderOf('ada', 'corrector')),
    'BAD_ARGUMENT',
    /encoder: got none; expected one whose vectors .* reads, those of text-embedding-ada-002/,
  )
})

test('an inverter that was given its encoder leaves it alone', async () => {
  const own = await opened('gtr')
  own.inverter.dispose()
  assert.is((await own.encoder.encode('the tide')).vectors.count, 1)
  own.encoder.dispose()
})

test.run()
