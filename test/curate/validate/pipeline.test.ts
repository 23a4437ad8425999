// Extraction, validation and debate by a service with known truth and error rates of its own, over real sockets.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openEndpoint } from '../../../lib/curate/llm/endpoint.ts'
import { calibrationOf, measureRates } from '../../../lib/curate/validate/calibration.ts'
import { judgeClaims } from '../../../lib/curate/validate/judge_claims.ts'
import { llmValidator } from '../../../lib/curate/validate/llm_validator.ts'
import { watchVotes } from '../../../lib/curate/validate/vote_watch.ts'
import { curationRun } from '../../support/curation_run.ts'
import { assertShare } from '../../support/intervals.ts'
import { relationService, relationWorld } from '../../support/relation_service.ts'

test('precision rises with validation and with debate as binomial arithmetic says', async () => {
  const world = relationWorld(150, 30)
  const { extracted, validated, debated } = await curationRun(
    world,
    { extractor: 0.3, validator: 0.1, debater: 0.1 },
    { batch: 10, debates: true },
  )
  assert.is(extracted.claims, 150)
  const precision = ({ right, claims }: typeof extracted) => right / claims
  assertShare(precision(extracted), 0.7, 150, 'precision of the extractor')
  assertShare(precision(validated), 0.63 / (0.63 + 0.03), validated.claims, 'precision after validation')
  assertShare(validated.right / extracted.right, 0.9, extracted.right, 'recall of validation')
  // A debate errs where two of pro, con and the judge's own look do.
  const error = 3 * 0.1 ** 2 * 0.9 + 0.1 ** 3
  const expected = (0.63 * (1 - error)) / (0.63 * (1 - error) + 0.03 * error)
  assertShare(precision(debated), expected, debated.claims, 'precision after debate')
  assertShare(debated.right / validated.right, 1 - error, validated.right, 'recall of the debate')
  assert.ok(precision(extracted) < precision(validated) && precision(validated) < precision(debated))
})

test('a validator that always says YES, or NO, is told, and one that tells claims apart is not', async () => {
  const world = relationWorld(100, 20)
  for (const [validator, word] of [
    ['YES', 'YES'],
    ['NO', 'NO'],
    [0.1, null],
  ] as const) {
    const { judgements, extracted, validated } = await curationRun(
      world,
      { extractor: 0.3, validator },
      { batch: 20, debates: false },
    )
    const watch = watchVotes()
    watch.add(judgements)
    if (word === null) assert.equal(watch.warnings(), [])
    else {
      assert.is(watch.warnings().length, 1)
      assert.match(
        watch.warnings()[0]!,
        new RegExp(`^checker says ${word} to 100 of 100 claims: .* once in 37,649 times$`),
      )
      assert.equal(validated, word === 'YES' ? extracted : { claims: 0, right: 0 })
    }
  }
})

test('error rates are measured on known claims, and make confidence mean what it says', async () => {
  const world = relationWorld(800, 20)
  await using service = await relationService(world, { validator: 0.1 })
  const validator = llmValidator(openEndpoint({ url: service.url, model: 'checker', concurrency: 16 }), {
    batch: 50,
  })
  const known = Array.from({ length: 800 }, (_, i) => {
    const holds = i % 10 < 7
    return {
      claim: { source: `thing${i}`, type: 'parent', target: `${holds ? 'kind' : 'stray'}${i}` },
      holds,
    }
  })
  const [learnt, other] = [known.slice(0, 400), known.slice(400)]
  const rates = await measureRates(validator, learnt)
  assert.equal([rates.right, rates.wrong, rates.unread], [280, 120, 0])
  assertShare(rates.falseYes, 0.1, 120, 'false YES')
  assertShare(rates.falseNo, 0.1, 280, 'false NO')
  const judgements = await judgeClaims(
    other.map(({ claim }) => claim),
    [validator],
    { prior: 0.7, rates: new Map([[validator.name, rates]]) },
  )
  const holds = other.map((one) => one.holds)
  const measured = calibrationOf(judgements, holds)
  assert.ok(measured.expectedError < 0.06, String(measured.expectedError))
  // With rates that are assumed, it says less than it knows.
  const assumed = await judgeClaims(
    other.map(({ claim }) => claim),
    [validator],
    { prior: 0.5 },
  )
  assert.ok(calibrationOf(assumed, holds).expectedError > measured.expectedError)
})

test.run()
