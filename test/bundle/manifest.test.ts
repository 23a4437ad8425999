import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Manifest, parseManifest, readManifest, writeManifest } from '../../lib/bundle/manifest.ts'
import { bundleFile, verifyFiles } from '../../lib/bundle/verify.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const folder = temporaryFolder()
const file = join(folder, 'bundle.json')
const content = 'weights'
const space = { name: 'tiny-2', dims: 2, normalised: true, fingerprint: 'abc' } as const
const manifest: Manifest = {
  kind: 'encoder',
  architecture: 'tiny',
  space,
  capacityTokens: 8,
  tokenizer: { kind: 'unigram', file: 'weights.bin', reserved: 3, start: 1, end: 2 },
  config: { layers: 2 },
  dtype: 'F32',
  files: { 'weights.bin': { bytes: 7, sha256: createHash('sha256').update(content).digest('hex') } },
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
  const { capacityTokens: _, tokenizer: __, ...rest } = manifest
  const predictor: Manifest = { ...rest, kind: 'predictor', config: { dModel: 3, domains: ['a'] } }
  const other = temporaryFolder()
  await writeManifest(other, predictor)
  assert.equal(await readManifest(other), predictor)
})

test('a language model has tokens and no space, and it alone', async () => {
  const { capacityTokens: _, space: __, ...rest } = manifest
  const lm: Manifest = { ...rest, kind: 'lm', golden: [] }
  const other = temporaryFolder()
  await writeManifest(other, lm)
  assert.equal(await readManifest(other), lm)
  const json = { version: 2, ...lm }
  const wrong: [changes: object, message: RegExp][] = [
    [{ space }, /space: got an object \(Object\); expected none for a language model$/],
    [{ space: null }, /space: got null; expected none/],
    [{ tokenizer: undefined }, /tokenizer: got undefined/],
    [{ golden: [{ text: '', vector: [] }] }, /golden: got \[.*\]; expected none for/],
    [{ version: 1 }, /version: got 1; expected 2, for a language model$/],
    ...(['encoder', 'predictor', 'inverter'] as const).map((kind): [object, RegExp] => [
      { kind, capacityTokens: 8 },
      /space: got undefined; expected an object$/,
    ]),
  ]
  for (const [changes, message] of wrong)
    await rejects(() => parseManifest({ ...json, ...changes }, 'b.json'), 'BAD_FILE', message)
})

test('manifests of version 1 are read as ones of version 2', async () => {
  const {
    architecture: _,
    space: __,
    tokenizer: ___,
    config: ____,
    ...rest
  } = JSON.parse(readFileSync(file, 'utf8'))
  const files = { ...rest.files, 'vocabulary.json': rest.files['weights.bin'] }
  const json = { ...rest, version: 1, files, space: 'tiny-2', dims: 2 }
  const space = { name: 'tiny-2', dims: 2, normalised: true, fingerprint: null }
  const tokenizer = { kind: 'unigram', file: 'vocabulary.json', reserved: 6, start: 1, end: 2 } as const
  assert.equal(parseManifest(json, 'x'), {
    ...manifest,
    ...{ files, space, tokenizer, architecture: 'use-lite', config: {} },
  })
  const inverter = parseManifest({ ...json, kind: 'inverter', config: { dims: 2 } }, 'x')
  assert.equal([inverter.architecture, inverter.tokenizer], ['aparecium', tokenizer])
  const predictor = parseManifest({ ...json, kind: 'predictor', config: { dims: 2 } }, 'x')
  assert.equal([predictor.architecture, predictor.tokenizer], ['vector-mamba', undefined])
  await rejects(() => parseManifest({ ...json, kind: 'predictor' }, 'x'), 'BAD_FILE', /config: got undefined/)
  await rejects(() => parseManifest({ ...json, space: 3 }, 'x'), 'BAD_FILE', /space\.name: got 3/)
})

test('each wrong field is named', async () => {
  const wrong: [field: string, value: unknown, message: RegExp][] = [
    ['version', 3, /version: got 3; expected 1 or 2/],
    ['kind', 'decoder', /kind: got "decoder"; expected encoder, predictor, inverter, lm/],
    ['kind', 'toString', /kind: got "toString"/],
    ['architecture', 'A b', /architecture: got "A b"/],
    ['space', 'tiny-2', /space: got "tiny-2"; expected an object/],
    ...(
      [
        ['name', '../x'],
        ['dims', 0],
        ['dims', 2.5],
        ['normalised', 1],
        ['fingerprint', ''],
      ] as const
    ).map(
      ([field, value]) =>
        ['space', { ...space, [field]: value }, new RegExp(`space\\.${field}: got`)] as [
          string,
          unknown,
          RegExp,
        ],
    ),
    ['tokenizer', undefined, /tokenizer: got undefined/],
    ['tokenizer', { ...manifest.tokenizer, kind: 'bpe' }, /tokenizer\.kind: got "bpe"/],
    ['tokenizer', { ...manifest.tokenizer, file: 'toString' }, /tokenizer\.file: got "toString"/],
    ['tokenizer', { ...manifest.tokenizer, reserved: 0 }, /tokenizer\.reserved: got 0/],
    ['tokenizer', { ...manifest.tokenizer, end: -1 }, /tokenizer\.end: got -1/],
    ['capacityTokens', '8', /capacityTokens: got "8"/],
    ['capacityTokens', undefined, /capacityTokens: got undefined/],
    ['config', [], /config: got \[\]; expected an object/],
    ['config', undefined, /config: got undefined/],
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
  await rejects(
    () => writeManifest(folder, { ...manifest, space: { ...space, dims: 3 } }),
    'BAD_FILE',
    /golden\[0\]\.vector/,
  )
  const other = temporaryFolder()
  writeFileSync(join(other, 'bundle.json'), '{"version": 1,')
  await rejects(() => readManifest(other), 'BAD_FILE', /bundle\.json: cannot read: .*JSON/)
})

test('a file that the manifest does not name is none of the bundle', async () => {
  assert.is(bundleFile(folder, manifest, 'weights.bin'), join(folder, 'weights.bin'))
  for (const name of ['other.json', 'toString', '__proto__'])
    await rejects(() => bundleFile(folder, manifest, name), 'BAD_FILE', /files: .* is missing/)
})

test('a manifest that is a pipe, a device or huge is refused at once', async () => {
  const other = temporaryFolder()
  const path = join(other, 'bundle.json')
  assert.is(spawnSync('mkfifo', [path]).status, 0)
  await rejects(() => readManifest(other), 'BAD_FILE', /bundle\.json: cannot read: it is no regular file/)
  rmSync(path)
  symlinkSync('/dev/zero', path)
  await rejects(() => readManifest(other), 'BAD_FILE', /bundle\.json: cannot read: it is no regular file/)
  rmSync(path)
  writeFileSync(path, '{}')
  truncateSync(path, 2 ** 40)
  await rejects(() => readManifest(other), 'BAD_FILE', /bundle\.json: 1099511627776 bytes; at most 16777216/)
})

test('altered and missing files are found', async () => {
  const weights = join(folder, 'weights.bin')
  await rejects(() => verifyFiles(folder, manifest), 'NOT_FOUND', /weights\.bin/)
  writeFileSync(weights, content)
  await verifyFiles(folder, manifest)
  writeFileSync(weights, 'weightz')
  await rejects(() => verifyFiles(folder, manifest), 'BAD_FILE', /SHA-256 [0-9a-f]{64}; the manifest says/)
  writeFileSync(weights, 'short')
  await rejects(() => verifyFiles(folder, manifest), 'BAD_FILE', /5 bytes; the manifest says 7/)
})

test.run()
