import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { byteLevel, unigram, wordPiece } from '../../../bench/published/tokenizer_json.ts'
import { frequentWords } from '../../../bench/published/vocabulary.ts'
import { definitions, realSentences } from '../../../bench/texts.ts'
import { tokenizerOfJson } from '../../../lib/text/tokenizers/published/tokenizer_json.ts'

const words = await frequentWords()

test('the most frequent words of WordNet come first, each once', () => {
  for (const word of ['the', 'of', 'or']) assert.ok(words.indexOf(word) < 10, word)
  assert.is(new Set(words).size, words.length)
  assert.ok(words.length > 32_128)
  assert.ok(words.every((word) => /^[a-z]{2,20}$/.test(word)))
})

test('tokenizers have as many tokens as they are asked for, and none is unknown in English', async () => {
  const texts = [...(await realSentences(200)), ...(await definitions()).slice(0, 200)].map((text) =>
    text.replace(/[^ -~]/g, ''),
  )
  const read = (json: object) => tokenizerOfJson(json, 'tokenizer.json')
  for (const [tokenizer, size] of [
    [read(wordPiece(words, 30_522, 'bert').json), 30_522],
    [read(wordPiece(words, 30_527, 'mpnet').json), 30_527],
    [read(unigram(words, 32_100).json), 32_100],
    [read(byteLevel().json), 257],
  ] as const) {
    assert.is(tokenizer.size, size)
    for (const text of texts) {
      const ids = tokenizer.encode(text)
      assert.ok(!ids.includes(tokenizer.unkId ?? -1), text)
      assert.is(tokenizer.decode(ids).replace(/\s/g, '').toLowerCase(), text.replace(/\s/g, '').toLowerCase())
    }
  }
})

test.run()
