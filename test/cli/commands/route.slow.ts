import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { savePredictor } from '../../../lib/models/predictor/save.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { livelyParameters, tinyConfig } from '../../models/predictor/support.ts'
import { DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { closedCheckout, withoutWriting } from '../../support/read_only.ts'
import { testUnless } from '../../support/skip.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: temporaryFolder() } // filled by the first test
const predictor = join(temporaryFolder(), 'tiny')
const config = tinyConfig({ variant: 'sequence', space: 'bag-32', dims: DIMS })
await savePredictor(predictor, {
  config,
  parameters: livelyParameters(config),
  licence: 'CC0-1.0',
  trainingData: 'none',
})
const TEXT = 'The judge read the law. A dog barked.'

test('domains of each sentence and experts of the text', async () => {
  const { code, stdout, stderr } = await vmm(['route', '--predictor', predictor, TEXT], { env })
  assert.equal([code, stderr], [0, ''])
  const lines = stdout.split('\n')
  assert.is(lines[0], 'The judge read the law.')
  assert.match(lines[1]!, /^ {2}(\w+ 0\.\d\d, ){2}\w+ 0\.\d\d — \w+\/\w+ [01]\.\d\d/)
  assert.is(lines[3], 'A dog barked.')
  assert.is(lines[6], 'The whole text')
  assert.match(lines[8]!, /^ {2}expert [012] 0\.\d\d, expert [012] 0\.\d\d — confidence 0\.\d\d$/)
})

test('one JSON object', async () => {
  const { stdout } = await vmm(['route', '--json', '--predictor', predictor, TEXT], { env })
  const { sentences, text, routing } = JSON.parse(stdout)
  assert.is(sentences.length, 2)
  for (const { domains, subdomains } of [...sentences, text]) {
    assert.is(domains.length, 8)
    for (const list of [domains, subdomains]) {
      const sum = list.reduce(
        (total: number, { confidence }: { confidence: number }) => total + confidence,
        0,
      )
      assert.ok(Math.abs(sum - 1) < 1e-9)
    }
    for (const { name } of subdomains) assert.ok(name.startsWith(`${domains[0].name}/`))
  }
  assert.equal(routing.domains.map(({ name }: { name: string }) => name).sort(), ['peace', 'war'])
  assert.is(routing.experts.length, 2)
})

test('without a predictor, or with one of another space, the domains are shown all the same', async () => {
  const other = join(temporaryFolder(), 'other')
  const elsewhere = tinyConfig({ variant: 'sequence', space: 'other-32', dims: DIMS })
  await savePredictor(other, {
    config: elsewhere,
    parameters: livelyParameters(elsewhere),
    licence: 'CC0-1.0',
    trainingData: 'none',
  })
  const name = 'vector-mamba-predictor'
  for (const [packages, reason] of [
    [{}, `is not installed (npm install ${name})`],
    [{ [name]: other }, 'reads vectors of other-32, not of bag-32'],
  ] as const) {
    const { code, stdout, stderr } = await vmm(['route', '--json', TEXT], { env, packages })
    assert.equal([code, stderr], [0, `vmm: no experts: ${name} ${reason}\n`])
    const { sentences, routing } = JSON.parse(stdout)
    assert.equal([sentences.length, routing], [2, null])
  }
  const packages = { [name]: predictor }
  assert.equal((await vmm(['route', TEXT], { env, packages })).stderr, '')
  const named = await vmm(['route', '--predictor', other, TEXT], { env })
  assert.equal([named.code, named.stdout], [1, ''])
  assert.match(named.stderr, /other-32/)
})

test('the domains of a store, in place of those of WordNet', async () => {
  const place = join(temporaryFolder(), 'own.store')
  {
    await using store = await openStore(place)
    await store.addSpace('bag-32', DIMS, { name: 'bag', fingerprint: 'bag-1', options: {} })
    const about = (primaryDomain: string, text: string) => ({
      ...{ id: primaryDomain, text, primaryDomain, vectors: { 'bag-32': vectorOf(text) } },
    })
    await store.upsert([about('court', 'The judge read the law.'), about('animals', 'A dog barked.')])
  }
  const { code, stdout, stderr } = await vmm(['route', '--store', place, '--predictor', predictor, TEXT], {
    env,
  })
  assert.equal([code, stderr], [0, ''])
  assert.match(
    stdout,
    /the law\.\n {2}court [01]\.\d\d, animals 0\.\d\d\n\nA dog barked\.\n {2}animals [01]\.\d\d, court 0\.\d\d\n/,
  )
  const missing = await vmm(['route', '--store', `${place}.none`, TEXT], { env })
  assert.is(missing.code, 1)
  assert.match(missing.stderr, /own\.store\.none/)
})

test('sentences that are longer than the model reads are counted on standard error', async () => {
  const text = `Short. ${'long '.repeat(200)}.`
  for (const [args, what] of [
    [[], 'sentence'],
    [['--lines'], 'line'],
  ] as const) {
    const { code, stderr } = await vmm(['route', ...args, '--predictor', predictor, text], { env })
    assert.equal([code, stderr], [0, `vmm: 1 long ${what}: only the first 128 tokens were read\n`])
  }
})

test("standard input for '-', and lines", async () => {
  const world = { env, stdin: ['It rained. A dog\nbarked.'] }
  const texts = async (...args: string[]) => {
    const { stdout } = await vmm(['route', '--json', ...args, '-'], world)
    return JSON.parse(stdout).sentences.map(({ text }: { text: string }) => text)
  }
  assert.equal(await texts(), ['It rained.', 'A dog\nbarked.'])
  assert.equal(await texts('--lines'), ['It rained. A dog', 'barked.'])
})

// The predictor that ships is read from the checkout.
testUnless(closedCheckout, 'a cache that can only be read serves, as far as it goes', async () => {
  const cache = temporaryFolder()
  const world = { env: { VMM_CACHE_DIR: cache } }
  assert.is((await vmm(['nearest', 'It rained.'], world)).code, 0)
  const { stdout } = await vmm(['route', '--json', TEXT], { env })
  await withoutWriting(cache, async () => {
    const read = await vmm(['route', '--json', TEXT], world) // domains are learned from the index
    assert.equal([read.code, read.stdout], [0, stdout])
    const { code, stderr } = await vmm(['nearest', '--all', 'It rained.'], world)
    assert.is(code, 1)
    assert.match(
      stderr,
      /cannot write: E(ACCES|PERM).*; the environment variable VMM_CACHE_DIR names another/,
    )
  })
})

test('wrong usage and errors', async () => {
  for (const [args, status, message] of [
    [['route', ''], 2, /no sentence/],
    [['route', 'x', '--file', 'y'], 2, /exclude/],
    [['route', 'x', '--predictor', 'no-such-package'], 1, /"no-such-package": neither a folder nor/],
    [['route', 'x', '--predictor', env.VMM_CACHE_DIR], 1, /bundle\.json/],
  ] as const) {
    const { code, stderr } = await vmm(args, { env })
    assert.is(code, status)
    assert.match(stderr, message)
  }
})

test.run()
