import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { USE_LITE_TOKENIZER } from '../../../../lib/models/families/use_lite/config.ts'
import { findUseLite, readUseLiteSource } from '../../../../lib/models/families/use_lite/source.ts'
import { makeTokens } from '../../../../lib/text/tokenizers/tokens.ts'
import { useLiteOracle } from './oracle.ts'

type Golden = { text: string; ids: number[]; vector: string }

test('the oracle agrees with TensorFlow.js on 41 texts', async () => {
  const source = await readUseLiteSource(findUseLite())
  const oracle = useLiteOracle(source)
  const { tokenizer } = makeTokens(USE_LITE_TOKENIZER, Buffer.from(source.vocabulary).toString())
  const goldens: Golden[] = JSON.parse(
    readFileSync(new URL('../../goldens/use_lite.json', import.meta.url), 'utf8'),
  )
  assert.is(goldens.length, 41)
  for (const { text, ids, vector } of goldens) {
    assert.equal(Array.from(tokenizer.encode(text)), ids)
    const bytes = Buffer.from(vector, 'base64')
    oracle(ids).forEach((value, i) => {
      const difference = Math.abs(value - bytes.readFloatLE(4 * i))
      assert.ok(difference <= 1e-6, `${JSON.stringify(text)} [${i}] differs by ${difference}`)
    })
  }
})

test.run()
