// The tarball, installed without scripts, on the Node versions and processors that it is for.
import { spawnSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadInverter, loadModel, loadPredictor } from '../../lib/index.ts'
import { notBuilt, targetsNamed } from '../../scripts/prebuilds/targets.ts'
import { temporaryFolder } from '../support/folder.ts'
import { testUnless } from '../support/skip.ts'
import { install, installSteps, output, pack, ROOT } from './installation.ts'
import { NODES, nodeCommand, PLATFORMS } from './nodes.ts'

const TEXTS = ['The tide was going out.', 'Plants turn light into sugar, and sugar into wood.']
const TOLERANCE = 1e-5

const built = targetsNamed([]).filter((target) => notBuilt(target) === null)

const cache = temporaryFolder()
const tarballs = temporaryFolder()
const tarball = pack('.', tarballs)
const consumer = install([tarball], ['consumer.mjs'])

/** The environment of a user: none of ours names an addon. */
const { VMM_ADDON: _, ...rest } = process.env
const env = { ...rest, VMM_CACHE_DIR: cache }

const model = await loadModel('use-lite', { cacheDir: cache })
test.after(() => model.dispose())
const { vectors } = await model.encode(TEXTS)
const expected = TEXTS.map((_, i) => Array.from(vectors.row(i)))

function run(folder: string, command: readonly string[], program: string): string {
  const [file, ...options] = command
  const args = [...options, program, JSON.stringify(TEXTS)]
  return output(file!, args, { cwd: folder, env })
}

function equal(got: readonly (readonly number[])[], name: string): void {
  assert.ok(got.length > 0)
  got.forEach((row, i) => {
    assert.is(row.length, expected[i]!.length)
    const difference = Math.max(...row.map((value, j) => Math.abs(value - expected[i]![j]!)))
    assert.ok(difference < TOLERANCE, `${name}, text ${i}: ${difference} apart`)
  })
}

test('the tarball holds compiled code, the addons that are built, what people read, and nothing else', () => {
  const pages = ['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'SECURITY.md']
  const wanted = [...pages, 'package.json', ...built.map(({ path }) => path)]
  for (const path of wanted) assert.ok(tarball.files.includes(path), path)
  const known = /^(dist\/.+(\.js|\.d\.c?ts)|docs\/.+\.md|examples\/.+\.(mjs|txt|md))$/
  const others = tarball.files.filter((path) => !known.test(path))
  assert.equal(others.sort(), wanted.sort())
  assert.not(tarball.files.some((path) => path.endsWith('.api.md')))
})

test('nothing runs at its installation, or at that of what it depends on', () => {
  assert.equal(installSteps(join(consumer, 'node_modules')), [])
  const other = temporaryFolder()
  for (const [place, manifest] of Object.entries({
    a: 'postinstall',
    '@b/c': 'test',
    'a/node_modules/d': 'install',
  })) {
    mkdirSync(join(other, place), { recursive: true })
    writeFileSync(join(other, place, 'package.json'), JSON.stringify({ scripts: { [manifest]: '' } }))
  }
  writeFileSync(join(other, '@b/c/binding.gyp'), '{}')
  assert.equal(installSteps(other).sort(), [
    '@b/c: binding.gyp',
    'a/node_modules/d: install',
    'a: postinstall',
  ])
})

for (const platform of PLATFORMS) {
  const [target] = targetsNamed([platform])
  for (const version of NODES)
    testUnless(notBuilt(target!), `vectors on Node ${version}, ${platform}`, () => {
      const command = nodeCommand(platform, version)
      if (command === null) return
      const result = JSON.parse(run(consumer, command, 'consumer.mjs'))
      assert.equal([result.version, `linux-${result.arch}`], [`v${version}`, platform])
      const addon = join(realpathSync(consumer), 'node_modules', 'vector-mamba', target!.path)
      assert.equal(result.addons, [addon])
      for (const way of ['imported', 'required', 'fromWorker']) equal(result[way], way)
    })
}

test('the command', () => {
  const vmm = join(consumer, 'node_modules', '.bin', 'vmm')
  const stdout = output(vmm, ['encode', '--format', 'jsonl'], { env, input: `${TEXTS[0]}\n` })
  equal([JSON.parse(stdout).vector], 'vmm encode')
})

test('where there is no addon for a system, the error tells for which there are', () => {
  const code =
    "import('vector-mamba').then((m) => m.loadModel('use-lite')).catch((e) => console.log(e.code, e.message))"
  const { stdout } = spawnSync(process.execPath, ['-e', code], {
    cwd: consumer,
    // node-gyp-build then looks for an addon for another C library.
    env: { ...env, LIBC: 'musl' },
    encoding: 'utf8',
  })
  assert.match(stdout, /^UNSUPPORTED vector-mamba has no native addon that loads on/)
  assert.match(stdout, /There are prebuilt ones for linux-x64 .+ darwin-arm64 \(macOS/)
})

test('the weights that are packages of their own', async () => {
  const weights = ['bundles/predictor', 'bundles/inverter'].map((folder) => pack(folder, tarballs))
  const folder = install([tarball, ...weights], ['bundles_consumer.mjs'])
  const got = JSON.parse(run(folder, [process.execPath], 'bundles_consumer.mjs')) as {
    next: number[]
    text: string
  }
  const predictor = await loadPredictor(join(ROOT, 'bundles', 'predictor'))
  const inverter = await loadInverter(join(ROOT, 'bundles', 'inverter'), { encoder: model })
  const { predictions } = await predictor.predict(vectors)
  const [inversion] = await inverter.invert(vectors, { refine: 0 })
  const next = predictions[0]!.candidates[0]!.row(0)
  assert.ok(got.next.every((value, i) => Math.abs(value - next[i]!) < TOLERANCE))
  assert.is(got.text, inversion!.best!.text)
  inverter.dispose()
  predictor.dispose()
})

test.run()
