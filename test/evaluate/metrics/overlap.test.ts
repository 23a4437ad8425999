import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import {
  distinct2,
  exactMatch,
  lengthRatio,
  repetition,
  tokenF1,
} from '../../../lib/evaluate/metrics/overlap.ts'

const split = (text: string) => text.split(' ')

test('token F1 is of sets of words', () => {
  // 2 shared; 3 different words and 4: precision 2 / 3, recall 2 / 4.
  const [precision, recall] = [2 / 3, 2 / 4]
  const expected = (2 * precision * recall) / (precision + recall)
  assert.ok(Math.abs(tokenF1(split('a a b x'), split('b a c d')) - expected) < 1e-15)
  assert.is(tokenF1(split('a b'), split('b a b')), 1)
  assert.is(tokenF1(split('A'), split('a')), 0)
  assert.is(tokenF1([], split('a')), 0)
  assert.is(tokenF1([], []), 0)
})

test('an exact match is one of every character', () => {
  assert.is(exactMatch('It rains.', 'It rains.'), true)
  for (const other of ['it rains.', 'It rains', 'It  rains.', ' It rains.'])
    assert.is(exactMatch(other, 'It rains.'), false)
})

test('lengths are in words', () => {
  assert.is(lengthRatio(split('a b c'), split('a b')), 1.5)
  assert.is(lengthRatio([], split('a b')), 0)
  assert.throws(
    () => lengthRatio(split('a'), []),
    (error: unknown) =>
      error instanceof VmmError && error.message === 'reference: got no word; expected at least one',
  )
})

test('distinct pairs are counted over all texts, and not across them', () => {
  assert.is(distinct2([split('a b a b')]), 2 / 3)
  assert.is(distinct2([split('a b'), split('a b'), split('b c')]), 2 / 3)
  assert.is(distinct2([split('a'), split('b'), []]), 0)
  assert.is(distinct2([]), 0)
})

test('repetition is of pairs within a text', () => {
  assert.is(repetition(split('a b a b')), 1 - 2 / 3)
  assert.is(repetition(split('a b c')), 0)
  assert.equal([repetition(['a']), repetition([])], [0, 0])
})

test.run()
