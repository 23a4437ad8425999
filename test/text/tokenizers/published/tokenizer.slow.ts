import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tokenizerOfJson } from '../../../../lib/text/tokenizers/published/tokenizer_json.ts'
import { goldens } from './goldens.ts'

const { strings, kinds } = goldens
const read = (name: string) => tokenizerOfJson(kinds[name]!.tokenizer, name)
const bert = read('bert')

test('a batch keeps special tokens at both ends and cuts the texts', () => {
  for (const name of ['bert', 't5', 'qwen2', 'llama2']) {
    const tokenizer = read(name)
    const around = tokenizer.encode('').length
    assert.is(around, { bert: 2, t5: 1, qwen2: 0, llama2: 1 }[name])
    for (const capacity of [Math.max(around, 1), 7, undefined]) {
      const { ids, offsets, counts } = tokenizer.encodeBatch(strings, capacity)
      for (const [i, text] of strings.entries()) {
        const all = Array.from(tokenizer.encode(text))
        const kept = Array.from(ids.subarray(offsets[i], offsets[i + 1]))
        assert.is(counts[i], all.length)
        if (all.length <= (capacity ?? Number.POSITIVE_INFINITY)) assert.equal(kept, all)
        else {
          const ending = name === 'bert' || name === 't5' ? 1 : 0
          assert.is(kept.length, capacity)
          assert.equal(kept, [...all.slice(0, capacity! - ending), ...all.slice(all.length - ending)])
        }
      }
      assert.is(ids.length, offsets.at(-1))
    }
  }
  assert.equal(bert.encodeBatch([]), {
    ids: new Int32Array(0),
    offsets: new Int32Array(1),
    counts: new Int32Array(0),
  })
})

test('maxTokens is the capacity where none is given', () => {
  const short = tokenizerOfJson(kinds.bert!.tokenizer, 'x', null, 4)
  const text = ['The tide was going out']
  assert.equal(short.encodeBatch(text), bert.encodeBatch(text, 4))
  assert.equal(short.encodeBatch(text, 6), bert.encodeBatch(text, 6))
  assert.equal(short.encode(text[0]!), bert.encode(text[0]!))
})

test('halves of surrogate pairs are read as U+FFFD', () => {
  for (const name of Object.keys(kinds)) {
    const tokenizer = read(name)
    for (const half of ['\ud83d', '\ude00'])
      assert.equal(tokenizer.encode(`a${half}b`), tokenizer.encode('a\ufffdb'), name)
  }
})

test('ids that no token has and special ones decode to nothing', () => {
  const ids = bert.encode('the tide')
  assert.is(bert.decode([...ids, 99_999]), 'the tide')
  assert.is(bert.decode([]), '')
  assert.is(bert.decode([2, 3]), '')
  for (const id of [-1, 0.5, Number.NaN])
    assert.throws(() => bert.decode([1, id]), /^ids\[1\]: got .*; expected a whole number from 0/)
})

test('one long text takes time in proportion to its length', () => {
  const LONG = 1 << 20
  for (const [name, counts] of Object.entries({ bert: [3, 3], t5: [0, 0], gpt2: [0, 0], qwen2: [0, 0] })) {
    const tokenizer = read(name)
    for (const [i, text] of ['a'.repeat(LONG), `${' '.repeat(LONG)}a`].entries()) {
      const { length } = tokenizer.encode(text)
      assert.ok(counts[i] === 0 ? length > 0 : length === counts[i], `${name}: ${length}`)
    }
  }
  const equal = read('gpt2').encode('a'.repeat(10_000))
  assert.is(read('gpt2').decode(equal), 'a'.repeat(10_000))
})

test('what comes before in memory does not change ids', () => {
  const tokenizer = read('t5')
  const before = Array.from(tokenizer.encode('The tide was out.'))
  tokenizer.encode('word '.repeat(50_000) + 'x'.repeat(200_000))
  for (let i = 0; i < 40_000; i++) tokenizer.encode(`w${i}`)
  assert.equal(Array.from(tokenizer.encode('The tide was out.')), before)
})

test('bad calls are refused', () => {
  assert.throws(() => bert.encode(7 as unknown as string), /text: got 7; expected a string/)
  assert.throws(() => bert.encodeBatch('a' as unknown as string[]), /texts: got "a"; expected an array/)
  assert.throws(() => bert.encodeBatch(['a', null as unknown as string], 8, 40), /texts\[41\]: got null/)
  assert.throws(
    () => bert.encodeBatch(['a'], 1),
    /capacity: got 1; expected an integer from 2 on, the special/,
  )
  assert.throws(() => read('gpt2').encodeBatch(['a'], 0), /capacity: got 0; expected a positive integer/)
})

test('a text is bounded before it is normalised and after, and so are marks out of order', () => {
  const LIMIT = 1 << 24
  assert.throws(
    () => bert.encode('x'.repeat(LIMIT + 1)),
    /^text: got a text of 16,777,217; expected at most 16,777,216 characters, before and after it is normalised/,
  )
  assert.throws(() => read('digits').encodeBatch(['\ufdfa'.repeat(1 << 20)]), /^texts\[0\]: got a text of/)
  const grows = { type: 'Replace', pattern: { String: 'a' }, content: 'b'.repeat(4096) }
  const growing = tokenizerOfJson({ ...kinds.bert!.tokenizer, normalizer: grows }, 'x')
  assert.throws(() => growing.encode('a'.repeat(5000)), /^text: got a text of/)
  assert.throws(
    () => bert.encode(`e${'\u0301\u0316'.repeat(600)}`),
    /got 1,200 combining marks in a row; expected at most 1,024, or in their canonical order/,
  )
  assert.equal(Array.from(bert.encode(`e${'\u0301'.repeat(60_000)}`)), Array.from(bert.encode('e')))
})

test.run()
