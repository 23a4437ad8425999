import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rankDomains, topDomains } from '../../../../lib/concepts/domains/domains.ts'
import {
  learnWordNetDomains,
  wordNetDomains,
  wordNetSubdomains,
} from '../../../../lib/concepts/domains/wordnet/domains.ts'
import { WORDNET_DOMAINS } from '../../../../lib/concepts/domains/wordnet/table.ts'
import { readWordNet } from '../../../../lib/concepts/wordnet/synsets.ts'
import { bagOfWords } from '../../../support/bag_of_words.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { vectors } from '../points.ts'

const synsets = await readWordNet()
const parts = Object.entries(WORDNET_DOMAINS).flatMap(([top, of]) =>
  Object.entries(of).map(([name, source]) => ({ name: `${top}/${name}`, ...source })),
)

test('the table names topics that WordNet has, and each file and topic once', () => {
  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  const topics = new Set(
    synsets.flatMap(({ pointers }) =>
      pointers
        .filter(({ relation }) => relation === 'topic')
        .map(({ target }) => byId.get(target)!.words[0]!),
    ),
  )
  const named = parts.flatMap((part): readonly string[] => part.topics)
  for (const topic of named) assert.ok(topics.has(topic), topic)
  assert.is(new Set(named).size, named.length)
  const categories = parts.flatMap((part): readonly string[] => part.categories)
  assert.is(new Set(categories).size, categories.length)
  assert.is(Object.keys(WORDNET_DOMAINS).length, 8)
})

test('a topic counts more than the file of a synset; files without a subject have no domain', () => {
  const subdomainOf = wordNetSubdomains(synsets)
  const of = (word: string, category: string, meaning: RegExp) => {
    const found = synsets.find(
      (synset) =>
        synset.words.includes(word) && synset.category === category && meaning.test(synset.definition),
    )
    return subdomainOf.get(found!.id)
  }
  assert.is(of('dog', 'noun.animal', /Canis/), 'nature/animals')
  assert.is(of('plaintiff', 'noun.person', /lawsuit|court/), 'society/law')
  assert.is(of('law', 'noun.group', /rules/), 'society/law')
  assert.is(of('sightreader', 'noun.person', /./), 'art/music')
  assert.is(of('running', 'noun.act', /./), undefined)
  const counts = new Map<string, number>()
  for (const name of subdomainOf.values()) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const { name } of parts) assert.ok(counts.get(name)! >= 20, `${name}: ${counts.get(name)}`)
})

test('domains and their parts are learned from the vectors of the texts', () => {
  const some = synsets.filter(({ category }) => category === 'noun.animal' || category === 'noun.time')
  const concepts = some.map(({ id, words }, i) => ({
    id: i % 2 === 0 ? id : `${id}/example-1`,
    surfaceForms: words,
  }))
  const given = vectors(some.map(({ category }) => (category === 'noun.animal' ? [1, 0] : [0, 1])))
  const learned = learnWordNetDomains(some, concepts, given)
  assert.equal(
    learned.all.map(({ name, parent }) => [name, parent]),
    [
      ['nature', null],
      ['nature/animals', 'nature'],
      ['measure', null],
      ['measure/time', 'measure'],
    ],
  )
  assert.is(rankDomains(topDomains(learned), Float32Array.of(2, 1))[0]!.domain.name, 'nature')
})

test('the default domains are learned once and read afterwards', async () => {
  const cacheDir = temporaryFolder()
  const model = bagOfWords()
  const first = await wordNetDomains(model, { cacheDir })
  assert.is(topDomains(first).length, 8)
  assert.is(first.all.length, 8 + parts.length)
  const { length } = model.encoded
  const files = readdirSync(join(cacheDir, 'concepts'))
  assert.is(files.filter((name) => name.endsWith('.safetensors')).length, 1)
  assert.equal(await wordNetDomains(model, { cacheDir }), first)
  assert.is(model.encoded.length, length)
})

test.run()
