import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findWordNet, readWordNet, type Synset } from '../../../lib/concepts/wordnet/synsets.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const total = (synsets: Synset[], count: (synset: Synset) => number) =>
  synsets.reduce((sum, s) => sum + count(s), 0)

const synsets = await readWordNet()

test('all of WordNet 3.1 is read', () => {
  const of = (part: string) => synsets.filter(({ partOfSpeech }) => partOfSpeech === part).length
  assert.equal(['noun', 'verb', 'adjective', 'adverb'].map(of), [82_192, 13_789, 18_185, 3_625])
  assert.is(synsets.length, 117_791)
  assert.is(
    total(synsets, ({ words }) => words.length),
    207_272,
  )
  assert.is(
    total(synsets, ({ examples }) => examples.length),
    48_551,
  )
  assert.is(
    total(synsets, ({ pointers }) => pointers.length),
    378_203,
  )
  assert.is(
    total(synsets, ({ tagCount }) => tagCount),
    248_795,
  )
  assert.is(synsets.filter(({ tagCount }) => tagCount > 0).length, 27_210)
  assert.is(new Set(synsets.map(({ category }) => category)).size, 45)
  assert.is(synsets.filter(({ definition }) => definition === '').length, 0)

  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  assert.is(byId.size, synsets.length)
  const relations = new Map<string, number>()
  for (const { words, pointers } of synsets) {
    for (const { relation, target, words: pair } of pointers) {
      relations.set(relation, (relations.get(relation) ?? 0) + 1)
      const other = byId.get(target)!
      if (pair !== null) assert.ok(words[pair[0]] !== undefined && other.words[pair[1]] !== undefined)
    }
  }
  assert.is(relations.size, 26)
  assert.is(relations.get('hypernym'), 89_172)
  assert.is(relations.get('hyponym'), 89_172)
  assert.is(relations.get('antonym'), 7_983)
  assert.is(relations.get('entailment'), 408)
})

test('some synsets in full', () => {
  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  const dog = byId.get('n02086723')!
  assert.equal(dog.words, ['dog', 'domestic dog', 'Canis familiaris'])
  assert.is(dog.category, 'noun.animal')
  assert.match(
    dog.definition,
    /^a member of the genus Canis .* since prehistoric times; occurs in many breeds$/,
  )
  assert.equal(dog.examples, ['the dog barked all night'])
  assert.equal(dog.pointers[0], { relation: 'hypernym', target: 'n02085998', words: null })
  assert.is(dog.pointers.length, 23)
  assert.is(dog.tagCount, 42)

  const breathe = byId.get('v00001740')!
  assert.equal(breathe.words, ['breathe', 'take a breath', 'respire', 'suspire'])
  assert.equal(breathe.examples, ['I can breathe better when the air is clean', 'The patient is respiring'])
  assert.equal(breathe.pointers[2], { relation: 'derivation', target: 'a03121972', words: [2, 0] })

  const activated = byId.get('a00035037')! // a satellite: type s in the file, letter a in ids
  assert.is(activated.partOfSpeech, 'adjective')
  assert.equal(
    activated.pointers.map(({ relation }) => relation),
    ['similar', 'topic'],
  )
  assert.equal(byId.get('r00001885')!.words, ['AD', 'A.D.', 'anno Domini'])
  assert.is(byId.get('a00188104')!.words[0], 'awake')
})

test('missing and altered files are refused', async () => {
  const folder = join(temporaryFolder(), 'dict')
  mkdirSync(folder)
  await rejects(() => readWordNet(folder), 'NOT_FOUND', /index\.sense: cannot read/)
  cpSync(findWordNet(), folder, { recursive: true })
  const file = join(folder, 'data.noun')
  const text = readFileSync(file, 'latin1')
  const broken: [from: string, to: string][] = [
    ['00001740 03 n 01 entity', '00001740 45 n 01 entity'],
    ['00001740 03 n 01 entity', '0000174x 03 n 01 entity'],
    ['00001740 03 n 01 entity', '00001740 03 n 00 entity'],
    ['00001740 03 n 01 entity 0 003 ~', '00001740 03 n 01 entity 0 003 ?'],
    ['00001740 03 n 01 entity 0 003', '00001740 03 n 01 entity 0 103'],
    [' | that which is perceived', ' that which is perceived'],
  ]
  for (const [from, to] of broken) {
    writeFileSync(file, text.replace(from, to), 'latin1')
    await rejects(() => readWordNet(folder), 'BAD_FILE', /data\.noun: line 30 is not a synset/)
  }
})

test.run()
