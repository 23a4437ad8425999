// How tokens become text one by one, for decoders of several kinds.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  beginSpelling,
  type Decode,
  findStop,
  restOf,
  safeLength,
  spell,
} from '../../../../lib/models/lm/generation/spelling.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

/** A token is a byte; 256 is a special one. */
const bytes: Decode = (ids) => Buffer.from(ids.filter((id) => id < 256)).toString()
const WORDS = ['▁the', '▁tide', 'd', '▁', 's', '<pad>']
/** A token is a piece of SentencePiece: the first one has no space before it. */
const pieces: Decode = (ids) =>
  ids
    .map((id) => WORDS[id]!)
    .filter((word) => word !== '<pad>')
    .map((word, i) => word.replaceAll('▁', i === 0 ? '' : ' '))
    .join('')

function spelled(ids: readonly number[], decode: Decode, before: readonly number[] = []) {
  let spelling = beginSpelling(before)
  const all: string[] = []
  for (const id of ids) {
    spelling = spell(spelling, id, decode)
    all.push(spelling.piece)
  }
  return { all, text: all.join('') + restOf(spelling, decode) }
}

test('bytes come as whole characters; those that are none as U+FFFD, at the end as well', () => {
  const ids = [...Buffer.from('aé你👍!')]
  const { all, text } = spelled(ids, bytes)
  assert.is(text, 'aé你👍!')
  assert.equal(all, ['a', '', 'é', '', '', '你', '', '', '', '👍', '!'])
  assert.is(spelled([97, 0xe4, 0xbd], bytes).text, 'a\ufffd')
  assert.is(spelled([0xff, 97, 0xc3, 98], bytes).text, '\ufffda\ufffdb')
})

test('spaces stand where they do in the whole text, also after a prompt and special tokens', () => {
  assert.is(spelled([0, 1, 4, 0], pieces).text, 'the tides the')
  assert.is(spelled([1, 4], pieces, [0]).text, ' tides')
  assert.is(spelled([5, 0, 5, 1], pieces).text, 'the tide')
  assert.is(spelled([3, 0], pieces).text, pieces([3, 0]))
})

test('whatever the tokens are, the pieces are the whole text', () => {
  const numbers = randomNumbers(11)
  for (let run = 0; run < 300; run++) {
    const own = Array.from({ length: 1 + numbers.below(12) }, () => numbers.below(257))
    assert.is(spelled(own, bytes).text, bytes(own), own.join(' '))
    const words = Array.from({ length: 1 + numbers.below(8) }, () => numbers.below(WORDS.length))
    assert.is(spelled(words, pieces).text, pieces(words), words.join(' '))
  }
})

test('stops: the first one counts, and what could become one is held back', () => {
  assert.is(findStop('one two three', ['three', 'two']), 4)
  assert.is(findStop('one', ['two']), -1)
  assert.is(safeLength('abc', ['cde']), 2)
  assert.is(safeLength('abcd', ['cde', 'bcdx']), 1)
  assert.is(safeLength('abc', ['x']), 3)
  assert.is(safeLength('aa', ['aab']), 0)
  assert.is(safeLength('', ['a']), 0)
})

test.run()
