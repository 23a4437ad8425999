import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PUBLISHED_MODELS } from '../../../lib/hub/names.ts'
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
  const named = [
    'vector-mamba-predictor',
    'vector-mamba-inverter',
    ...PUBLISHED_MODELS.map(({ name }) => name),
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

test.run()
