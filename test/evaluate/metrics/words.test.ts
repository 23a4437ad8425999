import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { words } from '../../../lib/evaluate/metrics/words.ts'

const golden: { text: string; words: string[] }[] = JSON.parse(
  readFileSync(new URL('../goldens/words.json', import.meta.url), 'utf8'),
)

test('the words of a sentence are those of nltk', () => {
  assert.ok(golden.length > 20)
  for (const { text, words: expected } of golden) assert.equal(words(text), expected, text)
})

test('each sentence ends with its period', () => {
  const text = 'Dr. Smith left at 10:30. "It rains," he said. We didn\'t go... Did you?'
  const expected = "Dr. Smith left at 10:30 . `` It rains , '' he said . We did n't go ... Did you ?"
  assert.equal(words(text), expected.split(' '))
})

test('nothing of a text without letters is lost', () => {
  assert.equal(words('?! ...'), ['?', '!', '...'])
  assert.equal(words(' \n '), [])
})

test('what is no text is refused', () => {
  assert.throws(
    () => words(null as unknown as string),
    (error: unknown) => error instanceof VmmError && error.code === 'BAD_ARGUMENT',
  )
})

test.run()
