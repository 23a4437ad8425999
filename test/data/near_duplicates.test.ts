import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nearDuplicates as find } from '../../lib/data/near_duplicates.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'

/** Words by chance: two texts of other seeds share no run of eight. */
function prose(seed: number, words: number): string[] {
  const numbers = randomNumbers(seed, 0)
  const word = () => `w${numbers.below(500)}`
  return Array.from({ length: Math.ceil(words / 10) }, () => Array.from({ length: 10 }, word).join(' '))
}

const nearDuplicates = (...args: Parameters<typeof find>) => [...find(...args).values()]

const original = prose(1, 2000)
const heldOut = [
  { id: 'other', sentences: prose(2, 2000) },
  { id: 'original', sentences: original },
]
const same = (sentences: readonly string[]) => nearDuplicates([{ id: 'copy', sentences }], heldOut, 0.2)

test('a copy in other case, punctuation and sentences is found, with what it copies', () => {
  const copy = [original.join(', ').toUpperCase()]
  assert.equal(same(copy), [{ id: 'copy', heldOut: 'original', share: 1 }])
})

test('half of a text is all of the shorter one', () => {
  assert.is(same(original.slice(100))[0]!.share, 1)
})

test('the share is that of the runs', () => {
  const [overlap] = same([...original.slice(0, 60), ...prose(3, 1400)])
  assert.ok(Math.abs(overlap!.share - 0.3) < 0.06, String(overlap!.share))
})

test('texts that share words but no wording, little wording, or are short are left alone', () => {
  assert.equal(same(prose(4, 2000)), [])
  assert.equal(same([...original.slice(0, 10), ...prose(5, 1900)]), [])
  assert.equal(same(original.slice(0, 1)), [])
  assert.equal(nearDuplicates([], heldOut, 0.2), [])
  assert.equal(nearDuplicates(heldOut, [], 0.2), [])
})

test('those that share most come first', () => {
  const some = [
    { id: 'part', sentences: [...original.slice(0, 100), ...prose(6, 1000)] },
    { id: 'all', sentences: original },
  ]
  assert.equal(
    nearDuplicates(some, heldOut, 0.2).map(({ id }) => id),
    ['all', 'part'],
  )
})

test.run()
