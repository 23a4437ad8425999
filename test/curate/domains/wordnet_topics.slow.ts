// How well domains are told where WordNet knows the topic: by likeness alone, by keywords alone, and by both.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rankDomains } from '../../../lib/concepts/domains/domains.ts'
import { readWordNet } from '../../../lib/concepts/wordnet/synsets.ts'
import { openDomainClassifier } from '../../../lib/curate/domains/classifier.ts'
import { DESIGN_DOMAINS, type DomainDescriptions } from '../../../lib/curate/domains/design_domains.ts'
import { keywordMatcher } from '../../../lib/curate/domains/keywords.ts'
import { topicDomains } from '../../../lib/curate/domains/labelled_texts.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import { randomNumbers, sampleWithout } from '../../../lib/ops/random_numbers.ts'

const synsets = await readWordNet()
const domainOf = topicDomains(DESIGN_DOMAINS, synsets)
const names = Object.keys(DESIGN_DOMAINS)
const labelled = synsets
  .filter(({ id }) => domainOf.has(id))
  .map(({ id, definition }) => ({ text: definition, domain: domainOf.get(id)! }))
const heldOut = new Set(sampleWithout(randomNumbers(1), Math.floor(0.3 * labelled.length), labelled.length))
// A definition that two synsets have must not be known from the other one.
const seen = labelled.filter((_, i) => !heldOut.has(i))
const known = new Set(seen.map(({ text }) => text))
const asked = labelled.filter(({ text }, i) => heldOut.has(i) && !known.has(text))

/** The share that is right, and the mean of the shares in each domain; of several that are equal, each counts in part. */
function accuracy(scoresOf: (text: string, i: number) => readonly number[]) {
  const right = new Map(names.map((name) => [name, { right: 0, count: 0 }]))
  for (const [i, { text, domain }] of asked.entries()) {
    const scores = scoresOf(text, i)
    const best = Math.max(...scores)
    const own = right.get(domain)!
    own.count++
    if (scores[names.indexOf(domain)] === best)
      own.right += 1 / scores.filter((score) => score === best).length
  }
  const all = [...right.values()]
  const share = all.reduce((sum, one) => sum + one.right, 0) / asked.length
  return { share, mean: all.reduce((sum, one) => sum + one.right / one.count, 0) / all.length }
}

test('the table names topics that WordNet has, each once', () => {
  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  const topics = new Set<string>()
  for (const { pointers } of synsets)
    for (const { relation, target } of pointers)
      if (relation === 'topic') topics.add(byId.get(target)!.words[0]!)
  const named = Object.values<DomainDescriptions[string]>(DESIGN_DOMAINS).flatMap((parts) =>
    Object.values(parts).flatMap(({ topics: own = [] }) => own),
  )
  for (const topic of named) assert.ok(topics.has(topic), topic)
  assert.is(new Set(named).size, named.length)
})

test('both together tell more than either alone, of topics that were held out', async () => {
  const encoder = await loadEncoder()
  const classifier = await openDomainClassifier({ encoder, examples: seen })
  const texts = asked.map(({ text }) => text)
  const { vectors } = await encoder.encode(texts)
  const found = await classifier.classify(texts, { vectors })
  const cosines = Array.from(vectors, (vector) => {
    const matches = rankDomains(classifier.domains.all, vector)
    return names.map((name) => matches.find(({ domain }) => domain.name === name)!.cosine)
  })
  const match = keywordMatcher(DESIGN_DOMAINS)
  const rows = {
    'the largest domain': accuracy(() => names.map((name) => Number(name === 'social_dynamics'))),
    'keywords alone': accuracy((text) => match(text).map(({ share }) => share)),
    'similarity alone': accuracy((_, i) => cosines[i]!),
    'both, as openDomainClassifier': accuracy((_, i) => names.map((name) => found[i]!.scores[name]!)),
  }
  const confidence = found.reduce((sum, one) => sum + one.confidence, 0) / found.length
  console.log(
    `${asked.length} definitions held out, ${seen.length} known; mean confidence ${confidence.toFixed(3)}`,
  )
  for (const [name, { share, mean }] of Object.entries(rows))
    console.log(`${name.padEnd(32)} right ${share.toFixed(3)}   mean of the domains ${mean.toFixed(3)}`)
  encoder.dispose()
  const both = rows['both, as openDomainClassifier']
  for (const alone of [rows['keywords alone'], rows['similarity alone']]) {
    assert.ok(both.share > alone.share + 0.03)
    assert.ok(both.mean > alone.mean)
  }
  assert.ok(Math.abs(confidence - both.share) < 0.05)
  // The surer half must be right more often than the other.
  const order = [...found.keys()].sort((a, b) => found[b]!.margin - found[a]!.margin)
  const rightOf = (some: readonly number[]) =>
    some.filter((i) => found[i]!.primary === asked[i]!.domain).length / some.length
  const middle = order.length >> 1
  assert.ok(rightOf(order.slice(0, middle)) > rightOf(order.slice(middle)) + 0.1)
})

test.run()
