// What a folder may lack or say that makes it no encoder, and options that a model does not have.
import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../lib/core/errors.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { LoadEncoderOptions } from '../../../lib/models/published/options.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const cacheDir = temporaryFolder()
const load = (folder: string, options: LoadEncoderOptions = {}) =>
  loadEncoder(folder, { cacheDir, ...options })
const goldenFolder = (name: string) => join(import.meta.dirname, 'goldens', name)

/** A copy of a checkpoint that may be changed. */
function copyOf(name: string): string {
  const folder = join(temporaryFolder(), name)
  cpSync(goldenFolder(name), folder, { recursive: true })
  return folder
}

function altered(path: string, change: (json: Record<string, unknown>) => unknown): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))))
}

/** Every way to spoil a checkpoint, the code of its error, and what the message says. */
const SPOILT: readonly (readonly [string, string, (folder: string) => void, ErrorCode, RegExp])[] = [
  [
    'another architecture',
    'minilm',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, model_type: 'llama' })),
    'UNSUPPORTED',
    /config\.json: model_type: got "llama"; expected bert, camembert, mpnet, new, qwen2, roberta, t5, xlm-roberta$/,
  ],
  [
    'a size that is none',
    'minilm',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, hidden_size: '32' })),
    'BAD_FILE',
    /config\.json: hidden_size: got "32"; expected a whole number from 1 on$/,
  ],
  [
    'heads that do not divide the width',
    'minilm',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, num_attention_heads: 5 })),
    'BAD_FILE',
    /config\.json: config\.heads: got 5; expected a divisor of width, 32$/,
  ],
  [
    'positions of another kind',
    'minilm',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, position_embedding_type: 'relative_key' })),
    'UNSUPPORTED',
    /position_embedding_type: got "relative_key"; expected "absolute"$/,
  ],
  [
    'more layers than the weights have',
    'mpnet',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, num_hidden_layers: 3 })),
    'BAD_FILE',
    /no tensor encoder\.layer\.2\.attention\.attn\.q\.weight, .* and \d+ more$/,
  ],
  [
    'fewer layers than the weights have',
    'mpnet',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, num_hidden_layers: 1 })),
    'BAD_FILE',
    /encoder\.layer\.1\..*: no tensor of this model$/,
  ],
  [
    'a table of another size',
    'gtr',
    (f) => altered(join(f, 'config.json'), (c) => ({ ...c, vocab_size: 64 })),
    'BAD_FILE',
    /model\.safetensors: .* is .*; the model needs \[64, 32\]$|a tokenizer of \d+ tokens; the model has 64 embeddings$/,
  ],
  [
    'no tokenizer',
    'gtr',
    (f) => rmSync(join(f, 'tokenizer.json')),
    'NOT_FOUND',
    /no tokenizer: looked for tokenizer\.json/,
  ],
  [
    'no weights',
    'gtr',
    (f) => {
      for (const file of ['model.safetensors', 'golden.safetensors']) rmSync(join(f, file))
    },
    'NOT_FOUND',
    /no weights/,
  ],
  [
    'half a download',
    'gtr',
    (f) => truncateSync(join(f, 'model.safetensors'), 20_000),
    'BAD_FILE',
    /model\.safetensors/,
  ],
  [
    'a missing shard',
    'stella15',
    (f) => rmSync(join(f, 'model-00002-of-00002.safetensors')),
    'NOT_FOUND',
    /model-00002-of-00002\.safetensors/,
  ],
  [
    'a module that is not known',
    'minilm',
    (f) =>
      writeFileSync(
        join(f, 'modules.json'),
        JSON.stringify([
          { path: '', type: 'sentence_transformers.models.Transformer' },
          { path: '1_LSTM', type: 'sentence_transformers.models.LSTM' },
        ]),
      ),
    'UNSUPPORTED',
    /modules\.json: module 1 is LSTM/,
  ],
  [
    'a module outside the folder',
    'minilm',
    (f) =>
      writeFileSync(
        join(f, 'modules.json'),
        JSON.stringify([{ path: '../other', type: 'sentence_transformers.models.Transformer' }]),
      ),
    'BAD_FILE',
    /path: \.\.\/other leaves the folder$/,
  ],
  [
    'two poolings at once',
    'minilm',
    (f) => altered(join(f, '1_Pooling/config.json'), (c) => ({ ...c, pooling_mode_cls_token: true })),
    'UNSUPPORTED',
    /pooling_mode_mean_tokens and pooling_mode_cls_token/,
  ],
  [
    'a Dense module of another width',
    'gtr',
    (f) =>
      cpSync(goldenFolder('stella15/2_Dense_16/model.safetensors'), join(f, '2_Dense/model.safetensors')),
    'BAD_FILE',
    /2_Dense/,
  ],
]

for (const [what, name, spoil, code, message] of SPOILT)
  test(`refused: ${what}`, async () => {
    const folder = copyOf(name)
    spoil(folder)
    const before = deviceInfo().liveBytes
    await rejects(() => load(folder), code, message)
    const after = deviceInfo().liveBytes
    assert.equal([after.state, after.mapped], [before.state, before.mapped])
  })

test('options that a model does not have are refused by name', async () => {
  const stella = goldenFolder('stella15')
  const wrong = (options: LoadEncoderOptions, message: RegExp, folder = stella) =>
    rejects(() => load(folder, options), 'BAD_ARGUMENT', message)
  await wrong({ dims: 512 }, /^dims: got 512; expected 16, 64, the heads of /)
  await wrong(
    { dims: 16 },
    /^dims: got 16; expected 32: this model has one head, of which truncate: true keeps fewer$/,
    goldenFolder('minilm'),
  )
  await wrong({ prompt: 's2p' }, /^prompt: got "s2p"; expected s2s_query$/)
  await wrong(
    { prompt: 's2s' },
    /^prompt: got "s2s"; expected none: this model has no prompts/,
    goldenFolder('gtr'),
  )
  await wrong({ prompt: { text: 'word '.repeat(80) } }, /^prompt: got .*; expected less than 64 tokens$/)
  await wrong({ maxTokens: 129 }, /^maxTokens: got 129; expected at most 128, the positions of the model$/)
  await wrong({ dims: 33, truncate: true }, /^dims: got 33; expected at most 32$/, goldenFolder('minilm'))
  await wrong({ maxTokens: 0 }, /^maxTokens: got 0/)
  await wrong({ storage: 'q4' as 'f32' }, /^storage: got "q4"; expected f32, bf16, f16, q8_0, q4_0$/)
  await wrong({ compute: 'f16' as 'f32' }, /^compute: got "f16"; expected f32, bf16$/)
  await wrong({ normalise: 1 as unknown as boolean }, /^normalise: got 1; expected true or false$/)
  await wrong({ dim: 3 } as LoadEncoderOptions, /^dim: no such option/)
  await rejects(
    () => loadEncoder('use-lite', { prompt: 's2s' }),
    'BAD_ARGUMENT',
    /^prompt: got "s2s"; expected nothing: use-lite/,
  )
})

test('a repository that was not downloaded is not found, and the command that does it is named', async () => {
  const before = process.env.HF_HUB_CACHE
  process.env.HF_HUB_CACHE = temporaryFolder()
  try {
    await rejects(
      () => load('minilm'),
      'NOT_FOUND',
      /sentence-transformers\/all-MiniLM-L6-v2 was not downloaded; `vmm pull minilm` does it, or \{ download: true \}$/,
    )
    await rejects(
      () => load('nobody'),
      'NOT_FOUND',
      /^encoder "nobody": neither a known name \(use-lite, minilm, /,
    )
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE
    else process.env.HF_HUB_CACHE = before
  }
})

test('a folder without modules is a transformer whose rows are averaged', async () => {
  const folder = copyOf('minilm')
  rmSync(join(folder, 'modules.json'))
  await using plain = await load(folder)
  await using whole = await load(goldenFolder('minilm'))
  const text = 'The tide was going out.'
  assert.equal((await plain.encode(text)).vectors.row(0), (await whole.encode(text)).vectors.row(0))
})

test('a folder that only moved has the space that it had', async () => {
  const folder = copyOf('gtr')
  const first = await load(folder)
  renameSync(folder, `${folder}-moved`)
  const second = await load(`${folder}-moved`)
  assert.is(second.fingerprint, first.fingerprint)
  for (const model of [first, second]) model.dispose()
})

test.run()
