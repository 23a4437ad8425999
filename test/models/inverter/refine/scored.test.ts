// What a text could score at most is known before the decoder reads it.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cosineLikeness } from '../../../../lib/models/inverter/likeness.ts'
import type { JudgedText } from '../../../../lib/models/inverter/refine/judge.ts'
import { mostScore, type ScoredText, scored } from '../../../../lib/models/inverter/refine/scored.ts'
import { DIMS, vectorOf } from '../../../support/bag_of_words.ts'
import { noise } from '../../../train/tiny_data.ts'
import { tinyNetwork } from '../support.ts'
import { tokens, vocabulary, worldConfig } from '../tiny_world.ts'

const network = await tinyNetwork(worldConfig, 'plain', tokens)
const vector = vectorOf('the old king sails')

/** Texts that begin as the first one does, from all of its tokens down to one. */
const first = [7, 12, 20, 9, 15, 11]
const others = first.map((_, kept) => [
  ...first.slice(0, first.length - kept),
  ...Array.from(noise(kept, 3), (u) => 6 + Math.floor(u * (vocabulary.length - 6))),
])
const [placed] = await cosineLikeness.place([vector], {})
const judged = (ids: readonly number[], cosine: number): JudgedText => ({
  ...{ text: tokens.pieces.text(ids), tokens: ids, embedding: new Float32Array(DIMS), cosine },
  ...{ whitened: cosine, placed: placed! },
})
const all = [first, ...others].map((ids, i) => judged(ids, 0.5 + 0.05 * i))
const [texts] = await scored(network, [vector], [all], {})

test('no text scores more, whatever is known of others', () => {
  for (const text of texts!)
    for (const known of [[], texts!.slice(0, 1), texts!.slice(0, 3), texts!])
      assert.ok(text.score <= mostScore(network, text, known) + 1e-6)
})

test('less where a beginning is known, and least of a text that is known itself', () => {
  const [known, ...rest] = texts!
  const gap = (text: ScoredText, others: readonly ScoredText[]) =>
    mostScore(network, text, others) - text.score
  for (const text of rest) assert.ok(gap(text, [known!]) < gap(text, []))
  // Of the text itself all but the end is known.
  assert.ok(gap(known!, texts!) > 0 && gap(known!, texts!) < gap(known!, rest.slice(1)))
})

test('a text of which nothing is known could be certain', () => {
  for (const text of all) assert.is(mostScore(network, text, []), text.whitened)
})

test.run()
