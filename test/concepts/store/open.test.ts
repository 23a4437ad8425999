import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { conceptsFolder, STORE } from '../../../lib/concepts/store/build.ts'
import { openBuilt, openConcepts } from '../../../lib/concepts/store/open.ts'
import type { ConceptSource, TextConcept } from '../../../lib/concepts/store/source.ts'
import { trustedVectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { nearestConcepts } from '../../../lib/store/nearest_concepts.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { type BagOfWords, bagOfWords, DIMS } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const three: TextConcept[] = [
  { id: 'n1', text: 'a small animal that says miaow', type: 'definition', surfaceForms: ['cat'] },
  { id: 'n2', text: 'a loyal animal that barks — naïvely', surfaceForms: ['dog', 'hound'], confidence: 0.5 },
  { id: 'v1', text: 'the ship sank in the storm', type: 'example', updated: 7 },
]

const animals: ConceptSource = { name: 'animals', load: async () => three }
const many = Array.from({ length: 5000 }, (_, i): TextConcept => ({ id: `${i}`, text: `text ${i}` }))

async function vectorsOf(model: BagOfWords, ...texts: string[]) {
  return (await model.encode(texts)).vectors
}

test('the nearest concepts come first, with their cosines and all that was said of them', async () => {
  const model = bagOfWords()
  await using store = await openConcepts(model, { cacheDir: temporaryFolder(), concepts: animals })
  assert.is(await store.count(), 3)
  const asked = await vectorsOf(model, 'the ship sank in the storm', 'dog that barks')
  const [first, second] = await nearestConcepts(store, asked, 2)
  assert.is(first!.length, 2)
  const { id, text, type, updated, originModel, cosine } = first![0]!
  assert.equal({ id, text, type, updated }, three[2])
  assert.is(originModel, 'bag-of-words')
  assert.ok(Math.abs(cosine - 1) < 1e-6)
  assert.equal([second![0]!.id, second![0]!.surfaceForms], ['n2', ['dog', 'hound']])
  assert.is((await store.nearest(await vectorsOf(model, 'x'), 100))[0]!.length, 3)
  assert.equal(await store.nearest(await vectorsOf(model), 5), [])
})

test('what is made is a store as any other: it tells its model, and has the relations of its source', async () => {
  const model = bagOfWords()
  const cacheDir = temporaryFolder()
  const edge = { source: 'v1', type: 'example_of', target: 'n1', weight: 1, domainSpecific: null }
  const related: ConceptSource = {
    ...animals,
    relations: (concepts) => [{ ...edge, source: concepts[2]!.id }],
  }
  await (await openConcepts(model, { cacheDir, concepts: related })).dispose()
  const folder = await conceptsFolder(model, related, cacheDir)
  await using store = await openStore(join(folder, STORE), { create: false })
  assert.equal(store.models.get('bag-32'), { name: 'bag-of-words', fingerprint: 'bag-1', options: {} })
  assert.equal(await store.neighbours(['v1']), [edge])
})

test('concepts are encoded once, and anew for other weights or other concepts', async () => {
  const cache = temporaryFolder()
  const model = bagOfWords()
  const options = { cacheDir: cache, concepts: animals }
  for (let i = 0; i < 2; i++) await (await openConcepts(model, options)).dispose()
  assert.is(model.encoded.length, 3)
  const folder = await conceptsFolder(model, animals, cache)
  assert.equal(readdirSync(join(cache, 'concepts')).length, 1)
  assert.equal(readdirSync(folder), [STORE])
  assert.is.not(folder, await conceptsFolder({ ...model, fingerprint: 'bag-2' }, animals, cache))
  const changes: Partial<TextConcept>[] = [{ text: 'x' }, { id: 'x' }, { type: 'x' }, { surfaceForms: ['x'] }]
  for (const change of changes) {
    const load = async () => three.map((concept, i) => (i === 0 ? { ...concept, ...change } : concept))
    assert.is.not(folder, await conceptsFolder(model, { ...animals, load }, cache))
  }
})

test('a build that fails leaves nothing in the cache', async () => {
  const cache = temporaryFolder()
  const model = bagOfWords((encoded) => {
    if (encoded > 4500) throw new Error('no luck')
  })
  const concepts = { name: 'many', load: async () => many }
  const failed = await openConcepts(model, { cacheDir: cache, concepts }).catch((error) => error.message)
  assert.is(failed, 'no luck')
  assert.equal(readdirSync(join(cache, 'concepts')), [])
})

test('two builds at the same time are one', async () => {
  const model = bagOfWords()
  const options = { cacheDir: temporaryFolder(), concepts: animals }
  const stores = await Promise.all([1, 2].map(() => openConcepts(model, options)))
  assert.is(model.encoded.length, 3)
  for (const store of stores) await store.dispose()
})

test('a cancelled build leaves no store and goes on where it stopped', async () => {
  const cache = temporaryFolder()
  const controller = new AbortController()
  const enough = new Error('enough')
  const model = bagOfWords((encoded) => encoded === 4500 && controller.abort(enough))
  const options = { cacheDir: cache, concepts: { name: 'many', load: async () => many } }
  const cancelled = openConcepts(model, { ...options, signal: controller.signal })
  assert.is(await cancelled.catch((error) => error), enough)
  assert.not(existsSync(await conceptsFolder(model, options.concepts, cache)))

  const again = bagOfWords()
  const progress: number[] = []
  await using store = await openConcepts(again, { ...options, onProgress: (done) => progress.push(done) })
  assert.is(again.encoded.length, 5000 - 4096)
  assert.is(progress.at(-1), 5000)
  assert.ok(progress.every((done, i) => i === 0 || done >= progress[i - 1]!))
  assert.equal(readdirSync(join(cache, 'concepts')).length, 1)
  for (const number of [77, 4095, 4096, 4999]) {
    const [hits] = await store.nearest(await vectorsOf(again, `text ${number}`), 1)
    assert.ok(Math.abs(hits![0]!.cosine - 1) < 1e-6)
  }
})

test('what are no concepts is refused by name, before anything is encoded', async () => {
  const cacheDir = temporaryFolder()
  const model = bagOfWords()
  const open = (change: object) => openConcepts(model, { cacheDir, concepts: { ...animals, ...change } })
  const of = (...concepts: unknown[]) => ({ load: async () => concepts })
  for (const name of ['', '../x', 'A'])
    await rejects(() => open({ name }), 'BAD_ARGUMENT', /^concepts\.name: got/)
  for (const [change, message] of [
    [of({ id: 'x' }), /^concepts\[0\]\.text: got undefined; expected a text$/],
    [of({ text: 'x' }), /^concepts\[0\]\.id: got undefined/],
    [of('x'), /^concepts\[0\]: got "x"; expected a concept$/],
    [of({ id: 'x', text: 'x', kind: 'example' }), /^concepts\[0\]\.kind: no such/],
    [
      of(three[0], three[1], three[0]),
      /^concepts\[2\]\.id: got "n1"; expected another one than concepts\[0\]/,
    ],
  ] as const)
    await rejects(() => open(change), 'BAD_ARGUMENT', message)
  await rejects(() => openConcepts(model, { scope: 'some' as 'all' }), 'BAD_ARGUMENT', /^scope: got/)
  assert.equal([model.encoded.length, readdirSync(cacheDir)], [0, []])
})

test('foreign vectors and a disposed store are refused by name', async () => {
  const model = bagOfWords()
  const store = await openConcepts(model, { cacheDir: temporaryFolder(), concepts: animals })
  const vectors = await vectorsOf(model, 'dog')
  const numbers = vectors.toFloat32Array()
  const foreign = vectorsFrom(numbers, DIMS, 'other-32')
  await rejects(() => store.nearest(foreign, 1), 'SPACE_MISMATCH', /other-32/)
  for (const [call, message] of [
    [() => store.nearest(vectorsFrom(numbers, 8, vectors.space), 1), /8 dimensions.*32/],
    [() => store.nearest(vectors, 0), /^k: got/],
    [() => store.nearest(vectors, Number.NaN), /^k: got/],
    [() => store.nearest(undefined as never, 1), /^vectors: got undefined/],
    [() => store.nearest(structuredClone(vectors), 1), /vectorsFrom makes them of such a copy/],
    [
      () => store.nearest(trustedVectors([new Float32Array(DIMS).fill(Number.NaN)], DIMS, 'bag-32'), 1),
      /^vectors\[0\]: got NaN/,
    ],
    [
      () => store.nearest(vectors, 1, { sginal: null } as never),
      /^sginal: no such option; did you mean signal/,
    ],
  ] as const)
    await rejects(call, 'BAD_ARGUMENT', message)
  await store.dispose()
  await store.dispose()
  await rejects(() => store.nearest(vectors, 1), 'DISPOSED', /disposed/)
})

test('damaged files are refused with what helps', async () => {
  const cacheDir = temporaryFolder()
  const model = bagOfWords()
  const advice = /a damaged store of concepts; delete it and it is built again$/
  await (await openConcepts(model, { cacheDir, concepts: animals })).dispose()
  const folder = await conceptsFolder(model, animals, cacheDir)
  const place = join(folder, STORE)
  const [log, rows] = ['log-', 'vectors-'].map((begin) =>
    join(place, readdirSync(place).find((name) => name.startsWith(begin))!),
  ) as [string, string]
  const whole = readFileSync(log)
  const damage = (from: string, to: string) => {
    const bytes = Buffer.from(whole)
    bytes.write(to, bytes.indexOf(from))
    writeFileSync(log, bytes)
  }
  const asked = await vectorsOf(model, 'ship')

  await rejects(() => openBuilt(folder, { ...model, dims: DIMS + 1 }), 'BAD_FILE', advice)
  damage('bag-32', 'bug-32')
  await rejects(() => openConcepts(model, { cacheDir, concepts: animals }), 'BAD_FILE', advice)
  writeFileSync(log, whole)
  {
    await using open = await openBuilt(folder, model)
    damage('"id":"n1"', '"id":"n3"')
    await rejects(() => open.get(['n1']), 'BAD_FILE', advice)
    writeFileSync(log, whole)
    truncateSync(rows, 100)
    await rejects(() => open.nearest(asked, 1), 'BAD_FILE', advice)
  }
  rmSync(log)
  await rejects(() => openBuilt(folder, model), 'BAD_FILE', advice)
  rmSync(place, { recursive: true })
  await rejects(() => openBuilt(folder, model), 'BAD_FILE', advice)
})

test.run()
