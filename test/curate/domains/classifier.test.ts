import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { openDomainClassifier } from '../../../lib/curate/domains/classifier.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { rejects } from '../../support/rejects.ts'

const domains = {
  sea: { ships: { keywords: ['ship', 'sail', 'mast'] }, water: { keywords: ['tide', 'wave'] } },
  law: { courts: { keywords: ['court', 'judge', 'plea'] } },
  food: { kitchen: { keywords: ['soup', 'bread', 'oven'] } },
}
const examples = [
  { text: 'boats come home', domain: 'sea' },
  { text: 'the verdict was read', domain: 'law' },
  { text: 'she baked a cake', domain: 'food' },
]
const encoder = bagOfWords()
const classifier = await openDomainClassifier({ encoder, domains, examples })
const total = (scores: Readonly<Record<string, number>>) => Object.values(scores).reduce((a, b) => a + b, 0)

test('keywords and likeness to what is known tell the domain; scores sum to 1', async () => {
  const [ship, verdict, cake] = await classifier.classify([
    'The ship has three masts.',
    'the verdict',
    'a cake baked',
  ])
  assert.equal([ship!.primary, verdict!.primary, cake!.primary], ['sea', 'law', 'food'])
  assert.equal(ship!.subdomains, ['ships'])
  for (const { scores, confidence, margin, primary, labels } of [ship!, verdict!, cake!]) {
    assert.ok(Math.abs(total(scores) - 1) < 1e-12)
    assert.is(confidence, Math.max(...Object.values(scores)))
    const second = Math.max(...Object.entries(scores).flatMap(([name, x]) => (name === primary ? [] : [x])))
    assert.ok(Math.abs(margin - (confidence - second)) < 1e-12 && labels[0] === primary)
  }
  assert.is(classifier.agreement(), null)
  assert.equal(await classifier.classify([]), [])
})

/** An encoder of two dimensions: words of the sea, words of the law, both for all others. */
const plain = {
  space: 'plain-2',
  dims: 2,
  encode: (async (texts: readonly string[]) => {
    const rows = texts.flatMap((text) =>
      /^(?:ship|sea)/.test(text) ? [1, 0] : /^(?:court|law)/.test(text) ? [0, 1] : [1, 1],
    )
    return { vectors: vectorsFrom(Float32Array.from(rows), 2, 'plain-2'), truncated: [], tokens: null }
  }) as never,
}
const two = { sea: { sea: { keywords: ['ship'] } }, law: { law: { keywords: ['court'] } } }

test('a text of two domains has two labels, and one of none is unsure', async () => {
  const { classify } = await openDomainClassifier({ encoder: plain, domains: two, examples: [] })
  const [both, none, one] = await classify(['a ship, a court', 'zzz', 'ship'])
  assert.equal([...both!.labels].sort(), ['law', 'sea'])
  assert.equal([none!.confidence, none!.margin, none!.subdomains], [0.5, 0, []])
  assert.equal(one!.labels, ['sea'])
})

test('the score is 0.7 of the cosine from the centroids’ mean and 0.3 of the keywords’ share', async () => {
  // Two centroids at right angles: seen from their mean, a vector at one of them has the cosines 1 and -1.
  const { classify, domains: learned } = await openDomainClassifier({
    encoder: plain,
    domains: two,
    examples: [],
  })
  assert.equal(
    learned.all.map(({ centroid }) => [...centroid]),
    [
      [1, 0],
      [0, 1],
    ],
  )
  const [one] = await classify(['ship court court court'])
  const difference = (0.7 * 1 + 0.3 * 0.25 - (0.7 * -1 + 0.3 * 0.75)) / 0.12
  assert.ok(Math.abs(Math.log(one!.scores.sea! / one!.scores.law!) - difference) < 1e-6)
})

test('vectors that are there are not made again', async () => {
  const texts = ['The ship.', 'A plea.']
  const { vectors } = await encoder.encode(texts)
  const before = encoder.encoded.length
  const found = await classifier.classify(texts, { vectors })
  assert.is(encoder.encoded.length, before)
  assert.equal(found, await classifier.classify(texts))
  await rejects(() => classifier.classify(['one'], { vectors }), 'BAD_ARGUMENT', /vectors: got 2; expected 1/)
  const other = vectorsFrom(new Float32Array(32).fill(1), 32, 'other-32')
  await rejects(() => classifier.classify(['one'], { vectors: other }), 'SPACE_MISMATCH', /other-32/)
})

test('another’s scores count as much as ours, and the agreement is told', async () => {
  const scorer = async (texts: readonly string[]) =>
    texts.map((text): Record<string, number> => {
      if (text === 'zzz') return {}
      return text.includes('ship') ? { sea: 8, law: 2, sky: 90 } : { food: 5, law: Number.NaN, sea: -3 }
    })
  const asked = await openDomainClassifier({ encoder, domains, examples, scorer })
  const texts = ['ship', 'ships sail', 'court', 'oven', 'zzz']
  const [alone, found] = [await classifier.classify(texts), await asked.classify(texts)]
  assert.ok(Math.abs(found[0]!.scores.sea! - (alone[0]!.scores.sea! + 0.8) / 2) < 1e-12)
  assert.ok(Math.abs(found[2]!.scores.food! - (alone[2]!.scores.food! + 1) / 2) < 1e-12)
  assert.equal(found[4], alone[4])
  // The last text has no scores; of the others ours are told by classify, theirs are sea, sea, food, food.
  const ours = alone.slice(0, 4).map(({ primary }) => primary)
  const theirs = ['sea', 'sea', 'food', 'food']
  const { count, share } = asked.agreement()!
  assert.equal([count, share], [4, ours.filter((name, i) => name === theirs[i]).length / 4])
  const short = await openDomainClassifier({ encoder, domains, examples, scorer: async () => [] })
  await rejects(() => short.classify(['one']), 'BAD_ARGUMENT', /scorer: got \[\]; expected 1 records/)
})

test('what is no classifier is refused', async () => {
  const open = (more: object) => openDomainClassifier({ encoder, domains, examples, ...more })
  await rejects(() => open({ domains: { sea: domains.sea } }), 'BAD_ARGUMENT', /domains: got 1 domains/)
  await rejects(
    () => open({ domains: { ...domains, sky: {} } }),
    'BAD_ARGUMENT',
    /domains\.sky: got no subdomain/,
  )
  await rejects(
    () => open({ domains: { ...domains, sky: { air: { keywords: 'x' } } } }),
    'BAD_ARGUMENT',
    /domains\.sky\.air: got/,
  )
  await rejects(
    () => open({ examples: [{ text: 'a', domain: 'sky' }] }),
    'BAD_ARGUMENT',
    /examples\[0\]\.domain: got "sky"/,
  )
  await rejects(() => open({ scorers: 1 }), 'BAD_ARGUMENT', /scorers: no such option; did you mean scorer/)
  await rejects(() => classifier.classify('text' as never), 'BAD_ARGUMENT', /texts: got "text"/)
})

test.run()
