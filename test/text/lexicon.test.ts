import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makeLexicon, wordsOf } from '../../lib/text/lexicon.ts'
import { rejects } from '../support/rejects.ts'

const lexicon = makeLexicon(
  wordsOf("The dog's owner walked the well-known path at ten o'clock; they don't mind."),
)

test('words are letters in lower case, with apostrophes inside', () => {
  assert.equal(wordsOf('In 1850s’ London’s “Élan”: don’t re-enter 3 times'), [
    ...['in', 's', 'london', 'élan', "don't", 're', 'enter', 'times'],
  ])
  assert.equal(wordsOf(''), [])
  assert.equal(lexicon.lists, [[...new Set(lexicon.lists[0])].sort()])
})

const COVERED = [
  ...['The owner walked.', 'THE DOG', 'the path’s owner', "the owner's dog's path", '“The path,” they mind'],
  ...["'the path'", "they don't", '1234 -- 5: the?'],
  '',
]
const NOT = ['The cat walked.', 'the dogs', 'th path', 'ownerthe', "o'clocks", "don'", 'wal']
for (const text of COVERED) test(`covered: ${text}`, () => assert.ok(lexicon.covers(text)))
for (const text of NOT) test(`not covered: ${text}`, () => assert.not.ok(lexicon.covers(text)))

test('piece by piece is as the whole, wherever it is cut', () => {
  for (const text of [...COVERED, ...NOT])
    for (let at = 0; at <= text.length; at++) {
      const first = lexicon.after('', text.slice(0, at))
      const open = first === null ? null : lexicon.after(first, text.slice(at))
      assert.is(open !== null && lexicon.mayEnd(open), lexicon.covers(text), `${text}, cut at ${at}`)
    }
})

test('the beginning of a word may go on, what begins no word may not', () => {
  assert.is(lexicon.after('', 'The wal'), 'wal')
  assert.not.ok(lexicon.mayEnd('wal'))
  assert.is(lexicon.after('wal', 'ked'), 'walked')
  assert.is(lexicon.after('wal', 'x'), null)
  assert.is(lexicon.after('walk', ' '), null)
  assert.is(lexicon.after('dog', "'"), "dog'")
  assert.is(lexicon.after("dog'", 's'), "dog's")
  assert.is(lexicon.after("dog'", ' '), '')
})

test('a lexicon with more words', () => {
  const more = makeLexicon(['cat', "o'cat"], lexicon)
  for (const text of [...COVERED, "The cat's dog", "an o'cat".slice(3)]) assert.ok(more.covers(text), text)
  assert.not.ok(more.covers('cats'))
  assert.not.ok(lexicon.covers('cat'))
  assert.is(more.after("o'c", 'lo'), "o'clo")
})

test('what is no word is refused', async () => {
  for (const word of ['Two', 'two words', '', '12', 'x-y'])
    await rejects(() => makeLexicon(['fine', word]), 'BAD_ARGUMENT', /^words: got/)
})

test.run()
