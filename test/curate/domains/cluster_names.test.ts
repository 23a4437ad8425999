import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { discoverDomains } from '../../../lib/concepts/domains/clusters.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { nameClusters, typicalTerms } from '../../../lib/curate/domains/cluster_names.ts'
import { rejects } from '../../support/rejects.ts'

const texts = ['a ship at sea', 'the sea and its ships', 'a court of law at sea', 'the law of a court']
const vectors = vectorsFrom(Float32Array.from([0, 1, 0, 2, 9, 9, 8, 9]), 2, 'example-2')
const found = await discoverDomains(vectors, 2, { texts })
const namesOf = async (options = {}) => (await nameClusters(found, options)).all.map(({ name }) => name)
const [first, second] = found.all.map(({ representatives }) =>
  representatives.includes(texts[0]!) ? 'ships' : 'courts',
)

test('without a namer, the terms that one cluster has and the others lack', async () => {
  const byTerms = { ships: 'ship, sea', courts: 'court, law' }
  assert.equal(await namesOf(), [byTerms[first!], byTerms[second!]])
  assert.equal(await namesOf({ terms: 1 }), [
    first === 'ships' ? 'ship' : 'court',
    second === 'ships' ? 'ship' : 'court',
  ])
  // ship: 2 · ln(3 / 1); sea, which both have: 2 · ln(3 / 2).
  assert.equal(typicalTerms([texts.slice(0, 2), texts.slice(2)]), [
    ['ship', 'sea'],
    ['court', 'law', 'sea'],
  ])
})

test('a namer is shown texts and terms; what is no name is not taken', async () => {
  const shown: unknown[] = []
  const namer = async (clusters: readonly { texts: readonly string[]; terms: readonly string[] }[]) => {
    shown.push(...clusters)
    return ['"Maritime Affairs."\nBecause of ships.', 'x'.repeat(100)]
  }
  const names = await namesOf({ namer })
  assert.is(names[0], 'Maritime Affairs')
  assert.is(names[1], second === 'ships' ? 'ship, sea' : 'court, law')
  assert.equal(shown.length, 2)
  assert.ok((shown[0] as { texts: readonly string[] }).texts.length === 2)
  const same = await namesOf({ namer: async () => ['Law', 'Law'] })
  assert.is(same[0], 'Law')
  assert.not.equal(same[1], 'Law')
})

test('what else there is of a domain stays', async () => {
  const named = await nameClusters(found)
  assert.equal(
    named.all.map(({ name: _, ...rest }) => rest),
    found.all.map(({ name: _, ...rest }) => rest),
  )
})

test('clusters without texts and other numbers of names are refused', async () => {
  const bare = await discoverDomains(vectors, 2)
  await rejects(() => nameClusters(bare), 'BAD_ARGUMENT', /domains: got "cluster-1" without representatives/)
  await rejects(
    () => nameClusters(found, { namer: async () => ['one'] }),
    'BAD_ARGUMENT',
    /namer: got \["one"\]; expected 2 names/,
  )
  await rejects(() => nameClusters(found, { terms: 0 }), 'BAD_ARGUMENT', /terms: got 0/)
})

test.run()
