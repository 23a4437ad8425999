import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { PUBLISHED_LANGUAGE_MODELS, PUBLISHED_MODELS } from '../../../lib/hub/names.ts'
import { temporaryName } from '../../../lib/io/files.ts'
import { NAMED_MODELS } from '../../../lib/models/families/index.ts'
import { NEEDED, NEEDED_BYTES } from '../../hub/tiny_repository.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const packages = {
  'vector-mamba-predictor': fileURLToPath(new URL('../../../bundles/predictor', import.meta.url)),
}

/** A cache with MiniLM in it, but of other content. */
function cacheWithModel(): { env: Record<string, string>; folder: string } {
  const HF_HUB_CACHE = temporaryFolder()
  const own = join(HF_HUB_CACHE, 'models--sentence-transformers--all-MiniLM-L6-v2')
  const folder = join(own, 'snapshots', 'a'.repeat(40))
  for (const [path, bytes] of [...Object.entries(NEEDED), ['../../refs/main', 'a'.repeat(40)]] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return { env: { HF_HUB_CACHE, VMM_CACHE_DIR: join(HF_HUB_CACHE, 'own') }, folder }
}

test('every known model, with where it is, its size, dims and licence', async () => {
  const { env, folder } = cacheWithModel()
  const { code, stdout, stderr } = await vmm(['models', '--json'], { env, packages })
  assert.equal([code, stderr], [0, ''])
  const models = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(models.pop(), {
    weights: { folder: join(env.VMM_CACHE_DIR!, 'weights'), count: 0, bytes: 0 },
  })
  const named = [
    'vector-mamba-predictor',
    'vector-mamba-inverter',
    ...[...PUBLISHED_MODELS, ...PUBLISHED_LANGUAGE_MODELS].map(({ name }) => name),
  ]
  assert.equal(
    models.map(({ name }) => name),
    [...Object.keys(NAMED_MODELS), ...named],
  )
  const of = (name: string) => models.find((model) => model.name === name)
  assert.equal(of('use-lite'), {
    folder: null,
    bytes: null,
    dims: 512,
    licence: null,
    repository: null,
    name: 'use-lite',
    kind: 'encoder',
    advice: 'is made on first use',
  })
  const predictor = of('vector-mamba-predictor')
  assert.is(predictor.folder, packages['vector-mamba-predictor'])
  assert.ok(predictor.bytes > 1e6 && predictor.dims === 512 && predictor.licence === 'Apache-2.0')
  assert.is(of('vector-mamba-inverter').advice, 'npm install vector-mamba-inverter')
  assert.equal(of('minilm'), {
    folder,
    bytes: NEEDED_BYTES,
    dims: 384,
    licence: 'Apache-2.0',
    repository: 'sentence-transformers/all-MiniLM-L6-v2',
    name: 'minilm',
    kind: 'encoder',
    advice: null,
  })
  assert.equal(
    [of('gpt2').kind, of('gpt2').dims, of('gpt2').advice],
    ['lm', null, 'vmm pull gpt2, 522.6 MiB'],
  )
  assert.is(of('stella-400m').advice, 'vmm pull stella-400m, 1.6 GiB')
})

test('as a table', async () => {
  const { env, folder } = cacheWithModel()
  const { code, stdout } = await vmm(['models'], { env, packages })
  assert.is(code, 0)
  const [header, ...lines] = stdout.trimEnd().split('\n')
  assert.match(header!, /^model +dims +on disk +licence +where$/)
  assert.ok(
    lines.some((line) => /^minilm +384 +296\.3 KiB +Apache-2\.0 {2}/.test(line) && line.endsWith(folder)),
  )
  assert.ok(lines.some((line) => /^gtr +768 +- +Apache-2\.0 {2}-> vmm pull gtr, 208\.9 MiB$/.test(line)))
})

test('a bundle or a cache that cannot be read is told of', async () => {
  const { env, folder } = cacheWithModel()
  writeFileSync(join(folder, '../../refs/main'), 'x'.repeat(1000))
  const broken = temporaryFolder()
  cpSync(join(packages['vector-mamba-predictor'], 'bundle.json'), join(broken, 'bundle.json'))
  const world = { env, packages: { 'vector-mamba-inverter': broken } }
  const { code, stdout } = await vmm(['models'], world)
  assert.is(code, 0)
  assert.match(stdout, /vector-mamba-inverter .* -> .*: a bundle of kind 'predictor', not an inverter/)
  assert.match(stdout, /minilm .* -> .*refs\/main: 1000 bytes/)
  assert.is((await vmm(['models', 'all'], { env })).code, 2)
})

test('prepared weights are told and deleted; downloads and what another process is making stay', async () => {
  const { env, folder } = cacheWithModel()
  const { VMM_CACHE_DIR } = env
  const none = 'prepared weights of published models: none\n'
  assert.ok((await vmm(['models'], { env, packages })).stdout.endsWith(`\n\n${none}`))
  assert.is((await vmm(['models', '--clear', 'weights'], { env })).stdout, `deleted: ${none}`)

  const tests = join(import.meta.dirname, '..', '..', 'models', 'published', 'goldens')
  const encode = (...args: string[]) =>
    vmm(['encode', '--model', join(tests, 'minilm'), ...args, '--text', 'The tide.'], {
      env,
      engine: nativeEngine,
    })
  const first = await encode('--storage', 'bf16')
  assert.is((await encode('--storage', 'f16')).code, 0)
  const weights = join(VMM_CACHE_DIR!, 'weights')
  const names = readdirSync(weights).filter((name) => /^[0-9a-f]{64}$/.test(name))
  assert.is(names.length, 2)
  const bytes = names.reduce(
    (sum, name) => sum + statSync(join(weights, name, 'weights.safetensors')).size,
    0,
  )
  const told = JSON.parse((await vmm(['models', '--json'], { env })).stdout.trimEnd().split('\n').at(-1)!)
  assert.equal(told, { weights: { folder: weights, count: 2, bytes } })

  // What this process is making, what one that is gone has left, and what is not of this package.
  const making = temporaryName(join(weights, 'a'.repeat(64)))
  const left = making.replace(`-${process.pid}-`, '-999999999-')
  for (const path of [making, left, join(weights, 'notes')]) mkdirSync(path)
  const cleared = await vmm(['models', '--clear', 'weights'], { env })
  assert.equal([cleared.code, cleared.stderr], [0, ''])
  assert.match(cleared.stdout, /^deleted: prepared weights of published models: 2, .* KiB, in .*weights\n$/)
  const rest = readdirSync(weights).filter((name) => !name.endsWith('.lock'))
  assert.equal(rest.sort(), [basename(making), 'notes'].sort())
  assert.ok(existsSync(folder))
  assert.is((await encode('--storage', 'bf16')).stdout, first.stdout)
})

test('nothing but prepared weights is deleted', async () => {
  const { env, folder } = cacheWithModel()
  for (const [name, message] of [
    ['minilm', /--clear: got "minilm"; expected weights; a download stays until you delete the folder/],
    ['all', /--clear: got "all"; expected weights\n/],
    ['../x', /--clear: got "\.\.\/x"; expected weights\n/],
  ] as const) {
    const { code, stderr } = await vmm(['models', '--clear', name], { env })
    assert.is(code, 2)
    assert.match(stderr, message)
  }
  assert.ok(existsSync(folder))
})

test.run()
