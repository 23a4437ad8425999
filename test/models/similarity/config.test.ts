import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSimilarityConfig, type SimilarityConfig } from '../../../lib/models/similarity/config.ts'
import { readSimilarityFile } from '../../../lib/models/similarity/config_file.ts'
import { loadSimilarity } from '../../../lib/models/similarity/load.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const folder = temporaryFolder()

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const DEFAULTS = {
  model: 'NovaSearch/stella_en_400M_v5',
  batchSize: 16,
  maxTokens: undefined,
  dims: undefined,
  normalise: undefined,
  promptType: undefined,
}

const ALL = {
  model: 'x',
  batchSize: 48,
  maxTokens: 2048,
  dims: 8192,
  normalise: false,
  promptType: null,
}

test('defaults, and all keys', () => {
  assert.equal(readSimilarityConfig({}), DEFAULTS)
  assert.equal(readSimilarityConfig({ encoder: {} }), DEFAULTS)
  const encoder = {
    batch_size: 48,
    max_length: 2048,
    embedding_dimension: 8192,
    normalize_embeddings: false,
    prompt_type: null,
  }
  assert.equal(readSimilarityConfig({ model: 'x', encoder }), ALL)
})

test('what is wrong is told by its key, with what is allowed', async () => {
  const cases: readonly [unknown, RegExp][] = [
    [null, /^options: got null; expected an object/],
    [[], /^options: got \[\]/],
    [{ modell: 'x' }, /^modell: no such option; did you mean model\?$/],
    [{ model: '' }, /^model: got ""; expected a model's name/],
    [{ model: 3 }, /^model: got 3; /],
    [{ encoder: 'x' }, /^encoder: got "x"; expected an object/],
    [{ encoder: null }, /^encoder: got null; /],
    [{ encoder: { batchsize: 16 } }, /^encoder.batchsize: no such option; did you mean batch_size\?$/],
    [{ encoder: JSON.parse('{"__proto__": 1}') }, /^encoder.__proto__: no such option/],
    [{ encoder: { batch_size: 7 } }, /^encoder.batch_size: got 7; expected a whole number from 8 to 48$/],
    [{ encoder: { batch_size: 49 } }, /^encoder.batch_size: got 49; /],
    [{ encoder: { batch_size: '16' } }, /^encoder.batch_size: got "16"; /],
    [
      { encoder: { max_length: 255 } },
      /^encoder.max_length: got 255; expected a whole number from 256 to 2048$/,
    ],
    [{ encoder: { max_length: 2049 } }, /^encoder.max_length: got 2049; /],
    [{ encoder: { max_length: 256.5 } }, /^encoder.max_length: got 256.5; /],
    [
      { encoder: { embedding_dimension: 0 } },
      /^encoder.embedding_dimension: got 0; expected a whole number from 1 on$/,
    ],
    [
      { encoder: { normalize_embeddings: 1 } },
      /^encoder.normalize_embeddings: got 1; expected true or false$/,
    ],
    [{ encoder: { prompt_type: 's2x' } }, /^encoder.prompt_type: got "s2x"; expected s2s, s2p or null$/],
  ]
  for (const [config, message] of cases) {
    await rejects(() => readSimilarityConfig(config as SimilarityConfig), 'BAD_ARGUMENT', message)
    await rejects(() => loadSimilarity(config as SimilarityConfig), 'BAD_ARGUMENT', message)
  }
})

test('heads that no repository of Stella has are refused before it is looked for', async () => {
  for (const model of [undefined, 'stella-1.5b', 'NovaSearch/stella_en_1.5B_v5'])
    await rejects(
      () => loadSimilarity({ model, encoder: { embedding_dimension: 512 } }),
      'BAD_ARGUMENT',
      /^encoder.embedding_dimension: got 512; expected 256, 768, 1024, 2048, 4096, 6144, 8192: Stella's model card names 512, its repository has no such head$/,
    )
  await rejects(
    () => loadSimilarity({ encoder: { embedding_dimension: 1000 } }),
    'BAD_ARGUMENT',
    /^encoder.embedding_dimension: got 1000; expected 256, 768, 1024, 2048, 4096, 6144, 8192$/,
  )
})

test('files of YAML and JSON', async () => {
  const yaml = `# of an evaluator
model: x
encoder:
  batch_size: 48
  max_length: 2048
  embedding_dimension: 8192
  normalize_embeddings: false
  prompt_type: null
`
  assert.equal(await readSimilarityFile(file('all.yaml', yaml)), ALL)
  assert.equal(await readSimilarityFile(file('s2p.yml', 'encoder: { prompt_type: s2p }')), {
    ...DEFAULTS,
    promptType: 's2p',
  })
  assert.equal(await readSimilarityFile(file('empty.yaml', '# nothing\n')), DEFAULTS)
  assert.equal(await readSimilarityFile(file('all.json', '{"encoder": {"batch_size": 8}}')), {
    ...DEFAULTS,
    batchSize: 8,
  })
})

test('files that are wrong are named', async () => {
  const wrong: readonly [string, string, 'BAD_ARGUMENT' | 'BAD_FILE', RegExp][] = [
    ['key.yaml', 'encoder:\n  batch: 16\n', 'BAD_ARGUMENT', /key\.yaml: encoder\.batch: no such option/],
    ['size.yaml', 'encoder: {batch_size: 4}', 'BAD_ARGUMENT', /size\.yaml: encoder\.batch_size: got 4; /],
    ['list.yaml', '- 1\n', 'BAD_ARGUMENT', /list\.yaml: options: got \[1\]/],
    ['open.yaml', 'encoder: {batch_size: 16', 'BAD_FILE', /open\.yaml: not YAML: /],
    ['twice.yaml', 'model: a\nmodel: b\n', 'BAD_FILE', /twice\.yaml: not YAML: Map keys must be unique/],
    ['two.yaml', 'model: a\n---\nmodel: b\n', 'BAD_FILE', /two\.yaml: not YAML: /],
    ['deep.yaml', '['.repeat(50_000), 'BAD_FILE', /deep\.yaml: not YAML: /],
    ['large.yaml', `# ${'x'.repeat(1 << 16)}`, 'BAD_FILE', /large\.yaml: \d+ bytes; at most 65536/],
    ['bombs.yaml', bombs(), 'BAD_FILE', /bombs\.yaml: not YAML: Excessive alias count/],
    ['not.json', 'model: x', 'BAD_FILE', /not\.json: not JSON/],
  ]
  for (const [name, text, code, message] of wrong)
    await rejects(() => readSimilarityFile(file(name, text)), code, message)
  await rejects(() => readSimilarityFile(join(folder, 'none.yaml')), 'NOT_FOUND', /none\.yaml: cannot read/)
  await rejects(
    () => loadSimilarity('stella-400m'),
    'BAD_ARGUMENT',
    /^config: got "stella-400m"; expected a file of \.yaml, \.yml or \.json; the name of a model goes into/,
  )
})

/** A list that aliases make of ten million elements. */
function bombs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 7; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  return lines.join('\n')
}

test('without the package for YAML the command that installs it is told', async () => {
  const missing = async (): Promise<never> => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  const path = file('any.yaml', 'model: x')
  await rejects(
    () => readSimilarityFile(path, missing),
    'UNSUPPORTED',
    /any\.yaml: YAML files need the package yaml: npm install yaml$/,
  )
})

test.run()
