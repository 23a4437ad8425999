import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import { relationTypes } from '../../../../lib/curate/candidates/relation_types.ts'
import { wordNetCandidates } from '../../../../lib/curate/extract/graphs/wordnet.ts'

const byKey = new Map<string, Candidate>()
for await (const candidate of wordNetCandidates({ scope: 'all' })) byKey.set(candidate.key!, candidate)

/** First words of what a candidate has a relation of a type to. */
const related = (key: string, type: string) =>
  byKey
    .get(key)!
    .relations.filter((one) => one.type === type)
    .map(({ target }) => byKey.get(target)!.surfaceForms[0])
    .sort()
const keyOf = (form: string, text: RegExp) =>
  [...byKey.values()].find((one) => one.surfaceForms[0] === form && text.test(one.text))!.key!

test('every meaning is a candidate with a definition, its words and known relations to others', () => {
  assert.is(byKey.size, 117_791)
  const types = relationTypes()
  for (const { text, surfaceForms, score, relations, key } of byKey.values()) {
    assert.ok(text !== '' && surfaceForms.length > 0 && score >= 0.5 && score < 1)
    for (const { type, target } of relations)
      assert.ok(types.has(type) && byKey.has(target) && target !== key)
  }
})

test('a dog is a canine, has a flag for a tail, and is a member of a pack', () => {
  const dog = 'wordnet:n02086723'
  assert.equal(related(dog, 'parent'), ['Canis', 'canine', 'domestic animal', 'pack'])
  assert.ok(related(dog, 'child').includes('flag') && related(dog, 'child').includes('poodle'))
})

test('snoring requires sleeping, killing lets die, and what is hot is not cold', () => {
  assert.ok(related(keyOf('snore', /breathe noisily/), 'requires').includes('sleep'))
  assert.ok(related(keyOf('kill', /cause to die/), 'enables').includes('die'))
  assert.ok(related(keyOf('hot', /used of physical heat/), 'conflicts_with').includes('cold'))
})

test('those that are used come alone, and relations lead to none of the others', async () => {
  const used = new Set<string>()
  const targets = new Set<string>()
  for await (const { key, score, relations } of wordNetCandidates()) {
    used.add(key!)
    assert.ok(score > 0.5)
    for (const { target } of relations) targets.add(target)
  }
  assert.is(used.size, 117_791 - 90_581)
  for (const target of targets) assert.ok(used.has(target))
})

test.run()
