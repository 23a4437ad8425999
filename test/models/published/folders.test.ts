// What folders on the hub say in other ways than the goldens do, and what would change vectors without a word.
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { LoadEncoderOptions } from '../../../lib/models/published/options.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const cacheDir = temporaryFolder()
const TEXT = 'The tide was going out.'
const goldenFolder = (name: string) => join(import.meta.dirname, 'goldens', name)

function copyOf(name: string): string {
  const folder = join(temporaryFolder(), name)
  cpSync(goldenFolder(name), folder, { recursive: true })
  return folder
}

/** A copy of a golden of which one file says more, or other things. */
function saying(name: string, file: string, more: object): string {
  const folder = copyOf(name)
  const path = join(folder, file)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...more }))
  return folder
}

async function loaded(folder: string, options: LoadEncoderOptions = {}, text = TEXT) {
  await using model = await loadEncoder(folder, { cacheDir, ...options })
  const { vectors } = await model.encode(text)
  return { vector: vectors.row(0), capacityTokens: model.capacityTokens, space: model.space }
}

const vectorOf = async (folder: string, options?: LoadEncoderOptions, text?: string) =>
  (await loaded(folder, options, text)).vector

test('tokens that are read: as the Transformer module says, by any of its names, else as the tokenizer does', async () => {
  const limit = async (name: string, said: object, tokenizers: object) => {
    const folder = saying('minilm', 'tokenizer_config.json', tokenizers)
    rmSync(join(folder, 'sentence_bert_config.json'))
    writeFileSync(join(folder, name), JSON.stringify(said))
    return (await loaded(folder)).capacityTokens
  }
  const ten = { model_max_length: 10 }
  assert.is(await limit('sentence_roberta_config.json', { max_seq_length: 12 }, ten), 12)
  // As sentence-transformers 6 writes it.
  assert.is(await limit('sentence_bert_config.json', { transformer_task: 'feature-extraction' }, ten), 10)
  assert.is(await limit('sentence_bert_config.json', { max_seq_length: null }, ten), 10)
  assert.is(await limit('README.md', {}, ten), 10)
  assert.is(await limit('README.md', {}, { model_max_length: 1e30 }), 64)
  await rejects(
    () => limit('README.md', {}, { model_max_length: 0 }),
    'BAD_FILE',
    /tokenizer_config\.json: model_max_length: got 0; expected a whole number from 1 on$/,
  )
})

test('the newest names of modules and poolings', async () => {
  const folder = copyOf('minilm')
  const modules = JSON.parse(readFileSync(join(folder, 'modules.json'), 'utf8')) as { type: string }[]
  const places = [
    'base.modules.transformer',
    'sentence_transformer.modules.pooling',
    'base.modules.normalize',
  ]
  const renamed = modules.map((one, i) => ({
    ...one,
    type: `sentence_transformers.${places[i]}.${one.type.split('.').at(-1)}`,
  }))
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(renamed))
  const pooling = { embedding_dimension: 32, pooling_mode: 'mean', include_prompt: true }
  writeFileSync(join(folder, '1_Pooling/config.json'), JSON.stringify(pooling))
  assert.equal(await vectorOf(folder), await vectorOf(goldenFolder('minilm')))
  writeFileSync(join(folder, '1_Pooling/config.json'), '{"word_embedding_dimension":32}')
  assert.equal(await vectorOf(folder), await vectorOf(goldenFolder('minilm')))
})

test('a transformer in a folder of its own, as older models have it', async () => {
  const folder = copyOf('minilm')
  const inner = join(folder, '0_Transformer')
  mkdirSync(inner)
  for (const file of readdirSync(folder))
    if (/\.(json|safetensors)$/.test(file) && !/^(modules|golden)\./.test(file))
      renameSync(join(folder, file), join(inner, file))
  const modules = readFileSync(join(folder, 'modules.json'), 'utf8')
  writeFileSync(join(folder, 'modules.json'), modules.replace('"path":""', '"path":"0_Transformer"'))
  assert.equal(await vectorOf(folder), await vectorOf(goldenFolder('minilm')))
})

test('norms by the names that TensorFlow gives them', async () => {
  const folder = copyOf('minilm')
  const path = join(folder, 'model.safetensors')
  const bytes = readFileSync(path)
  const end = 8 + Number(bytes.readBigUInt64LE())
  const header = bytes.subarray(8, end).toString()
  const renamed = header
    .replaceAll('LayerNorm.weight', 'LayerNorm.gamma')
    .replaceAll('LayerNorm.bias', 'LayerNorm.beta')
  const size = Buffer.alloc(8)
  const padded = Buffer.from(renamed.padEnd(8 * Math.ceil(renamed.length / 8)))
  size.writeBigUInt64LE(BigInt(padded.length))
  writeFileSync(path, Buffer.concat([size, padded, bytes.subarray(end)]))
  assert.equal(await vectorOf(folder), await vectorOf(goldenFolder('minilm')))
})

test('do_lower_case of the Transformer module counts where the tokenizer keeps capitals', async () => {
  const folder = saying('roberta', 'sentence_bert_config.json', { do_lower_case: true })
  const [upper, lower] = ['THE TIDE ΣΑΣ', 'the tide σασ']
  const expected = await vectorOf(goldenFolder('roberta'), {}, lower)
  assert.equal(await vectorOf(folder, {}, upper), expected)
  assert.not.equal(await vectorOf(goldenFolder('roberta'), {}, upper), expected)
  assert.not.equal(
    (await loaded(folder)).space.split('-').at(-1),
    (await loaded(goldenFolder('roberta'))).space.split('-').at(-1),
  )
})

test('a default prompt stands before texts unless another is asked for; one that is null is empty', async () => {
  const prompts = { s2s_query: 'Instruct: Retrieve semantically similar text.\nQuery: ', document: null }
  const file = 'config_sentence_transformers.json'
  const folder = saying('stella15', file, { prompts, default_prompt_name: 's2s_query' })
  const [asked, plain] = [await vectorOf(folder, { prompt: 's2s' }), await vectorOf(goldenFolder('stella15'))]
  assert.equal(await vectorOf(folder), asked)
  for (const prompt of ['document', { text: '' }]) assert.equal(await vectorOf(folder, { prompt }), plain)
  await rejects(
    () => loaded(saying('stella15', file, { prompts, default_prompt_name: 'query' })),
    'UNSUPPORTED',
    /default_prompt_name: got "query"; expected s2s_query, document$/,
  )
})

/** What would give other vectors than those that were published, were it passed over. */
const UNREAD: readonly (readonly [string, string, object, RegExp])[] = [
  ['gtr', '2_Dense/config.json', { use_residual: true }, /use_residual: got true; expected false$/],
  [
    'gtr',
    '2_Dense/config.json',
    { module_input_name: 'token_embeddings' },
    /module_input_name: got "token_embeddings"; expected "sentence_embedding"$/,
  ],
  [
    'gtr',
    'config.json',
    { relative_attention_max_distance: 64 },
    /relative_attention_max_distance: got 64; expected 128$/,
  ],
  [
    'stella15',
    'config.json',
    { rope_scaling: { type: 'yarn', factor: 4 } },
    /rope_scaling: type: got "yarn"; expected "default"$/,
  ],
  [
    'stella15',
    'config.json',
    { rope_scaling: { rope_type: 'dynamic' } },
    /rope_scaling: rope_type: got "dynamic"/,
  ],
  [
    'stella400',
    'config.json',
    { rope_scaling: { type: 'ntk', factor: 2, mixed_b: 0.5 } },
    /mixed_b: got 0\.5/,
  ],
]
for (const [name, file, more, message] of UNREAD)
  test(`refused: ${JSON.stringify(more)} in ${file}`, () =>
    rejects(() => loaded(saying(name, file, more)), 'UNSUPPORTED', message))

test('a pooling that leaves prompts out is refused with a prompt alone', async () => {
  const folder = saying('stella15', '1_Pooling/config.json', { include_prompt: false })
  assert.equal(await vectorOf(folder), await vectorOf(goldenFolder('stella15')))
  await rejects(() => loaded(folder, { prompt: 's2s' }), 'UNSUPPORTED', /include_prompt: .*; expected true$/)
})

test('heads whose folders are empty, or have names that mean something in patterns, do not disturb', async () => {
  const folder = copyOf('stella15')
  mkdirSync(join(folder, '2_Dense_256'))
  assert.equal(await vectorOf(folder, { dims: 64 }), await vectorOf(goldenFolder('stella15'), { dims: 64 }))
  renameSync(join(folder, '2_Dense_16'), join(folder, '2_(a+'))
  const modules = readFileSync(join(folder, 'modules.json'), 'utf8')
  writeFileSync(join(folder, 'modules.json'), modules.replace('2_Dense_16', '2_(a+'))
  await rejects(
    () => loaded(folder, { dims: 64 }),
    'BAD_ARGUMENT',
    /^dims: got 64; expected 16, the heads of /,
  )
})

test('lengths that the special tokens fill are refused', () =>
  rejects(
    () => loaded(goldenFolder('minilm'), { maxTokens: 1 }),
    'BAD_ARGUMENT',
    /^maxTokens: got 1; expected 2 or more, the tokens of an empty text$/,
  ))

test('an id beyond the embeddings does not stand for an empty text', async () => {
  const folder = saying('stella15', 'config.json', { pad_token_id: 1e6, eos_token_id: 3 })
  const path = join(folder, 'tokenizer_config.json')
  writeFileSync(path, '{}')
  const tokenizer = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'))
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ ...tokenizer, padding: null }))
  assert.ok((await vectorOf(folder, {}, '')).every(Number.isFinite))
})

test('lengths, prompts and norms use the same prepared weights', async () => {
  const own = temporaryFolder()
  const uses: LoadEncoderOptions[] = [{}, { maxTokens: 20 }, { normalise: false }, { prompt: 's2s' }]
  for (const use of uses) await loaded(goldenFolder('stella15'), { cacheDir: own, ...use })
  assert.is(readdirSync(join(own, 'weights')).length, 1)
})

test('prepared weights that were damaged are told with what to delete', async () => {
  const own = temporaryFolder()
  const load = () => vectorOf(goldenFolder('gtr'), { cacheDir: own })
  const expected = await load()
  const [key] = readdirSync(join(own, 'weights'))
  const folder = join(own, 'weights', key!)
  truncateSync(join(folder, 'weights.safetensors'), 5000)
  await rejects(load, 'BAD_FILE', new RegExp(`; delete .*${key} and it is made again$`))
  rmSync(join(folder, 'weights.safetensors'))
  await rejects(load, 'NOT_FOUND', /and it is made again$/)
  rmSync(folder, { recursive: true })
  assert.equal(await load(), expected)
})

test('where no cache can be, weights stay in memory', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const expected = await vectorOf(goldenFolder('gtr'))
  assert.equal(await vectorOf(goldenFolder('gtr'), { cacheDir: join(file, 'cache') }), expected)
})

test('a short name and its repository are one space', async () => {
  const hub = temporaryFolder()
  const folder = join(hub, 'models--sentence-transformers--all-MiniLM-L6-v2')
  const commit = '0'.repeat(40)
  const snapshot = join(folder, 'snapshots', commit)
  mkdirSync(dirname(snapshot), { recursive: true })
  cpSync(goldenFolder('minilm'), snapshot, { recursive: true })
  mkdirSync(join(folder, 'refs'))
  writeFileSync(join(folder, 'refs', 'main'), commit)
  const before = process.env.HF_HUB_CACHE
  process.env.HF_HUB_CACHE = hub
  try {
    const [short, long] = await Promise.all(
      ['minilm', 'sentence-transformers/all-MiniLM-L6-v2'].map((name) => loaded(name)),
    )
    assert.match(short!.space, /^all-minilm-l6-v2-[0-9a-f]{8}$/)
    assert.is(short!.space, long!.space)
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE
    else process.env.HF_HUB_CACHE = before
  }
})

test.run()
