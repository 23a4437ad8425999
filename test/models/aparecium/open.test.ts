// What is loaded, and files that are no checkpoint, or none that fits.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openAparecium } from '../../../lib/models/aparecium/open.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { standInEncoder } from '../../support/stand_in_encoder.ts'
import {
  altered,
  CHECKPOINT,
  FOLDER,
  golden,
  SURROGATE,
  some,
  storedTensors,
  TINY,
  zeros,
} from './support.ts'

const encoder = bagOfWords()
const { dModel, vocabulary, dims } = golden.sizes

test('a folder, its file, and a folder without a surrogate', async () => {
  const told: unknown[] = []
  for (const name of [FOLDER, CHECKPOINT]) {
    await using inverter = await loadInverter(name, { encoder, ...TINY })
    assert.is(inverter.name, 'aparecium_v2_s1.pt')
    assert.equal([inverter.space, inverter.dims, inverter.capacityTokens], ['bag-32', 32, 24])
    const { layers, heads, scales, memoryDims, vocabulary } = inverter.config
    assert.equal([layers, heads, scales, memoryDims, vocabulary], [2, 2, [2, 4], 12, 320])
    assert.is(inverter.countTokens(golden.texts[0]!), golden.read[0]!.length)
    told.push(inverter.fingerprint, await inverter.invert(some(0), { refine: 0 }))
  }
  assert.equal(told.slice(2), told.slice(0, 2))
  const folder = temporaryFolder()
  copyFileSync(CHECKPOINT, join(folder, 'other.pt'))
  await using alone = await loadInverter(folder, { encoder, ...TINY })
  assert.is((await alone.invert(some(0), { refine: 0 }))[0]!.best!.surrogate, null)
  await using named = await loadInverter(folder, { encoder, ...TINY, surrogate: SURROGATE })
  assert.is.not((await named.invert(some(0), { refine: 0 }))[0]!.best!.surrogate, null)
  assert.is(new Set([told[0], alone.fingerprint]).size, 2)
})

test('a surrogate in the checkpoint itself, by either name, and no sketcher', async () => {
  const surrogate = Object.entries(await storedTensors(SURROGATE))
  const scorer = Object.fromEntries(
    surrogate.map(([name, own]) => [name.replace('surrogate_r', 'scorer'), own]),
  )
  const sketcher = ['net.0', 'net.3', 'has_url', 'ticker_logits', 'addr_logits', 'num_logits'].flatMap(
    (name) => [
      [`sketcher.${name}.weight`, null],
      [`sketcher.${name}.bias`, null],
    ],
  )
  const path = await altered({ ...scorer, ...Object.fromEntries(sketcher) })
  await using inverter = await openAparecium(path, { encoder, ...TINY })
  await using separate = await loadInverter(CHECKPOINT, { encoder, ...TINY })
  const options = { refine: 0, candidates: 5 }
  assert.equal(await inverter.invert(some(0, 1), options), await separate.invert(some(0, 1), options))
  assert.is(inverter.plan, undefined)
  assert.type(separate.plan, 'function')
})

const misfits: readonly (readonly [what: string, tensor: string, shape: readonly number[] | null, RegExp])[] =
  [
    ['no table of tokens', 'decoder.embed.weight', null, /no tensor decoder\.embed\.weight$/],
    ['no layers', 'decoder.decoder.layers.0.norm1.weight', null, /config\.layers: got 0; expected/],
    ['no scales', 'adapter.freq.0', null, /no tensor adapter\.freq\.0$/],
    [
      'a scale without marks',
      'adapter.freq.1',
      null,
      /adapter\.proj\.1\.0\.weight: no tensor of this model$/,
    ],
    ['no head', 'decoder.lm_head.weight', null, /no tensor decoder\.lm_head\.weight$/],
    ['a bias left out', 'decoder.kv_proj.bias', null, /no tensor decoder\.kv_proj\.bias$/],
    [
      'one layer cut',
      'decoder.decoder.layers.1.norm3.bias',
      null,
      /no tensor decoder\.decoder\.layers\.1\.norm3\.bias$/,
    ],
    [
      'a head of another size',
      'decoder.lm_head.weight',
      [vocabulary - 1, dModel],
      /decoder\.lm_head\.weight is \[319, 16\]; the model needs \[320, 16\]$/,
    ],
    [
      'a projection turned',
      'decoder.decoder.layers.0.multihead_attn.in_proj_weight',
      [dModel, 3 * dModel],
      /in_proj_weight is \[16, 48\]; the model needs \[48, 16\]$/,
    ],
    ['a vector for a table', 'decoder.embed.weight', [vocabulary], /is \[320\]; the model needs a matrix$/],
    ['an empty table', 'decoder.embed.weight', [0, dModel], /config\.vocabulary: got 0; expected/],
    ['a scale of no rows', 'adapter.freq.1', [0, 12], /config\.scales: got \[2, 0\]; expected/],
    ['a tensor too many', 'decoder.extra.weight', [3], /decoder\.extra\.weight: no tensor of this model$/],
    ['a sketcher cut', 'sketcher.num_logits.bias', null, /no tensor sketcher\.num_logits\.bias$/],
    ['a sketcher of other vectors', 'sketcher.net.0.weight', [20, dims + 1], /needs \[20, 32\]$/],
  ]
for (const [what, tensor, shape, message] of misfits)
  test(`${what}: refused by name`, async () => {
    const path = await altered({ [tensor]: shape && zeros(...shape) })
    await rejects(() => openAparecium(path, { encoder, ...TINY }), 'BAD_FILE', message)
  })

test('a surrogate of other tokens, or none at all', async () => {
  const open = (surrogate: string) => openAparecium(CHECKPOINT, { encoder, ...TINY, surrogate })
  const other = await altered({ 'surrogate_r.text.emb.weight': zeros(vocabulary + 1, dModel) }, SURROGATE)
  await rejects(() => open(other), 'BAD_FILE', /a surrogate of 321 tokens; the decoder has 320$/)
  const cut = await altered({ 'surrogate_r.norm.bias': null }, SURROGATE)
  await rejects(() => open(cut), 'BAD_FILE', /no tensor surrogate_r\.norm\.bias$/)
  await rejects(() => open(CHECKPOINT), 'BAD_FILE', /no surrogate: neither surrogate_r nor scorer$/)
  await rejects(() => open(join(FOLDER, 'none.pt')), 'NOT_FOUND', /none\.pt/)
})

test('files that are no checkpoint', async () => {
  const folder = temporaryFolder()
  const write = (name: string, content: Uint8Array | string) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const bytes = readFileSync(CHECKPOINT)
  const load = (name: string) => loadInverter(name, { encoder, ...TINY })
  await rejects(
    () => load(write('a.pt', 'no pickle')),
    'BAD_FILE',
    /a\.pt: neither a zip archive nor a pickle/,
  )
  await rejects(() => load(write('b.pt', '')), 'BAD_FILE', /b\.pt/)
  await rejects(() => load(write('c.pt', bytes.subarray(0, bytes.length / 2))), 'BAD_FILE', /c\.pt/)
  await rejects(() => load(folder), 'NOT_FOUND', /several checkpoints; name one of a\.pt, b\.pt, c\.pt$/)
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  await rejects(
    () => load(empty),
    'BAD_ARGUMENT',
    /^(tokenizer|heads|maxTokens): got .*checkpoints of Aparecium$/,
  )
  await rejects(() => loadInverter(empty, { encoder }), 'NOT_FOUND', /empty/)
  await rejects(() => loadInverter(join(folder, 'none.pt'), { encoder }), 'NOT_FOUND', /none\.pt/)
})

test('an encoder of other dims, or none at all', async () => {
  const wide = standInEncoder({
    ...{
      name: 'wide',
      space: 'wide-40',
      dims: 40,
      fingerprint: 'w',
      capacityTokens: 9,
      tokens: null as never,
    },
    ...{ vectorOf: () => new Float32Array(40).fill(0.2), isLong: () => false },
  })
  await rejects(
    () => loadInverter(CHECKPOINT, { ...TINY, encoder: wide }),
    'SPACE_MISMATCH',
    /aparecium_v2_s1\.pt: reads vectors of 32 dims, as all-mpnet-base-v2 makes them; those of wide have 40$/,
  )
})

test('tokenizers that are missing or of another model', async () => {
  const folder = temporaryFolder()
  const load = (tokenizer: string) => loadInverter(CHECKPOINT, { ...TINY, encoder, tokenizer })
  await rejects(
    () => load(folder),
    'NOT_FOUND',
    /no tokenizer: looked for tokenizer\.json.*; the checkpoint holds none; name a folder .* by the option tokenizer, or get it: vmm pull gpt2$/,
  )
  const json = JSON.parse(readFileSync(join(FOLDER, 'tokenizer.json'), 'utf8'))
  const write = (value: unknown) => writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(value))
  write({ ...json, added_tokens: [] })
  await rejects(
    () => load(folder),
    'BAD_FILE',
    /a tokenizer of 319 tokens without <\|endoftext\|>; the model writes/,
  )
  write({ ...json, added_tokens: [...json.added_tokens, { ...json.added_tokens[0], content: '<more>' }] })
  await rejects(
    () => load(folder),
    'BAD_FILE',
    /a tokenizer of 321 tokens; the model writes GPT-2's, 320 with/,
  )
})

test('a repository that was downloaded, with the tokenizer of another', async () => {
  const cache = temporaryFolder()
  const commit = 'a'.repeat(40)
  const snapshot = (repository: string, from: Readonly<Record<string, string>>) => {
    const own = join(cache, `models--${repository.replace('/', '--')}`)
    const folder = join(own, 'snapshots', commit)
    for (const path of [folder, join(own, 'refs')]) mkdirSync(path, { recursive: true })
    writeFileSync(join(own, 'refs', 'main'), commit)
    for (const [name, path] of Object.entries(from)) copyFileSync(path, join(folder, name))
  }
  const before = process.env.HF_HUB_CACHE
  process.env.HF_HUB_CACHE = cache
  try {
    const { tokenizer: _, ...options } = { ...TINY, encoder }
    const load = () => loadInverter('SentiChain/aparecium-v2-pooled-reverser', options)
    await rejects(load, 'BAD_ARGUMENT', /^heads: got 2; expected nothing/)
    snapshot('SentiChain/aparecium-v2-pooled-reverser', {
      'aparecium_v2_s1.pt': CHECKPOINT,
      'r_best.pt': SURROGATE,
    })
    await rejects(load, 'NOT_FOUND', /no tokenizer: looked for .*vmm pull gpt2$/)
    snapshot('openai-community/gpt2', { 'tokenizer.json': join(FOLDER, 'tokenizer.json') })
    await using downloaded = await load()
    await using own = await loadInverter(CHECKPOINT, { ...TINY, encoder })
    assert.is(downloaded.fingerprint, own.fingerprint)
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE
    else process.env.HF_HUB_CACHE = before
  }
})

test('vocab.json and merges.txt do as well', async () => {
  const folder = temporaryFolder()
  const { model, added_tokens } = JSON.parse(readFileSync(join(FOLDER, 'tokenizer.json'), 'utf8'))
  const [{ content, id }] = added_tokens
  writeFileSync(join(folder, 'vocab.json'), JSON.stringify({ ...model.vocab, [content]: id }))
  const merges = model.merges.map((one: string | string[]) => (Array.isArray(one) ? one.join(' ') : one))
  writeFileSync(join(folder, 'merges.txt'), ['#version: 0.2', ...merges, ''].join('\n'))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'gpt2' }))
  await using files = await loadInverter(CHECKPOINT, { ...TINY, encoder, tokenizer: folder })
  await using json = await loadInverter(CHECKPOINT, { ...TINY, encoder })
  const options = { refine: 0, constraints: { include: ['€'] } }
  assert.equal(await files.invert(some(0), options), await json.invert(some(0), options))
})

test('options are checked, and are for checkpoints alone', async () => {
  const load = (options: object) => loadInverter(CHECKPOINT, { encoder, ...TINY, ...options } as never)
  for (const [name, values] of Object.entries({
    heads: [0, 1.5, '8', 2000],
    maxTokens: [1, 1.5, '8', 2000],
    tokenizer: ['', 7, null],
    surrogate: ['', 7, null, true],
  }))
    for (const value of values)
      await rejects(() => load({ [name]: value }), 'BAD_ARGUMENT', new RegExp(`^${name}: got`))
  await rejects(() => load({ heads: 3 }), 'BAD_ARGUMENT', /^heads: got 3; expected a divisor of 16/)
  await rejects(() => load({ head: 3 }), 'BAD_ARGUMENT', /^head/)
  await rejects(
    () => loadInverter(temporaryFolder(), { encoder, heads: 2 }),
    'BAD_ARGUMENT',
    /^heads: got 2; expected nothing: it is for checkpoints of Aparecium$/,
  )
})

test.run()
