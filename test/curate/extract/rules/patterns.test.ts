import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nounPhrases } from '../../../../lib/curate/extract/rules/noun_phrases.ts'
import { sentenceFacts } from '../../../../lib/curate/extract/rules/patterns.ts'
import { openTagger } from '../../../../lib/curate/extract/rules/tagger.ts'
import { smallLexicon } from './lexicon.ts'

const tag = await openTagger()
const lexicon = smallLexicon()

function factsOf(text: string) {
  const tokens = tag(text)
  return sentenceFacts(tokens, nounPhrases(tokens, lexicon))
}
const relationsOf = (text: string) =>
  factsOf(text).relations.map(({ type, source, target }) => `${source.key} ${type} ${target.key}`)
const definedBy = (text: string) => factsOf(text).defined?.key ?? null

test('definitions name what is defined and what it is a kind of', () => {
  const sentences: [text: string, defined: string, genus: string][] = [
    ['A mutex is a lock that one thread can hold.', 'mutex', 'lock'],
    ['In programming, a mutex is a lock that one thread can hold.', 'mutex', 'lock'],
    ['Mutexes are semaphores that one thread can hold.', 'mutex', 'semaphore'],
    ['A hash table (map) is a kind of table used in programs.', 'hash table', 'table'],
    ['Mutex: a lock that one thread can hold.', 'mutex', 'lock'],
    ['A mutex, a lock that one thread can hold, is slow.', 'mutex', 'lock'],
    ['A mutex refers to a semaphore for one thread.', 'mutex', 'semaphore'],
  ]
  for (const [text, defined, genus] of sentences) {
    assert.is(definedBy(text), defined, text)
    assert.equal(relationsOf(text), [`${defined} parent ${genus}`], text)
  }
})

test('what only looks like a definition is none', () => {
  for (const text of [
    'The mutex is a lock that one thread holds now.', // this one mutex
    'A mutex is a lock.', // does not say which
    'It is a lock that one thread can hold.',
    'A mutex is the reason that threads wait.',
    'A mutex is a good example of locks.',
    'A mutex is slow.',
    'Adam Smith, a man of letters, wrote.',
    'We bought apples, pears, a mutex that was used.',
  ])
    assert.is(definedBy(text), null, text)
})

test('lists of kinds give parents and siblings', () => {
  assert.equal(relationsOf('Fruits such as apples and pears are sweet.'), [
    'apple parent fruit',
    'pear parent fruit',
    'apple sibling pear',
  ])
  assert.equal(relationsOf('She sells fruits, including apples, pears, and plums.'), [
    'apple sibling pear',
    'apple sibling plum',
    'pear sibling plum',
  ])
  assert.equal(relationsOf('She sells apples, pears and other fruits.'), [
    'apple parent fruit',
    'pear parent fruit',
    'apple sibling pear',
  ])
  // It may be the man that is meant, or the data.
  assert.equal(relationsOf('She asked the man with data such as files.'), [])
})

test('names, needs and what is made possible', () => {
  const { named } = factsOf('Threads wait for a lock called a mutex.')
  assert.equal(
    named.map(({ key }) => key),
    ['mutex'],
  )
  assert.equal(relationsOf('Threads wait for a lock called a mutex.'), ['mutex parent lock'])
  assert.equal(relationsOf('A hash table requires a file.'), ['hash table requires file'])
  assert.equal(relationsOf('A semaphore enables threads.'), ['semaphore enables thread'])
  assert.equal(relationsOf('The files of a mutex require keys.'), [])
  assert.equal(relationsOf('The government requires a man to pay.'), [])
})

test.run()
