import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bleu } from '../../../lib/evaluate/metrics/bleu.ts'

const golden: { text: string; reference: string; bleu: number }[] = JSON.parse(
  readFileSync(new URL('../goldens/bleu.json', import.meta.url), 'utf8'),
)

const near = (value: number, expected: number, what = '') =>
  assert.ok(Math.abs(value - expected) < 1e-9, `${what}${value}, not ${expected}`)

test('sentence BLEU is that of sacreBLEU', () => {
  assert.ok(golden.length > 80)
  for (const { text, reference, bleu: expected } of golden)
    near(bleu(text, reference), expected, `${JSON.stringify([text, reference])}: `)
})

test('by hand', () => {
  // 3 of 4 words, 2 of 3 pairs, 1 of 2 triples, and no quadruple: half a match of one.
  near(bleu('a b c x', 'a b c d'), 100 * ((3 / 4) * (2 / 3) * (1 / 2) * (1 / 2)) ** (1 / 4))
  // No triple and no quadruple: a half and a quarter of a match.
  near(bleu('a b x y', 'a b c d'), 100 * ((2 / 4) * (1 / 3) * (1 / 2 / 2) * (1 / 4 / 1)) ** (1 / 4))
  // Two words have no triples; the reference is twice as long.
  near(bleu('a b', 'a b c d'), 100 * Math.exp(1 - 4 / 2))
  // A word counts as often as in the reference.
  near(bleu('a a', 'a b'), 100 * ((1 / 2) * (1 / 2)) ** (1 / 2))
})

test.run()
