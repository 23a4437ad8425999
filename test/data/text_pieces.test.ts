// The texts that a decoder learns to write: whole, or cut where a reader would cut them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConcepts } from '../../lib/concepts/wordnet/concepts.ts'
import { pieceBatches } from '../../lib/data/piece_batches.ts'
import { pieceOf } from '../../lib/data/text_pieces.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'
import { english } from '../models/constraints/support.ts'
import { rejects } from '../support/rejects.ts'

const { tokenizer } = english
const long =
  'It was the best of times, it was the worst of times; it was the age of wisdom — and of foolishness. ' +
  '“What,” he said, “is this?” Nobody—not even she—knew: they went on, and on, and on, till it was dark.'
const texts = [
  long,
  'Rain.',
  '  two spaces before it',
  ' incomprehensibilities-antidisestablishmentarianism',
  'no clause here at all but quite a few words that go on and on without any end in sight',
  '— , ; . ! ? …',
  'a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p',
]
const numbers = randomNumbers(7)

/** Whether a clause may begin at a place. */
const begins = (text: string, at: number) => at === 0 || /(?:[,;:.!?—][”’"')]*\s+|—)$/.test(text.slice(0, at))

test('a piece fits, is a part of its text from the beginning of a clause to the end of a word', async () => {
  const concepts = (await loadConcepts({ scope: 'used' })).map(({ text }) => text)
  const all = [...texts, ...Array.from({ length: 1500 }, (_, i) => concepts[(i * 97) % concepts.length]!)]
  let [cuts, ends, words] = [0, 0, 0]
  for (const text of all)
    for (const [capacity, cut] of [
      [4, 0],
      [9, 0.5],
      [32, 1],
      [32, 0],
    ] as const) {
      const piece = pieceOf(text, tokenizer, numbers, { capacity, cut })
      const whole = tokenizer.encode(text)
      if (piece === null) {
        if (whole.includes(0)) continue
        // Its first word alone, or that of a clause, is too long.
        assert.ok(
          text.split(/[\s—]+/).some((word) => tokenizer.encode(word).length > (cut > 0 ? 0 : capacity)),
        )
        continue
      }
      assert.equal(piece.ids, tokenizer.encode(piece.text), text)
      assert.ok(piece.ids.length > 0 && piece.ids.length <= capacity, `${piece.text} of ${text}`)
      assert.ok(!piece.ids.includes(0))
      if (piece.text === text) continue
      cuts++
      assert.is(piece.text, piece.text.trimEnd())
      const places = [...text.matchAll(new RegExp(escaped(piece.text), 'g'))].map(({ index }) => index)
      const at = places.find((place) => begins(text, place))
      assert.is.not(at, undefined, `${piece.text} of ${text}`)
      const rest = text.slice(at! + piece.text.length)
      assert.ok(rest === '' || /^\s/.test(rest) || piece.text.endsWith('—'), `${piece.text} of ${text}`)
      if (/[,;:.!?—][”’"')]*$/.test(piece.text)) ends++
      else words++
      if (cut === 0) assert.ok(whole.length > capacity, 'a text that fits was cut')
    }
  assert.ok(cuts > 1000 && ends > 100 && words > 100, `${[cuts, ends, words]}`)
})

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

test('a text that fits stays whole where nothing is cut by chance, and is cut as often as asked', () => {
  const options = { capacity: 90, cut: 0 }
  for (const text of texts.slice(0, 3)) assert.is(pieceOf(text, tokenizer, numbers, options)!.text, text)
  let cut = 0
  const times = 2000
  for (let i = 0; i < times; i++)
    if (pieceOf(texts[4]!, tokenizer, numbers, { capacity: 60, cut: 0.3 })!.text !== texts[4]) cut++
  assert.ok(Math.abs(cut / times - 0.3) < 0.05, `${cut} of ${times}`)
})

test('texts that cannot be written are left out', () => {
  for (const text of ['', 'a \u{10ffff} b'])
    assert.is(pieceOf(text, tokenizer, numbers, { capacity: 9, cut: 0 }), null)
  const word = 'incomprehensibilities-antidisestablishmentarianism'
  for (const text of [word, ` ${word}`])
    assert.is(pieceOf(text, tokenizer, numbers, { capacity: 3, cut: 0 }), null)
})

test('batches go through all texts once an epoch, and follow from seed and number', async () => {
  const words = Array.from({ length: 23 }, (_, i) => `Number ${i}.`)
  const options = { size: 5, sizeKey: 'batch.texts', seed: 3, capacity: 12, cut: 0 }
  const batches = pieceBatches(words, tokenizer, options)
  assert.is(batches.perEpoch, 4)
  const textsOf = (number: number, of = batches) => of.batch(number).pieces.map(({ text }) => text)
  const epoch = (e: number) => [0, 1, 2, 3].flatMap((b) => textsOf(4 * e + b))
  for (const e of [0, 1, 5]) assert.is(new Set(epoch(e)).size, 20)
  assert.not.equal(epoch(0), epoch(1))
  const again = pieceBatches(words, tokenizer, options)
  for (const number of [7, 2, 41]) assert.equal(textsOf(number, again), textsOf(number))
  assert.is(batches.batch(3).numbers.next(), again.batch(3).numbers.next())
  assert.not.equal(textsOf(0, pieceBatches(words, tokenizer, { ...options, seed: 4 })), textsOf(0))
  // An unusable text gives its place to the next one.
  const some = pieceBatches([...words, '\u{10ffff}'], tokenizer, { ...options, size: 20 })
  for (const number of [0, 1, 2, 3]) assert.is(new Set(textsOf(number, some)).size, 20)
  await rejects(
    () => pieceBatches(words, tokenizer, { ...options, size: 24 }),
    'BAD_ARGUMENT',
    /^batch\.texts: got 24; expected at most 23, the texts to train on$/,
  )
  await rejects(
    () => pieceBatches(['\u{10ffff}'], tokenizer, { ...options, size: 1 }).batch(0),
    'BAD_ARGUMENT',
    /^documents: got no usable text/,
  )
})

test.run()
