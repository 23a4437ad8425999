import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { corrupted } from '../../../lib/train/corrector/corrupt.ts'

const CAPACITY = 12
const ids = Int32Array.from({ length: 10 }, (_, i) => 100 + i)

/** Least insertions, deletions and replacements that lead from one text to the other (Levenshtein 1966). */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])))
    row = next
  }
  return row.at(-1)!
}

test('a text gets at least one error and stays near to itself', () => {
  const kinds = { shorter: 0, longer: 0, swapped: 0, replaced: 0 }
  for (let seed = 0; seed < 500; seed++) {
    const text = corrupted(ids, () => 7, randomNumbers(seed), CAPACITY)
    assert.ok(text.length > 0 && text.length <= CAPACITY)
    // A swap counts as two.
    assert.ok(distance(ids, text) <= 8)
    if (text.length < ids.length) kinds.shorter++
    if (text.length > ids.length) kinds.longer++
    if (text.length === ids.length && text.includes(7)) kinds.replaced++
    if (!text.includes(7) && text.some((id, i) => i > 0 && id < text[i - 1]!)) kinds.swapped++
  }
  for (const [kind, count] of Object.entries(kinds)) assert.ok(count > 20, `${kind}: ${count}`)
  assert.equal(
    corrupted(ids, () => 7, randomNumbers(3), CAPACITY),
    corrupted(ids, () => 7, randomNumbers(3), CAPACITY),
  )
})

test('a text of one token is replaced or grows, and one at the capacity does not grow', () => {
  for (let seed = 0; seed < 50; seed++) {
    const one = corrupted([5], () => 7, randomNumbers(seed), CAPACITY)
    assert.ok(one.includes(7) && one.length <= 2)
    assert.ok(corrupted(ids, () => 7, randomNumbers(seed), ids.length).length <= ids.length)
  }
})

test.run()
