// Mamba-1 over the tensors of a published folder against transformers: published/make_mamba.py.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../../lib/core/errors.ts'
import { jsonFields } from '../../../../lib/io/json_fields.ts'
import { mambaLanguageConfig } from '../../../../lib/models/lm/families/mamba/config.ts'
import { mamba } from '../../../../lib/models/lm/families/mamba/family.ts'
import { loadTextGenerator } from '../../../../lib/models/lm/load_text_generator.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { cacheDir, goldenFolder, loaded } from '../published/support.ts'
import { farthest, goldenOf, openFamily } from './support.ts'

interface Golden {
  readonly ids: readonly (readonly number[])[]
  readonly vocabulary: number
}

for (const folder of ['mamba', 'mamba-hf'])
  test(`${folder}: logits are those of transformers, at once, by tokens and in a batch`, async () => {
    const { golden, tensor } = await goldenOf<Golden>('mamba-hf')
    const { ids, vocabulary } = golden
    const n = ids.length
    const all = await openFamily(mamba, folder, n, 1)
    assert.is(all.config.vocabulary, vocabulary)
    const together = await all.advance(ids)
    all.dispose()
    let row = 0
    for (const [i, prompt] of ids.entries()) {
      const expected = tensor(`logits.${i}`)
      const own = together.subarray(row * vocabulary, (row + prompt.length) * vocabulary)
      assert.ok(farthest(own, expected) < 1e-4, `${i}: ${farthest(own, expected)}`)
      row += prompt.length
      const model = await openFamily(mamba, folder, 1, 1)
      const [first, ...rest] = [prompt.slice(0, 2), ...prompt.slice(2).map((token) => [token])]
      const parts = [await model.advance([first!])]
      for (const tokens of rest) parts.push(await model.advance([tokens]))
      model.dispose()
      assert.equal(Float32Array.from(parts.flatMap((part) => [...part])), own, 'the same bits')
    }
  })

test('the original form writes what the converted one does, with a tokenizer beside it', async () => {
  const folder = join(temporaryFolder(), 'mamba')
  cpSync(goldenFolder('mamba'), folder, { recursive: true })
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(join(goldenFolder('mamba-hf'), file), join(folder, file))
  await using original = await loadTextGenerator(folder, { cacheDir, storage: 'f32' })
  await using converted = await loaded('mamba-hf')
  const prompts = ['the tide', 'water left', 'naïve']
  const [a, b] = [original, converted].map((model) => model.generate(prompts, { maxTokens: 20 }))
  assert.equal(await a, await b)
  assert.is(original.contextTokens, null)
})

test('the original form takes a tokenizer that is named, or downloaded with a converted model', async () => {
  const use = { cacheDir, storage: 'f32' } as const
  const folder = goldenFolder('mamba')
  const hub = temporaryFolder()
  process.env.HF_HUB_CACHE = hub
  await rejects(
    () => loadTextGenerator(folder, use),
    'NOT_FOUND',
    /mamba: no tokenizer; `vmm pull state-spaces\/mamba-130m-hf` downloads a model that has it/,
  )
  await rejects(
    () => loadTextGenerator(folder, { ...use, tokenizer: 'no/such' }),
    'NOT_FOUND',
    /^no\/such: neither a folder nor a repository that was downloaded/,
  )
  await rejects(
    () => loadTextGenerator(folder, { ...use, tokenizer: '' }),
    'BAD_ARGUMENT',
    /tokenizer: got ""/,
  )
  await using named = await loadTextGenerator(folder, { ...use, tokenizer: goldenFolder('mamba-hf') })
  const snapshot = join(hub, 'models--state-spaces--mamba-370m-hf')
  cpSync(goldenFolder('mamba-hf'), join(snapshot, 'snapshots', 'a'.repeat(40)), { recursive: true })
  mkdirSync(join(snapshot, 'refs'))
  writeFileSync(join(snapshot, 'refs', 'main'), 'a'.repeat(40))
  await using found = await loadTextGenerator(folder, use)
  await using converted = await loaded('mamba-hf')
  const [own, ...others] = await Promise.all(
    [converted, named, found].map((model) => model.generate(['the tide'], { maxTokens: 20 })),
  )
  assert.equal(others, [own, own])
  assert.is(named.fingerprint, found.fingerprint)
})

test('configs of both forms', async () => {
  const original = { d_model: 768, n_layer: 24, vocab_size: 50277, ssm_cfg: {}, pad_vocab_size_multiple: 8 }
  const hf = {
    ...{ model_type: 'mamba', vocab_size: 50280, hidden_size: 768, num_hidden_layers: 24, state_size: 16 },
    ...{ intermediate_size: 1536, conv_kernel: 4, time_step_rank: 48, hidden_act: 'silu' },
  }
  const read = (value: object) => mambaLanguageConfig(jsonFields('config.json', value))
  assert.equal(read(original), read(hf))
  assert.is(read({ ...original, ssm_cfg: { dt_rank: 'auto', expand: 3 } }).inner, 2304)
  const wrong: readonly (readonly [object, ErrorCode, RegExp])[] = [
    [{ ...original, ssm_cfg: { layer: 'Mamba2' } }, 'UNSUPPORTED', /ssm_cfg: layer: got "Mamba2"/],
    [{ ...original, attn_layer_idx: [3] }, 'UNSUPPORTED', /attn_layer_idx/],
    [{ ...original, d_intermediate: 64 }, 'UNSUPPORTED', /d_intermediate/],
    [{ ...original, rms_norm: false }, 'UNSUPPORTED', /rms_norm/],
    [{ ...hf, hidden_act: 'gelu' }, 'UNSUPPORTED', /hidden_act/],
    [{ ...hf, conv_kernel: 1 }, 'BAD_ARGUMENT', /config.dConv: got 1/],
    [{ ...hf, hidden_size: 1e9 }, 'BAD_ARGUMENT', /config.width/],
    [{ ...hf, num_hidden_layers: 'x' }, 'BAD_FILE', /num_hidden_layers/],
  ]
  for (const [config, code, message] of wrong) await rejects(() => read(config), code, message)
})

test.run()
