import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { Encoder } from '../../../lib/index.ts'
import { findUseLite, readUseLiteSource } from '../../../lib/models/families/use_lite/source.ts'
import { useLiteOracle } from '../families/use_lite/oracle.ts'

/** A text and its token ids. */
type Tokenized = readonly [text: string, ids: readonly number[]]

const byLength: readonly Tokenized[] = JSON.parse(
  readFileSync(new URL('../../text/goldens/unigram.json', import.meta.url), 'utf8'),
).sort(([, a]: Tokenized, [, b]: Tokenized) => a.length - b.length)

/** The 500 shortest texts and some of the long ones, up to 10,000 characters. */
export const chosen: readonly Tokenized[] = [
  ...byLength.slice(0, 500),
  ...byLength.slice(500).filter((_, i) => i % 8 === 0),
  byLength.at(-1)!,
]

/** Asserts that texts have the vectors that the oracle computes of their ids, to 1e-5. */
export async function assertNearOracle(model: Encoder, some: readonly Tokenized[]): Promise<void> {
  const oracle = useLiteOracle(await readUseLiteSource(findUseLite()))
  const { vectors } = await model.encode(some.map(([text]) => text))
  assert.is(vectors.count, some.length)
  some.forEach(([text, ids], i) => {
    const row = vectors.row(i)
    oracle(ids).forEach((expected, d) => {
      const off = Math.abs(expected - row[d]!)
      assert.ok(off <= 1e-5, `${JSON.stringify(text.slice(0, 80))} [${d}] differs by ${off}`)
    })
  })
}
