import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readManifest } from '../../../../lib/bundle/manifest.ts'
import { WEIGHTS_FILE } from '../../../../lib/bundle/save.ts'
import { verifyFiles } from '../../../../lib/bundle/verify.ts'
import { readSafetensorsHeader } from '../../../../lib/io/safetensors/file.ts'
import { USE_LITE_TOKENIZER } from '../../../../lib/models/families/use_lite/config.ts'
import { useLiteBundle } from '../../../../lib/models/families/use_lite/convert.ts'
import {
  findUseLite,
  readUseLiteSource,
  useLiteWeightNames,
} from '../../../../lib/models/families/use_lite/source.ts'
import { readTokens } from '../../../../lib/text/tokenizers/tokens.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { useLiteOracle } from './oracle.ts'

const cache = temporaryFolder()

test('the package is converted once, into a bundle that holds together', async () => {
  const [folder, same] = await Promise.all([useLiteBundle({ cache }), useLiteBundle({ cache })])
  assert.is(folder, same)
  assert.equal(readdirSync(folder).sort(), [
    'bundle.json',
    'model.safetensors',
    'packed.safetensors',
    'vocabulary.json',
  ])
  assert.equal(readdirSync(join(cache, 'bundles')), ['use-lite-2'])
  const manifest = await readManifest(folder)
  await verifyFiles(folder, manifest)
  assert.is(manifest.architecture, 'use-lite')
  assert.equal(manifest.space, {
    name: 'use-lite-512',
    dims: 512,
    normalised: true,
    // What caches of its vectors are keyed by: it stays when the layout of the bundle changes.
    fingerprint: '6708b215e3ec23a64b13c18990292465ed9767905d11af89e52ee826aa265e3f',
  })
  assert.is(manifest.capacityTokens, 128)
  const { tensors } = await readSafetensorsHeader(join(folder, WEIGHTS_FILE))
  const shapes = Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]))
  const layer = (i: number, width: number) => ({
    [`layers.${i}.attention_norm.weight`]: [width],
    [`layers.${i}.attention_norm.bias`]: [width],
    [`layers.${i}.qkv.weight`]: [3 * width, width],
    [`layers.${i}.qkv.bias`]: [3 * width],
    [`layers.${i}.attention_out.weight`]: [512, width],
    [`layers.${i}.attention_out.bias`]: [512],
    [`layers.${i}.ffn_norm.weight`]: [512],
    [`layers.${i}.ffn_norm.bias`]: [512],
    [`layers.${i}.ffn_up.weight`]: [1536, 512],
    [`layers.${i}.ffn_up.bias`]: [1536],
    [`layers.${i}.ffn_down.weight`]: [512, 1536],
    [`layers.${i}.ffn_down.bias`]: [512],
  })
  assert.equal(shapes, {
    embedding: [8002, 256],
    'timing.inv_freq': [128],
    'projection.weight': [512, 256],
    'projection.bias': [512],
    ...layer(0, 256),
    ...layer(1, 512),
    'head.weight': [512, 512],
    'head.bias': [512],
  })
  const parameters = Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
  assert.is(parameters, 6_975_872)
})

test('linear weights are transposed, others copied', async () => {
  const path = join(await useLiteBundle({ cache }), WEIGHTS_FILE)
  const bytes = readFileSync(path)
  const { tensors } = await readSafetensorsHeader(path)
  const values = (name: string): Float32Array => {
    const { begin, end } = tensors.find((tensor) => tensor.name === name)!
    return new Float32Array(Uint8Array.from(bytes.subarray(begin, end)).buffer)
  }
  const source = await readUseLiteSource(findUseLite())
  const { qkv, ffnDown, ffnNorm } = useLiteWeightNames(0)
  const kernel = source.weight(qkv.weight, [1, 1, 256, 768]).data
  const weight = values('layers.0.qkv.weight')
  const down = source.weight(ffnDown.weight, [1536, 512]).data
  const downWeight = values('layers.0.ffn_down.weight')
  for (let i = 0; i < 256; i++)
    for (let o = 0; o < 768; o++) assert.ok(weight[o * 256 + i] === kernel[i * 768 + o])
  for (let i = 0; i < 1536; i++)
    for (let o = 0; o < 512; o++) assert.ok(downWeight[o * 1536 + i] === down[i * 512 + o])
  assert.equal(values('layers.0.ffn_norm.weight'), source.weight(ffnNorm.weight, [512]).data)
})

test('the golden vectors are those of the oracle', async () => {
  const folder = await useLiteBundle({ cache })
  const { golden } = await readManifest(folder)
  const { tokenizer } = await readTokens(folder, USE_LITE_TOKENIZER)
  const oracle = useLiteOracle(await readUseLiteSource(findUseLite()))
  assert.is(golden.length, 8)
  for (const { text, vector } of golden)
    assert.equal(Float32Array.from(oracle(tokenizer.encode(text))), vector)
})

test('altered and missing sources are refused, and nothing is cached', async () => {
  const source = join(temporaryFolder(), 'dist')
  const empty = temporaryFolder()
  const convert = () => useLiteBundle({ cache: empty, source })
  await rejects(convert, 'NOT_FOUND', /model\.json: cannot read/)
  cpSync(findUseLite(), source, { recursive: true })
  const shard = join(source, 'group1-shard3of7')
  const bytes = readFileSync(shard)
  bytes[1000]! ^= 1
  writeFileSync(shard, bytes)
  await rejects(
    convert,
    'BAD_FILE',
    /group1-shard3of7: 4194304 bytes with SHA-256 .* not the file of @energetic-ai/,
  )
  rmSync(shard)
  await rejects(convert, 'NOT_FOUND', /group1-shard3of7/)
  assert.equal(readdirSync(join(empty, 'bundles')), [])
})

test('a weight of another shape is refused', async () => {
  const source = await readUseLiteSource(findUseLite())
  await rejects(
    () => source.weight('module/Embeddings_en', [8000, 256]),
    'BAD_FILE',
    /is \[8002, 256\]; expected/,
  )
  await rejects(() => source.weight('nothing', [1]), 'BAD_FILE', /weight nothing is missing/)
})

test.run()
