import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { definitionOf } from '../../../lib/concepts/wordnet/concepts.ts'
import { edgesOf } from '../../../lib/concepts/wordnet/relations.ts'
import { readWordNet } from '../../../lib/concepts/wordnet/synsets.ts'

const synsets = await readWordNet()
const byId = new Map(synsets.map((synset) => [synset.id, synset]))
const all = synsets.flatMap(edgesOf)
/** Relations of a meaning by the first words of both. */
const related = (id: string, type: string) =>
  edgesOf(byId.get(id)!)
    .filter((edge) => edge.type === type)
    .map(({ target }) => byId.get(target)!.words[0])

test('all relations are there, once', () => {
  // wnstats(7WN) has 117,659 synsets of WordNet 3.0; the files of 3.1 have as many pointers as their lines say.
  assert.is(
    synsets.reduce((sum, { pointers }) => sum + pointers.length, 0),
    378_203,
  )
  assert.is(all.length, 365_119)
  assert.is(new Set(all.map(({ source, type, target }) => `${source} ${type} ${target}`)).size, all.length)
  for (const { source, target, weight } of all) assert.ok(byId.has(source) && byId.has(target) && weight > 0)
})

test('a dog is a canine, has a flag for a tail, and is a member of a pack', () => {
  const dog = 'n02086723'
  assert.equal(related(dog, 'hypernym').sort(), ['canine', 'domestic animal'])
  assert.equal(related(dog, 'part_meronym'), ['flag'])
  assert.equal(related(dog, 'member_holonym').sort(), ['Canis', 'pack'])
  assert.ok(related(dog, 'hyponym').includes('poodle'))
})

test('what one relation says, its inverse says of the other concept', () => {
  const inverse: Readonly<Record<string, string>> = {
    hypernym: 'hyponym',
    instance_hypernym: 'instance_hyponym',
    part_meronym: 'part_holonym',
    member_meronym: 'member_holonym',
    substance_meronym: 'substance_holonym',
    antonym: 'antonym',
    topic: 'topic_member',
    region: 'region_member',
    usage: 'usage_member',
  }
  const keys = new Set(all.map(({ source, type, target }) => `${source} ${type} ${target}`))
  let checked = 0
  for (const { source, type, target } of all) {
    if (inverse[type] === undefined) continue
    assert.ok(keys.has(`${target} ${inverse[type]} ${source}`), `${source} ${type} ${target}`)
    checked++
  }
  assert.ok(checked > 100_000)
})

test('relations of words weigh less than those of meanings, and those to topics least', () => {
  const weights = (type: string) =>
    new Set(all.filter((edge) => edge.type === type).map(({ weight }) => weight))
  assert.equal([...weights('hypernym')], [1])
  assert.equal([...weights('antonym')], [0.5])
  assert.equal([...weights('topic')], [0.25])
})

test('a concept has the words, the definition and the category, and is the surer the more often it is meant', () => {
  const dog = definitionOf(byId.get('n02086723')!)
  assert.equal([dog.id, dog.type, dog.primaryDomain], ['n02086723', 'definition', 'noun.animal'])
  assert.ok(dog.surfaceForms?.includes('domestic dog'))
  assert.match(dog.text, /^a member of the genus Canis/)
  assert.is(dog.confidence, 43 / 44)
  assert.is(definitionOf({ ...byId.get('n02086723')!, tagCount: 0 }).confidence, 0.5)
})

test.run()
