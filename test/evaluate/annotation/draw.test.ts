import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { drawAnnotation, type SystemText } from '../../../lib/evaluate/annotation/draw.ts'
import { rejects } from '../../support/rejects.ts'

/** Two systems that write texts of their own, and one that writes every fifth time what the first does. */
const texts: SystemText[] = Array.from({ length: 30 }, (_, i) => i).flatMap((i) => [
  {
    reference: `sentence ${i}`,
    text: `first ${i}`,
    system: 'one',
    cosine: 0.9,
    kind: i % 2 ? 'odd' : 'even',
  },
  {
    reference: `sentence ${i}`,
    text: `second ${i}`,
    system: 'two',
    cosine: 0.5,
    kind: i % 2 ? 'odd' : 'even',
  },
  {
    reference: `sentence ${i}`,
    text: i % 5 === 0 ? `first ${i}` : `third ${i}`,
    system: 'three',
    kind: i % 2 ? 'odd' : 'even',
  },
])
const PAIRS = 84

test('every text is there, once for all who wrote it', () => {
  const { items, key } = drawAnnotation(texts, { repeats: 0 })
  assert.is(items.length, PAIRS)
  assert.equal(
    key.map(({ item }) => item),
    items.map(({ item }) => item),
  )
  assert.is(new Set(key.map(({ pair }) => pair)).size, PAIRS)
  const written = items.flatMap(({ reference, text }, i) =>
    key[i]!.systems.map(({ system, cosine }) => ({ reference, text, system, cosine, kind: key[i]!.kind })),
  )
  const line = ({ reference, text, system, cosine, kind }: SystemText) =>
    JSON.stringify([reference, text, system, cosine, kind])
  assert.equal(written.map(line).sort(), texts.map(line).sort())
})

test('a rater sees neither system, nor cosine, nor kind, nor what comes twice', () => {
  const { items, key } = drawAnnotation(texts)
  for (const item of items) assert.equal(Object.keys(item), ['item', 'task', 'reference', 'text'])
  assert.is(new Set(items.map(({ item }) => item)).size, items.length)
  const pairs = new Set(key.map(({ pair }) => pair))
  for (const { item } of items) assert.ok(/^[0-9a-f]{16}$/.test(item) && !pairs.has(item))
})

test('some pairs come twice, far from each other', () => {
  const { items, key } = drawAnnotation(texts, { repeats: 0.1, seed: 3 })
  const places = new Map<string, number[]>()
  for (const [i, { pair }] of key.entries()) places.set(pair, [...(places.get(pair) ?? []), i])
  const twice = [...places.values()].filter(({ length }) => length > 1)
  assert.equal([places.size, twice.length, items.length], [PAIRS, 9, PAIRS + 9])
  for (const [first, second, ...more] of twice) {
    assert.equal(more, [])
    assert.ok(first! < PAIRS / 3 && second! >= PAIRS - PAIRS / 3, `${first} and ${second}`)
    const shown = ({ reference, text }: (typeof items)[number]) => [reference, text]
    assert.equal(shown(items[first!]!), shown(items[second!]!))
  }
  const most = drawAnnotation(texts, { repeats: 1 / 3 })
  assert.is(most.items.length, PAIRS + PAIRS / 3)
})

test('the seed decides order, repeats and ids; pairs keep their names', () => {
  const [first, same, other] = [1, 1, 2].map((seed) => drawAnnotation(texts, { seed }))
  assert.equal(first, same)
  const namesOf = ({ key }: typeof first & object) => new Set(key.map(({ pair }) => pair))
  assert.not.equal(
    first!.items.map(({ text }) => text),
    other!.items.map(({ text }) => text),
  )
  assert.equal([...namesOf(first!)].sort(), [...namesOf(other!)].sort())
  const ids = new Set(first!.items.map(({ item }) => item))
  assert.ok(other!.items.every(({ item }) => !ids.has(item)))
})

test('no system is shown earlier than the others in the mean', () => {
  const means = new Map<string, number[]>()
  for (let seed = 0; seed < 60; seed++)
    for (const [i, { systems }] of drawAnnotation(texts, { repeats: 0, seed }).key.entries())
      for (const { system } of systems) means.set(system, [...(means.get(system) ?? []), i])
  for (const [system, places] of means) {
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length
    assert.ok(Math.abs(mean - (PAIRS - 1) / 2) < 2.5, `${system}: ${mean}`)
  }
})

test('some sentences, with the texts of all systems', () => {
  const { items, key } = drawAnnotation(texts, { references: 4, repeats: 0 })
  const references = new Set(items.map(({ reference }) => reference))
  assert.is(references.size, 4)
  const systems = key.flatMap(({ systems }) => systems.map(({ system }) => system))
  for (const system of ['one', 'two', 'three']) assert.is(systems.filter((name) => name === system).length, 4)
  assert.is(drawAnnotation(texts, { references: 1000, repeats: 0 }).items.length, PAIRS)
})

test('few texts, and what comes again', () => {
  const one = { reference: 'a', text: '', system: 's' }
  const { items, key } = drawAnnotation([one, { ...one, cosine: 1 }], { task: 'next' })
  assert.equal([items.length, items[0]!.task, items[0]!.text], [1, 'next', ''])
  assert.equal(key[0]!.systems, [{ system: 's' }])
  const three = ['b', 'c', 'd'].map((text) => ({ ...one, text }))
  assert.is(drawAnnotation(three).items.length, 4)
})

test('bad input', async () => {
  const bad = (run: () => unknown, message: RegExp) => rejects(run, 'BAD_ARGUMENT', message)
  await bad(() => drawAnnotation([]), /^texts: got \[\]; expected an array of at least one text/)
  await bad(() => drawAnnotation(texts, { task: 'like' as 'same' }), /^task: got "like"; expected same, next/)
  await bad(() => drawAnnotation(texts, { references: 0 }), /^references: got 0/)
  await bad(
    () => drawAnnotation(texts, { repeats: 0.5 }),
    /^repeats: got 0.5; expected a number from 0 to 1\/3/,
  )
  await bad(() => drawAnnotation(texts, { seed: 0.5 }), /^seed: got 0.5/)
  await bad(() => drawAnnotation(texts, { limit: 3 } as object), /^limit: no such option/)
})

test.run()
