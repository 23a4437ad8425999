import * as assert from 'uvu/assert'
import { MANIFEST_NAME, parseManifest, readManifest } from '../../lib/bundle/manifest.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allText } from '../support/fuzz/mutations.ts'

const files = { 'model.safetensors': { bytes: 100, sha256: 'ab'.repeat(32) } }
const vocabulary = { 'vocabulary.json': { bytes: 5, sha256: '01'.repeat(32) } }
const common = { dtype: 'F32', licence: 'Apache-2.0', trainingData: 'none' }
const vector = Buffer.from(Float32Array.of(1, 0, -1).buffer).toString('base64')
const manifests = [
  {
    version: 2,
    kind: 'predictor',
    architecture: 'mamba-moe',
    space: { name: 'tiny-3', dims: 3, normalised: true, fingerprint: null },
    config: { blocks: 2, domains: ['a', 'b'] },
    files,
    golden: [],
    ...common,
  },
  {
    version: 2,
    kind: 'encoder',
    architecture: 'use-lite',
    space: { name: 'tiny-3', dims: 3, normalised: true, fingerprint: 'x' },
    capacityTokens: 128,
    tokenizer: { kind: 'unigram', file: 'vocabulary.json', reserved: 6, start: 1, end: 2 },
    config: {},
    files: { ...files, ...vocabulary },
    golden: [
      { text: 'a', vector },
      { text: 'b', vector: [1, 2, 3] },
    ],
    ...common,
  },
  {
    version: 2,
    kind: 'lm',
    architecture: 'mamba-lm',
    tokenizer: { kind: 'unigram', file: 'vocabulary.json', reserved: 6, start: 1, end: 2 },
    config: { blocks: 2 },
    files: { ...files, ...vocabulary },
    golden: [],
    ...common,
  },
  {
    version: 1,
    kind: 'encoder',
    space: 'tiny-3',
    dims: 3,
    capacityTokens: 128,
    files: { ...files, ...vocabulary },
    golden: [{ text: 'a', vector }],
    ...common,
  },
]

await fuzz(import.meta.url, {
  manifests: {
    seeds: () => manifests.map((manifest) => ({ [MANIFEST_NAME]: Buffer.from(JSON.stringify(manifest)) })),
    layout: allText,
    read: async (folder, given) => {
      const manifest = await readManifest(folder)
      const json = JSON.parse(new TextDecoder().decode(given[MANIFEST_NAME])) as {
        files: object
        golden: unknown[]
      }
      assert.equal(Object.keys(manifest.files), Object.keys(json.files))
      for (const name of Object.keys(manifest.files)) assert.match(name, /^[\w.-]+$/)
      assert.is(manifest.golden.length, json.golden.length)
      for (const { vector } of manifest.golden)
        assert.ok(vector.length === manifest.space?.dims && vector.every(Number.isFinite))
      assert.is(manifest.space === undefined, manifest.kind === 'lm')
      // What was read is written as the same.
      const again = parseManifest(JSON.parse(JSON.stringify({ version: 2, ...manifest, golden: [] })), 'x')
      assert.is(JSON.stringify(again.files), JSON.stringify(manifest.files))
    },
  },
})
