import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DESIGN_DOMAINS } from '../../../lib/curate/domains/design_domains.ts'
import { keywordMatcher } from '../../../lib/curate/domains/keywords.ts'
import { keywordTexts, topicTexts } from '../../../lib/curate/domains/labelled_texts.ts'

const domains = {
  sea: { ships: { keywords: ['ship', 'sailing vessel'] }, deep_water: { keywords: ['tide', 'vessel'] } },
  law: { courts: { keywords: ['court', 'tide'], topics: ['law'] } },
}
const match = keywordMatcher(domains)

test('a domain gets its share of all keywords, whatever form they have', () => {
  assert.equal(match('Ships and a court.'), [
    { share: 0.5, subdomains: ['ships'] },
    { share: 0.5, subdomains: ['courts'] },
  ])
  assert.equal(
    match('The tide of SHIPS, and ships’ sails').map(({ share }) => share.toFixed(2)),
    ['0.75', '0.25'],
  )
  assert.equal(
    match('Nothing of either.').map(({ share }) => share),
    [0, 0],
  )
})

test('the longest keyword counts, and so does the name of a subdomain', () => {
  assert.equal(match('sailing vessels')[0], { share: 1, subdomains: ['ships'] })
  assert.equal(match('deep water')[0], { share: 1, subdomains: ['deep_water'] })
  assert.equal(match('a tide of vessels')[0]!.subdomains, ['deep_water'])
})

test('keywords and WordNet’s topics give texts of known domains', () => {
  assert.equal(keywordTexts(domains), [
    { text: 'ships, ship, sailing vessel', domain: 'sea' },
    { text: 'deep water, tide, vessel', domain: 'sea' },
    { text: 'courts, court, tide', domain: 'law' },
  ])
  const synset = { partOfSpeech: 'noun', category: 'noun.act', examples: [], tagCount: 0 } as const
  const law = { ...synset, id: 'n1', words: ['law', 'jurisprudence'], definition: 'rules', pointers: [] }
  const topic = { relation: 'topic', target: 'n1', words: null } as const
  const plea = { ...synset, id: 'n2', words: ['plea'], definition: 'an answer in a trial', pointers: [topic] }
  assert.equal(topicTexts(domains, [law, plea]), [{ text: 'an answer in a trial', domain: 'law' }])
})

test('the eight domains are those of the design, with four parts each', () => {
  const names = Object.entries(DESIGN_DOMAINS).map(
    ([name, parts]) => `${name}: ${Object.keys(parts).join(', ')}`,
  )
  assert.equal(names, [
    'formal_logic: mathematics, proofs, algorithms, type_theory',
    'physical_sciences: physics, chemistry, engineering, materials',
    'life_sciences: biology, medicine, ecology, neuroscience',
    'code_reasoning: implementation, debugging, optimization, architecture',
    'linguistic: syntax, semantics, translation, rhetoric',
    'temporal_reasoning: causality, planning, history, prediction',
    'spatial_reasoning: geometry, topology, navigation, visualization',
    'social_dynamics: psychology, economics, politics, culture',
  ])
})

test.run()
