import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CONCEPTS_FILE, indexFolder, VECTORS_FILE } from '../../../lib/concepts/store/build_index.ts'
import { openConcepts, openIndex } from '../../../lib/concepts/store/concept_index.ts'
import type { Concept } from '../../../lib/concepts/wordnet/concepts.ts'
import { VmmError } from '../../../lib/core/errors.ts'
import { trustedVectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { type BagOfWords, bagOfWords, DIMS, readRows } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'

const three: Concept[] = [
  { id: 'n1', kind: 'definition', words: ['cat'], text: 'a small animal that says miaow' },
  { id: 'n2', kind: 'definition', words: ['dog', 'hound'], text: 'a loyal animal that barks — naïvely' },
  { id: 'v1', kind: 'example', words: ['sink'], text: 'the ship sank in the storm' },
]

const animals = { name: 'animals', load: async () => three }

async function vectorsOf(model: BagOfWords, ...texts: string[]) {
  return (await model.encode(texts)).vectors
}

async function rejection(promise: Promise<unknown>): Promise<VmmError> {
  try {
    await promise
  } catch (error) {
    return error as VmmError
  }
  return assert.unreachable('not rejected') as never
}

test('the nearest concepts come first, with their cosines', async () => {
  const model = bagOfWords()
  using store = await openConcepts(model, {
    cacheDir: temporaryFolder(),
    concepts: animals,
    mapRows: readRows,
  })
  assert.is(store.count, 3)
  const hits = await store.nearest(await vectorsOf(model, 'the ship sank in the storm', 'dog that barks'), 2)
  assert.is(hits.length, 2)
  assert.equal({ ...hits[0]![0], cosine: 1 }, { ...three[2], cosine: 1 })
  assert.ok(Math.abs(hits[0]![0]!.cosine - 1) < 1e-6)
  assert.is(hits[1]![0]!.id, 'n2')
  assert.is(hits[1]![0]!.text, three[1]!.text)
  assert.is((await store.nearest(await vectorsOf(model, 'x'), 100))[0]!.length, 3)
  assert.equal(await store.nearest(await vectorsOf(model), 5), [])
})

test('an index is built once, and another one for other weights or other concepts', async () => {
  const cache = temporaryFolder()
  const model = bagOfWords()
  const options = { cacheDir: cache, concepts: animals, mapRows: readRows }
  for (let i = 0; i < 2; i++) (await openConcepts(model, options)).dispose()
  assert.is(model.encoded.length, 3)
  const folder = await indexFolder(model, animals, cache)
  assert.equal(readdirSync(folder).sort(), [CONCEPTS_FILE, VECTORS_FILE])
  assert.equal(readdirSync(join(cache, 'concepts')).length, 1)
  assert.is.not(folder, await indexFolder({ ...model, fingerprint: 'bag-2' }, animals, cache))
})

test('other texts under the same name have an index of their own', async () => {
  const options = { cacheDir: temporaryFolder(), mapRows: readRows }
  const model = bagOfWords()
  const idOf = async (concepts: readonly Concept[], text: string) => {
    const source = { name: 'mine', load: async () => concepts }
    using store = await openConcepts(model, { ...options, concepts: source })
    return (await store.nearest(await vectorsOf(model, text), 1))[0]![0]!.text
  }
  assert.is(await idOf(three, 'the ship sank in the storm'), three[2]!.text)
  const changed = three.map((concept) => ({ ...concept, text: `${concept.text} at night` }))
  assert.is(await idOf(changed, 'the ship sank in the storm'), `${three[2]!.text} at night`)
})

test('a build that fails leaves nothing in the cache', async () => {
  const cache = temporaryFolder()
  const many = Array.from({ length: 5000 }, (_, i): Concept => ({ ...three[0]!, text: `text ${i}` }))
  const model = bagOfWords((encoded) => {
    if (encoded > 4500) throw new Error('no luck')
  })
  const concepts = { name: 'many', load: async () => many }
  const failed = await rejection(openConcepts(model, { cacheDir: cache, concepts, mapRows: readRows }))
  assert.is(failed.message, 'no luck')
  assert.equal(readdirSync(join(cache, 'concepts')), [])
})

test('two builds at the same time are one', async () => {
  const cache = temporaryFolder()
  const model = bagOfWords()
  const options = { cacheDir: cache, concepts: animals, mapRows: readRows }
  const stores = await Promise.all([1, 2].map(() => openConcepts(model, options)))
  assert.is(model.encoded.length, 3)
  for (const store of stores) store.dispose()
})

test('a cancelled build leaves no index and goes on where it stopped', async () => {
  const cache = temporaryFolder()
  const many = Array.from({ length: 5000 }, (_, i): Concept => ({ ...three[0]!, text: `text ${i}` }))
  const controller = new AbortController()
  const enough = new Error('enough')
  const model = bagOfWords((encoded) => encoded === 4500 && controller.abort(enough))
  const options = {
    cacheDir: cache,
    concepts: { name: 'many', load: async () => many },
    mapRows: readRows,
  }
  const cancelled = openConcepts(model, { ...options, signal: controller.signal })
  assert.is(await rejection(cancelled), enough)
  assert.not(existsSync(await indexFolder(model, options.concepts, cache)))

  const again = bagOfWords()
  const progress: number[] = []
  using store = await openConcepts(again, { ...options, onProgress: (done) => progress.push(done) })
  assert.is(again.encoded.length, 5000 - 4096)
  assert.is(progress.at(-1), 5000)
  assert.ok(progress.every((done, i) => i === 0 || done >= progress[i - 1]!))
  assert.equal(readdirSync(join(cache, 'concepts')).length, 1)
  const [hits] = await store.nearest(await vectorsOf(again, 'text 77'), 1)
  assert.ok(Math.abs(hits![0]!.cosine - 1) < 1e-6)
})

test('cosines do not depend on the length of a vector', async () => {
  const model = bagOfWords()
  using store = await openConcepts(model, {
    cacheDir: temporaryFolder(),
    concepts: animals,
    mapRows: readRows,
  })
  const unit = await vectorsOf(model, 'the ship sank')
  const scaled = (factor: number) =>
    vectorsFrom(
      unit.toFloat32Array().map((x) => factor * x),
      DIMS,
      unit.space,
    )
  const cosineOf = async (vectors: typeof unit) => (await store.nearest(vectors, 1))[0]![0]!.cosine
  assert.ok(Math.abs((await cosineOf(scaled(8))) - (await cosineOf(unit))) < 1e-6)
  assert.is(await cosineOf(scaled(0)), 0)
})

test('damaged files, foreign vectors and a disposed store are refused by name', async () => {
  const cache = temporaryFolder()
  const model = bagOfWords()
  const store = await openConcepts(model, {
    cacheDir: cache,
    concepts: animals,
    mapRows: readRows,
  })
  const vectors = await vectorsOf(model, 'dog')
  const numbers = vectors.toFloat32Array()
  const foreign = vectorsFrom(numbers, DIMS, 'other-32')
  assert.is((await rejection(store.nearest(foreign, 1))).code, 'SPACE_MISMATCH')
  const narrow = vectorsFrom(numbers, 8, vectors.space)
  assert.match((await rejection(store.nearest(narrow, 1))).message, /8 dimensions.*32/)
  for (const k of [0, 1.5, Number.NaN])
    assert.match((await rejection(store.nearest(vectors, k))).message, /^k: got/)
  for (const name of ['', '../x', 'A'])
    assert.match(
      (await rejection(indexFolder(model, { ...animals, name }, cache))).message,
      /^concepts\.name: got/,
    )
  assert.match((await rejection(openConcepts(model, { scope: 'some' as 'all' }))).message, /^scope: got/)
  for (const [given, message] of [
    [undefined, /^vectors: got undefined/],
    [new Float32Array(DIMS), /^vectors: got Float32Array of 32/],
    [
      structuredClone(vectorsFrom(new Float32Array(DIMS), DIMS, 'bag-32')),
      /vectorsFrom makes them of such a copy/,
    ],
    [Object.create(vectors, { count: { value: 2 } }), /^vectors: got 32 numbers; expected 2 rows/],
    [trustedVectors([new Float32Array(DIMS).fill(Number.NaN)], DIMS, 'bag-32'), /^vectors\[0\]: got NaN/],
  ] as const) {
    const refused = await rejection(store.nearest(given as typeof vectors, 1))
    assert.is(refused.code, 'BAD_ARGUMENT')
    assert.match(refused.message, message)
  }
  const unknown = await rejection(store.nearest(vectors, 1, { sginal: null } as never))
  assert.match(unknown.message, /^sginal: no such option; did you mean signal\?/)
  store.dispose()
  store.dispose()
  assert.is((await rejection(store.nearest(vectors, 1))).code, 'DISPOSED')

  const folder = await indexFolder(model, animals, cache)
  const concepts = join(folder, CONCEPTS_FILE)
  const text = readFileSync(concepts, 'utf8')
  writeFileSync(concepts, text.slice(0, -10))
  const damaged = await rejection(openIndex(folder, model, readRows))
  assert.instance(damaged, VmmError)
  assert.match(damaged.message, /damaged index.*delete it/)
  writeFileSync(concepts, text.replaceAll('{', '['))
  using open = await openIndex(folder, model, readRows)
  assert.match((await rejection(open.nearest(vectors, 1))).message, /damaged index.*delete it/)
  writeFileSync(concepts, text)
  assert.match(
    (await rejection(openIndex(folder, { ...model, dims: DIMS + 1 }, readRows))).message,
    /damaged/,
  )
  truncateSync(join(folder, VECTORS_FILE), 300)
  assert.match((await rejection(openIndex(folder, model, readRows))).message, /damaged/)
  rmSync(concepts)
  assert.match((await rejection(openIndex(folder, model, readRows))).message, /damaged index.*delete it/)
})

test.run()
