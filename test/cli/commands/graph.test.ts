import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Engine } from '../../../lib/cli/engine.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { bagOfWords, DIMS, standIn, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const root = temporaryFolder()
const env = { VMM_CACHE_DIR: join(root, 'cache') }
const place = join(root, 'own.store')

// A chain of texts, of which each shares words with the next.
const texts = {
  boat: 'sea craft harbour sail water',
  wave: 'sea sail water ocean swell',
  gale: 'sea ocean swell wind gust',
  storm: 'sea wind gust thunder rain',
}
{
  await using store = await openStore(place)
  await store.addSpace('bag-32', DIMS)
  await store.upsert(
    Object.entries(texts).map(([id, text]) => ({
      id: `id-${id}`,
      text,
      surfaceForms: [id],
      confidence: 0.75,
      gps: [0.5, -0.25],
      vectors: { 'bag-32': vectorOf(text) },
    })),
  )
  await store.upsert([
    {
      id: 'other',
      text: 'a military attack',
      surfaceForms: ['storm'],
      vectors: { 'bag-32': vectorOf('a military attack') },
    },
  ])
  const edge = (source: string, type: string, target: string, weight = 1) => ({
    source: `id-${source}`,
    type,
    target: `id-${target}`,
    weight,
    domainSpecific: null,
  })
  await store.link([
    edge('boat', 'on', 'wave'),
    edge('wave', 'made by', 'gale', 0.5),
    edge('storm', 'has', 'gale'),
  ])
}
const graph = (...args: string[]) => vmm(['graph', ...args, '--store', place], { env })

test('navigate prints the concepts between two, and tells which meanings were taken', async () => {
  const { code, stdout, stderr } = await graph('navigate', 'boat', '--towards', 'storm')
  assert.is(code, 0, stderr)
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0]!, /^0\.00 {2}boat — sea craft harbour sail water$/)
  assert.match(lines.at(-1)!, /^\d\.\d\d {2}storm — sea wind gust thunder rain$/)
  assert.ok(lines.length > 2)
  assert.match(
    stderr,
    /vmm: storm: id-storm storm — sea wind gust thunder rain\nvmm: {3}not meant: other storm — a military attack\n/,
  )
})

test('navigate as JSON, along a difference, and in so many steps', async () => {
  const { stdout } = await graph('navigate', 'id-boat', '--towards', 'id-storm', '--json')
  const { angle, arrived, stops } = JSON.parse(stdout)
  assert.ok(arrived && angle > 0)
  assert.equal(Object.keys(stops[0]), ['id', 'text', 'surfaceForms', 'angle', 'cosine'])
  assert.equal([stops[0].id, stops.at(-1).id, stops.at(-1).angle], ['id-boat', 'id-storm', angle])
  const part = JSON.parse(
    (await graph('navigate', 'id-boat', '--minus', 'wave', '--plus', 'gale', '--steps', '2', '--json'))
      .stdout,
  )
  assert.not(part.arrived)
  assert.ok(Math.abs(part.angle - 0.2) < 1e-9)
})

test('path prints relations, the right way round, and fails where there is none', async () => {
  const { stdout } = await graph('path', 'boat', 'gale')
  assert.equal(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' — ')[0]!.trim().replace(/ {2,}/g, ': ')),
    ['boat', 'on: wave', 'made by: gale'],
  )
  const { length, concepts, edges } = JSON.parse((await graph('path', 'boat', 'gale', '--json')).stdout)
  assert.equal([length, concepts.length, edges.length], [3, 3, 2])
  const none = await graph('path', 'boat', 'storm')
  assert.equal([none.code, none.stdout], [1, ''])
  assert.match(none.stderr, /no relations lead from id-boat to id-storm/)
  const both = await graph('path', 'boat', 'storm', '--direction', 'both', '--unweighted')
  assert.match(both.stdout, /has of +storm/)
  const typed = await graph('path', 'boat', 'gale', '--type', 'on', '--json')
  assert.equal([typed.code, typed.stdout], [1, 'null\n'])
})

test('neighbours and get tell of relations', async () => {
  const { stdout } = await graph('neighbours', 'boat', '--hops', '2')
  assert.match(stdout, /^ {2}1 {2}1\.00 {2}on +wave — .*\n {2}2 {2}0\.50 {2}made by +gale — .*\n$/)
  const lines = (await graph('neighbours', 'gale', '--direction', 'in', '--json')).stdout
    .trimEnd()
    .split('\n')
  assert.equal(
    lines.map((line) => JSON.parse(line).id),
    ['id-storm', 'id-wave'],
  )
  const got = await graph('get', 'boat')
  assert.match(
    got.stdout,
    /^boat — sea craft harbour sail water\nid-boat, text · confidence 0\.75 · at 0\.500, -0\.250\n/,
  )
  assert.match(got.stdout, /\non\n {2}wave — /)
  assert.match(got.stdout, /\nsimilar\n {2}0\.\d{3} {2}/)
  const node = JSON.parse((await graph('get', 'boat', '--json')).stdout)
  assert.equal(node.edges, { on: [{ target: 'id-wave', weight: 1 }] })
  assert.is(node.similar.length, 4)
})

test('a text that names no concept is taken for what it means', async () => {
  const { stderr } = await graph('get', 'a craft in the harbour')
  assert.match(stderr, /vmm: a craft in the harbour: id-boat boat — /)
})

test('the model is the one that the store remembers', async () => {
  const other = join(root, 'other.store')
  {
    await using store = await openStore(other)
    const model = { name: 'remembered', fingerprint: 'bag-1', options: { prompt: 'p', maxTokens: 64 } }
    await store.addSpace('bag-32', DIMS, model)
    await store.upsert([{ id: 'a', text: 'a', vectors: { 'bag-32': vectorOf('a') } }])
  }
  const asked: unknown[] = []
  const engine: Engine = {
    ...standIn(),
    loadEncoder: async (name, { prompt, maxTokens }) => {
      asked.push([name, prompt, maxTokens])
      return bagOfWords()
    },
  }
  const args = ['graph', 'get', 'a', '--store', other]
  assert.is((await vmm(args, { env, engine })).code, 0)
  await vmm([...args, '--max-tokens', '32'], { env, engine })
  assert.equal(asked, [
    ['remembered', 'p', 64],
    ['remembered', 'p', 32],
  ])
})

test('place gives all concepts coordinates on a map that the store keeps', async () => {
  const placed = await graph('place', '--coordinates', '2')
  assert.is(placed.code, 0, placed.stderr)
  assert.match(
    placed.stdout,
    /^5 concepts on a map of bag-32 that shows \d+\.\d %, \d+\.\d % of what differs\n$/,
  )
  await using store = await openStore(place)
  const map = (await store.conceptMap('bag-32'))!
  const [wave] = await store.get(['id-wave'])
  assert.equal(wave!.gps, map.place(vectorOf(texts.wave)))
  await store.upsert([{ id: 'new', text: 'sail', vectors: { 'bag-32': vectorOf('sail') } }])
  const told = JSON.parse((await graph('place', '--json')).stdout)
  assert.equal(told, { concepts: 6, space: 'bag-32', coordinates: 2, shares: map.shares })
  assert.equal((await store.get(['new']))[0]!.gps, map.place(vectorOf('sail')))
  const refused = await graph('place', '--coordinates', '3')
  assert.is(refused.code, 1)
  assert.match(refused.stderr, /coordinates: got 3; expected 2, as the store's map has, or anew/)
  assert.is(
    JSON.parse((await graph('place', '--coordinates', '3', '--anew', '--json')).stdout).coordinates,
    3,
  )
  await store.remove(['new'])
})

test('wrong usage is told', async () => {
  for (const [args, message] of [
    [['navigate', 'boat'], /say where to go: --towards, or --minus and --plus/],
    [['navigate', 'boat', '--minus', 'wave'], /say where to go/],
    [['navigate', 'boat', '--towards', 'storm', '--minus', 'a', '--plus', 'b'], /say where to go/],
    [['navigate', '--towards', 'storm'], /name one concept/],
    [['navigate', 'boat', 'wave', '--towards', 'storm'], /name one concept/],
    [['navigate', 'boat', '--towards', 'storm', '--steps', '0'], /--steps: got "0"/],
    [['path', 'boat'], /name two concepts/],
    [['path', 'boat', 'gale', '--direction', 'inn'], /unknown direction "inn"; did you mean in\?/],
    [['place', 'boat'], /name a store with --store/],
    [['place', '--coordinates', '17'], /--coordinates: got "17"/],
    [['get', 'boat', '--all'], /--all is of WordNet/],
  ] as const) {
    const { code, stderr } = await graph(...args)
    assert.is(code, 2, stderr)
    assert.match(stderr, message)
  }
  const missing = await vmm(['graph', 'get', 'boat', '--store', join(root, 'none')], { env })
  assert.is(missing.code, 1)
})

test.run()
