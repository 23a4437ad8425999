import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { splitGloss } from '../../../lib/concepts/wordnet/gloss.ts'

const glosses: [gloss: string, definition: string, examples: string[]][] = [
  ['a human being  ', 'a human being', []],
  [
    'not brave; abject; "a craven fellow"- Spenser; "this knight"  ',
    'not brave; abject',
    ['a craven fellow', 'this knight'],
  ],
  ['all sides: "The zebra was beset; then it ran"', 'all sides', ['The zebra was beset; then it ran']],
  [
    'a demand especially in the phrase "the call of duty"',
    'a demand especially in the phrase "the call of duty"',
    [],
  ],
  ['fate; "These things befell" (Santayana)', 'fate', ['These things befell']],
  ['own; "get a life!" "he is trying"', 'own', ['get a life!', 'he is trying']],
  ['soiled; "dirty" is often used in combination; "a dirty shirt"', 'soiled', ['a dirty shirt']],
  ['(followed by `to\') able; "able to swim";', "(followed by 'to') able", ['able to swim']],
  [
    'everywhere; "looked all over"; (`everyplace\' is used informally)',
    "everywhere; ('everyplace' is used informally)",
    ['looked all over'],
  ],
  ['odd; ""; "no end', 'odd', []],
  ['', '', []],
]

test('glosses split into definition and examples', () => {
  for (const [gloss, definition, examples] of glosses)
    assert.equal(splitGloss(gloss), { definition, examples }, gloss)
})

test.run()
