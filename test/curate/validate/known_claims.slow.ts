import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { relationTypes } from '../../../lib/curate/candidates/relation_types.ts'
import { ratesOf } from '../../../lib/curate/validate/calibration.ts'
import { wordNetClaims } from '../../../lib/curate/validate/known_claims.ts'
import { wordNetRule } from '../../../lib/curate/validate/rules/wordnet.ts'

test('known claims are true and false ones that WordNet itself tells apart', async () => {
  const known = await wordNetClaims(400, { seed: 7 })
  const share = known.filter(({ holds }) => holds).length / known.length
  assert.ok(share >= 0.5 && share < 0.55, String(share))
  const votes = await (await wordNetRule(relationTypes())).votes(known.map(({ claim }) => claim))
  for (const [i, { claim, holds }] of known.entries()) {
    const said = votes[i]![0]?.holds ?? null
    if (said !== null && holds) assert.is(said, true, JSON.stringify(claim))
  }
  const rates = ratesOf(votes, known)
  assert.ok(rates.falseYes < 0.05 && rates.falseNo < 0.01, JSON.stringify(rates))
})

test.run()
