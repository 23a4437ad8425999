import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openGraph } from '../../../lib/store/graph/graph.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { closeStores, countedStore } from './counted_store.ts'

const SPACE = 'bag-32'

async function animals() {
  const store = await countedStore({ [SPACE]: DIMS })
  const encoder = bagOfWords()
  const graph = openGraph(store, { encoder })
  const add = (id: string, text: string, surfaceForms: string[], confidence: number) =>
    graph.addConcept({ id, text, surfaceForms, confidence })
  await add('dog', 'a loyal animal that barks', ['dog', 'hound'], 0.9)
  await add('frankfurter', 'a smooth sausage of meat', ['hot dog', 'dog'], 0.85)
  await add('bank of a river', 'sloping land beside a river', ['bank'], 0.5)
  await add('bank of money', 'an institution that keeps money', ['bank'], 0.7)
  return { store, encoder, graph }
}

async function rejection(call: Promise<unknown>): Promise<Error & { code?: string }> {
  return call.then(
    () => assert.unreachable('not rejected') as never,
    (error: unknown) => error as Error,
  )
}

test('a concept is added with the vector of its text, the encoder as its origin, and an id that is free', async () => {
  const { store, graph, encoder } = await animals()
  const ids = [await graph.addConcept({ text: 'one more' }), await graph.addConcept({ text: 'and another' })]
  assert.equal(ids, ['cpt_000004', 'cpt_000005'])
  const [added] = await store.get([ids[0]!])
  assert.equal([added?.text, added?.originModel], ['one more', encoder.name])
  assert.equal(await store.vectors(SPACE, ids), [vectorOf('one more'), vectorOf('and another')])
  await store.remove(['dog', 'frankfurter'])
  const next = await graph.addConcept({ text: 'what was taken is not given again' })
  assert.is(next, 'cpt_000006')
})

test('vectors that are given are kept, and nothing is encoded', async () => {
  const { store, graph, encoder } = await animals()
  const before = encoder.encoded.length
  const vector = vectorOf('own')
  await store.addSpace('other', 2)
  const id = await graph.addConcept({ text: 't', vector, vectors: { other: Float32Array.of(1, 2) } })
  assert.is(encoder.encoded.length, before)
  assert.equal(await store.vectors(SPACE, [id]), [vector])
  assert.equal(await store.vectors('other', [id]), [Float32Array.of(1, 2)])
})

test('similar concepts are those of the nearest vectors, without the one itself', async () => {
  const { graph } = await animals()
  const found = await graph.getSimilar('dog', 3)
  assert.is(found.length, 3)
  assert.not(found.some(({ id }) => id === 'dog'))
  const [self] = await graph.getSimilar(vectorOf('a loyal animal that barks'), 1)
  assert.is(self?.id, 'dog')
  assert.ok(Math.abs(self!.cosine - 1) < 1e-6)
})

test('a concept without a vector gets one of its text, if there is an encoder', async () => {
  const { store, graph } = await animals()
  await store.upsert([{ id: 'bare', text: 'a loyal animal' }])
  assert.is((await graph.getSimilar('bare', 1))[0]?.id, 'dog')
  const { message, code } = await rejection(openGraph(store).getSimilar('bare', 1))
  assert.is(code, 'BAD_ARGUMENT')
  assert.match(message, /^of: got "bare", without a vector of bag-32; expected one that has a vector$/)
})

test('an analogy is found by the difference of two vectors, without the three', async () => {
  const store = await countedStore({ flat: 3 })
  const at = (id: string, ...vector: number[]) => ({
    id,
    text: id,
    vectors: { flat: Float32Array.from(vector) },
  })
  await store.upsert([
    at('man', 3, 0, 0),
    at('king', 1, 1, 0),
    at('woman', 1, 0, 0.8),
    at('queen', 1, 1, 0.9),
    at('princess', 1, 0.4, 0.9),
    at('stone', -1, 0, 0),
  ])
  const graph = openGraph(store)
  const found = await graph.analogy('man', 'king', 'woman', { k: 2 })
  assert.equal(
    found.map(({ id }) => id),
    ['queen', 'princess'],
  )
  assert.is((await graph.analogy('man', 'king', 'woman')).length, 3)
})

test('a text holds what it names: the longest name, the meaning that fits, inflections too', async () => {
  const { graph } = await animals()
  const named = async (text: string, k?: number) =>
    (await graph.lookup(text, { k })).map(({ id, start, end }) => [
      id,
      start === null ? null : text.slice(start, end!),
    ])
  assert.equal(await named('Hot-dog?'), [['frankfurter', 'Hot-dog']])
  assert.equal(await named('The animal that barks is a DOG.'), [['dog', 'DOG']])
  assert.equal(await named('Two hounds, a smooth sausage, a dog'), [
    ['dog', 'hounds'],
    ['frankfurter', 'dog'],
  ])
  assert.equal(await named('the bank beside a river'), [['bank of a river', 'bank']])
  assert.equal(await named('the bank keeps money'), [['bank of money', 'bank']])
  assert.equal(await named('the bank keeps money', 2), [
    ['bank of money', 'bank'],
    ['bank of a river', 'bank'],
  ])
  assert.equal(await graph.lookup('dogma, hotdogs', { byMeaning: false }), [], 'a part of a word is no name')
})

test('a text that names nothing holds what it means; also beside names, when that is asked for', async () => {
  const { graph } = await animals()
  const [found] = await graph.lookup('a loyal animal that barks')
  assert.equal([found?.id, found?.start, found?.end], ['dog', null, null])
  assert.ok(found!.cosine! > 0.99)
  assert.equal(await graph.lookup('a loyal animal that barks', { byMeaning: false }), [])
  const both = await graph.lookup('bank: a loyal animal that barks', { byMeaning: true })
  assert.equal(both.map(({ id }) => id).slice(1), ['dog'])
})

test('without an encoder the more certain meaning comes first', async () => {
  const { store } = await animals()
  const graph = openGraph(store)
  const found = await graph.lookup('the bank beside a river', { k: 2 })
  assert.equal(
    found.map(({ id, cosine }) => [id, cosine]),
    [
      ['bank of money', null],
      ['bank of a river', null],
    ],
  )
  assert.equal(await graph.lookup('nothing of the kind'), [])
})

test('names of concepts that come later are known, those of removed ones are not told', async () => {
  const { store, graph } = await animals()
  assert.is((await graph.lookup('a hound'))[0]?.id, 'dog')
  const id = await graph.addConcept({ text: 'axolotl' })
  assert.is((await graph.lookup('an axolotl'))[0]?.id, id)
  await store.remove(['dog'])
  assert.equal(await graph.lookup('a hound', { byMeaning: false }), [])
})

test('a graph knows which space is meant, and refuses others', async () => {
  const { store, encoder } = await animals()
  assert.is(openGraph(store).space, SPACE)
  await store.addSpace('other', 2)
  assert.throws(() => openGraph(store), /space: got none; expected one of bag-32, other/)
  assert.throws(() => openGraph(store, { space: 'third' }), /space: got 'third'/)
  assert.is(openGraph(store, { encoder }).dims, DIMS)
  assert.throws(() => openGraph(store, { encoder, space: 'other' }), /cannot meet/)
  assert.throws(() => openGraph(store, { spaces: SPACE } as never), /did you mean space/)
})

test('wrong arguments are named', async () => {
  const { graph } = await animals()
  const message = async (call: Promise<unknown>) => (await rejection(call)).message
  assert.match(
    await message(graph.getSimilar('x', 1)),
    /^of: got "x"; expected the id of a concept of the store/,
  )
  assert.match(await message(graph.getSimilar('dog', 0)), /^k: got 0/)
  assert.match(
    await message(graph.getSimilar(new Float32Array(3), 1)),
    /^of: got 3 numbers; expected 32 numbers/,
  )
  assert.match(await message(graph.analogy('dog', 'x', 'dog')), /^b: got "x"/)
  assert.match(await message(graph.lookup(3 as never)), /^text: got 3/)
  assert.match(await message(graph.lookup('a', { k: 0 })), /^k: got 0/)
})

test.after(closeStores)
test.run()
