// The native encoder against the f64 oracle.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../../lib/index.ts'
import { findUseLite, readUseLiteSource } from '../../../lib/models/families/use_lite/source.ts'
import { useLiteOracle } from '../families/use_lite/oracle.ts'
import { chosenTexts } from './chosen_texts.ts'

test(`${chosenTexts.length} texts agree with the oracle to 1e-5`, async () => {
  await using model = await loadModel('use-lite')
  const oracle = useLiteOracle(await readUseLiteSource(findUseLite()))
  const { vectors } = await model.encode(chosenTexts.map(([text]) => text))
  assert.is(vectors.count, chosenTexts.length)
  for (const [i, [text, ids]] of chosenTexts.entries()) {
    const row = vectors.row(i)
    oracle(ids).forEach((expected, d) => {
      const off = Math.abs(expected - row[d]!)
      assert.ok(off <= 1e-5, `${JSON.stringify(text.slice(0, 80))} [${d}] differs by ${off}`)
    })
  }
})

test.run()
