// Noise that was planted among WordNet's meanings; `node --import tsx scripts/curate/crystallise.ts` does it with all of them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crystallise } from '../../../lib/curate/crystallise/crystallise.ts'
import { loadEncoder } from '../../../lib/index.ts'
import { noiseRemoved, plantedNoise } from './planted_noise.ts'

test('of 20 % of wrong definitions four fifths are removed, and nine tenths of the others stay', async () => {
  using encoder = await loadEncoder()
  const noise = await plantedNoise(encoder, 20_000, 0.2, 0)
  const { removed, rounds } = await crystallise(noise.input)
  const found = noiseRemoved(removed, noise)
  console.log(
    `removed ${found.removed.toFixed(3)} of the wrong ones, kept ${found.kept.toFixed(3)} of the others`,
  )
  assert.ok(found.removed >= 0.8, `${found.removed} of the wrong ones`)
  assert.ok(found.kept >= 0.9, `${found.kept} of the others`)
  assert.ok(rounds.length > 1)
})

test.run()
