// The same as pipeline.test.ts with more claims, so that the intervals are narrow. Prints what README and the note say.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { calibrationOf } from '../../../lib/curate/validate/calibration.ts'
import { crystallisedRun, curationRun, type StageCounts } from '../../support/curation_run.ts'
import { assertShare } from '../../support/intervals.ts'
import { relationWorld } from '../../support/relation_service.ts'

test('precision and recall of 3,000 claims, stage by stage', async () => {
  const world = relationWorld(3000, 30)
  const errors = { extractor: 0.3, validator: 0.1, debater: 0.1 }
  const { extracted, validated, debated, judgements } = await curationRun(world, errors, {
    batch: 20,
    debates: true,
  })
  const error = 3 * 0.1 ** 2 * 0.9 + 0.1 ** 3
  const stages = [
    { name: 'extracted', counts: extracted, right: 0.7, wrong: 0.3 },
    { name: 'validated', counts: validated, right: 0.63, wrong: 0.03 },
    { name: 'debated', counts: debated, right: 0.63 * (1 - error), wrong: 0.03 * error },
  ]
  const precision = ({ right, claims }: StageCounts) => right / claims
  for (const { name, counts, right, wrong } of stages) {
    const expected = right / (right + wrong)
    const recall = counts.right / extracted.right
    console.log(
      `${name}: ${counts.claims} claims, precision ${precision(counts).toFixed(4)} (expected ${expected.toFixed(4)}), recall ${recall.toFixed(4)} (expected ${(right / 0.7).toFixed(4)})`,
    )
    assertShare(precision(counts), expected, counts.claims, `precision, ${name}`)
    if (name !== 'extracted') assertShare(recall, right / 0.7, extracted.right, `recall, ${name}`)
  }
  const holds = judgements.map(({ claim: { source, target } }) => world.holds(source, target))
  const { expectedError, brier } = calibrationOf(judgements, holds)
  console.log(
    `confidence with assumed rates: expected error ${expectedError.toFixed(3)}, Brier ${brier.toFixed(3)}`,
  )
  assert.ok(expectedError < 0.25)
})

test('of 600 concepts with five relations each, crystallisation keeps those of which validation took four or more', async () => {
  const world = relationWorld(3000, 30, 5)
  const { extracted, validated, judgements } = await curationRun(
    world,
    { extractor: 0.3, validator: 0.1 },
    { batch: 20, debates: false },
  )
  const { things, relations } = await crystallisedRun(world, judgements)
  const atLeastFour = (p: number) => 5 * p ** 4 * (1 - p) + p ** 5
  const [kept, slipped] = [atLeastFour(0.9), atLeastFour(0.1)]
  const sound = extracted.right / 5
  const told = (name: string, { right, claims }: StageCounts, all: number) =>
    console.log(
      `${name}: ${claims}, precision ${(right / claims).toFixed(4)}, recall ${(right / all).toFixed(4)}`,
    )
  told('extracted relations', extracted, extracted.right)
  told('validated relations', validated, extracted.right)
  told('crystallised relations', relations, extracted.right)
  told('crystallised concepts', things, sound)
  console.log(
    `expected of concepts: recall ${kept.toFixed(4)}, ${slipped.toFixed(5)} of the wrong ones are left`,
  )
  assertShare(things.right / sound, kept, sound, 'recall of crystallisation')
  // Vectors speak against wrong ones, so that there may be fewer than arithmetic says.
  const wrong = things.claims - things.right
  assert.ok(wrong <= 600 * 0.3 * slipped + 4, `${wrong} wrong concepts are left`)
  assert.ok(relations.right / relations.claims > validated.right / validated.claims)
})

test.run()
