import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Manifest,
  parseManifest,
  readManifest,
  verifyFiles,
  writeManifest,
} from '../../lib/bundle/manifest.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const folder = temporaryFolder()
const file = join(folder, 'bundle.json')
const content = 'weights'
const manifest: Manifest = {
  kind: 'encoder',
  space: 'tiny-2',
  dims: 2,
  capacityTokens: 8,
  dtype: 'F32',
  files: { 'model.safetensors': { bytes: 7, sha256: createHash('sha256').update(content).digest('hex') } },
  licence: 'Apache-2.0',
  trainingData: 'none',
  golden: [{ text: '', vector: Float32Array.of(0.1, -3) }],
}

test('what is written is read back', async () => {
  await writeManifest(folder, manifest)
  assert.equal(await readManifest(folder), manifest)
  assert.equal(readdirSync(folder), ['bundle.json'])
})

test('golden vectors may be numbers', () => {
  const json = JSON.parse(readFileSync(file, 'utf8'))
  json.golden[0].vector = [0.5, 1]
  assert.equal(parseManifest(json, 'x').golden[0]!.vector, Float32Array.of(0.5, 1))
})

test('a predictor has a config and reads no tokens', async () => {
  const { capacityTokens: _, ...rest } = manifest
  const predictor: Manifest = { ...rest, kind: 'predictor', config: { dModel: 3, domains: ['a'] } }
  const other = temporaryFolder()
  await writeManifest(other, predictor)
  assert.equal(await readManifest(other), predictor)
})

test('each wrong field is named', async () => {
  const wrong: [field: string, value: unknown, message: RegExp][] = [
    ['version', 2, /version: got 2; expected 1/],
    ['kind', 'decoder', /kind: got "decoder"; expected encoder, predictor, inverter/],
    ['space', '../x', /space: got/],
    ['dims', 0, /dims: got 0/],
    ['dims', 2.5, /dims: got 2\.5/],
    ['capacityTokens', '8', /capacityTokens: got "8"/],
    ['capacityTokens', undefined, /capacityTokens: got undefined/],
    ['config', [], /config: got \[\]; expected an object/],
    ['dtype', 'F31', /dtype: got "F31"/],
    ['dtype', null, /dtype: got null/],
    ['files', [], /files: got \[\]/],
    ['files', { '../a': { bytes: 1, sha256: '' } }, /files: got "\.\.\/a"; expected plain file names/],
    ['files', { 'bundle.json': {} }, /files: got "bundle\.json"/],
    ['files', JSON.parse('{"__proto__": {}}'), /files: got "__proto__"/],
    ['files', { a: { bytes: -1 } }, /files\.a\.bytes: got -1/],
    ['files', { a: { bytes: 1, sha256: 'AB' } }, /files\.a\.sha256: got "AB"/],
    ['licence', '', /licence: got ""/],
    ['trainingData', undefined, /trainingData: got undefined/],
    ['golden', {}, /golden: got an object/],
    ['golden', [null], /golden\[0\]: got null/],
    ['golden', [{ text: 1, vector: [] }], /golden\[0\]\.text: got 1/],
    [
      'golden',
      [{ text: '', vector: [1] }],
      /golden\[0\]\.vector: got \[1\]; expected base64 of 2 finite f32/,
    ],
    ['golden', [{ text: '', vector: [1, 1e300] }], /golden\[0\]\.vector/],
    ['golden', [{ text: '', vector: 'AAAAAAAA' }], /golden\[0\]\.vector/],
    ['golden', [{ text: '', vector: 'AADAfwAAwH8=' }], /golden\[0\]\.vector/],
  ]
  const json = JSON.parse(readFileSync(file, 'utf8'))
  for (const [field, value, message] of wrong) {
    await rejects(() => parseManifest({ ...json, [field]: value }, 'b.json'), 'BAD_FILE', message)
    await rejects(() => parseManifest({ ...json, [field]: value }, 'b.json'), 'BAD_FILE', /^b\.json: /)
  }
  await rejects(() => parseManifest([], 'b.json'), 'BAD_FILE', /manifest: got \[\]/)
})

test('files that cannot be read, and manifests that could not be, are refused', async () => {
  await rejects(() => readManifest(join(folder, 'none')), 'NOT_FOUND', /bundle\.json: cannot read/)
  await rejects(() => writeManifest(folder, { ...manifest, dims: 3 }), 'BAD_FILE', /golden\[0\]\.vector/)
  const other = temporaryFolder()
  writeFileSync(join(other, 'bundle.json'), '{"version": 1,')
  await rejects(() => readManifest(other), 'BAD_FILE', /bundle\.json: cannot read: .*JSON/)
})

test('altered and missing files are found', async () => {
  const weights = join(folder, 'model.safetensors')
  await rejects(() => verifyFiles(folder, manifest), 'NOT_FOUND', /model\.safetensors/)
  writeFileSync(weights, content)
  await verifyFiles(folder, manifest)
  writeFileSync(weights, 'weightz')
  await rejects(() => verifyFiles(folder, manifest), 'BAD_FILE', /SHA-256 [0-9a-f]{64}; the manifest says/)
  writeFileSync(weights, 'short')
  await rejects(() => verifyFiles(folder, manifest), 'BAD_FILE', /5 bytes; the manifest says 7/)
})

test.run()
