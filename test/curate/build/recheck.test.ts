import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { recheck } from '../../../lib/curate/build/recheck.ts'
import {
  type CheckedCandidate,
  NO_USAGE,
  readResult,
  writeResult,
} from '../../../lib/curate/build/unit_result.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { madeUp } from './made_up.ts'

/** Results of two units whose relations are the less certain, the later they come. */
async function results(): Promise<{ readonly folder: string; readonly units: readonly string[] }> {
  const folder = join(temporaryFolder(), 'results')
  mkdirSync(folder)
  const units = ['a', 'b']
  let place = 0
  for (const unit of units) {
    const candidates = madeUp('5.txt').map(
      (candidate): CheckedCandidate => ({
        ...{ ...candidate, run: null },
        relations: candidate.relations.map((relation) => ({
          ...{ ...relation, accepted: true, confidence: 1 - 0.02 * place++ },
          votes: [{ by: 'm', holds: true, reason: '', prompt: 'relation-1', sample: 0 }],
        })),
      }),
    )
    await writeResult(folder, { unit, name: unit, candidates, dropped: [], usage: NO_USAGE })
  }
  return { folder, units }
}

test('what is least certain is voted on once more, and the votes are kept', async () => {
  const { folder, units } = await results()
  const asked: string[] = []
  const askAgain = async (
    claims: readonly { readonly source: string; readonly type: string }[],
    votes: number,
  ) =>
    claims.map((claim) => {
      asked.push(`${claim.source} ${claim.type} ${votes}`)
      const again = Array.from({ length: votes }, (_, sample) => ({
        ...{ by: 'm', holds: sample === 0, reason: 'no', prompt: 'relation-1', sample },
      }))
      return { claim: { ...claim, target: '' }, votes: again, confidence: 0.45, accepted: false }
    })
  assert.equal(await recheck(folder, units, 3, askAgain, undefined), { asked: 3, changed: 3 })
  assert.is(asked.length, 3)
  const { candidates } = await readResult(folder, 'b')
  const relations = candidates.flatMap((one) => one.relations)
  assert.equal(
    relations.map(({ accepted, votes }) => (accepted ? 'yes' : 'no') + votes.length),
    [...Array(7).fill('yes1'), ...Array(3).fill('no2')],
  )
  assert.ok(
    (await readResult(folder, 'a')).candidates.every((one) =>
      one.relations.every(({ accepted }) => accepted),
    ),
  )
  // Those have two votes now, and get a third one.
  asked.length = 0
  await recheck(folder, units, 1, askAgain, undefined)
  assert.match(asked[0]!, / 3$/)
})

test('an interruption keeps what was done', async () => {
  const { folder, units } = await results()
  const stop = new AbortController()
  const askAgain = async (claims: readonly object[]) => {
    stop.abort(new Error('enough'))
    return claims.map((claim) => ({ claim: claim as never, votes: [], confidence: 0.1, accepted: false }))
  }
  const error = await recheck(folder, units, 20, askAgain, stop.signal).catch((cause: Error) => cause)
  assert.is((error as Error).message, 'enough')
  const refused = async (unit: string) =>
    (await readResult(folder, unit)).candidates
      .flatMap((one) => one.relations)
      .filter(({ accepted }) => !accepted).length
  assert.equal([await refused('b'), await refused('a')], [10, 0])
})

test.run()
