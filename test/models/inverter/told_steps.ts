import * as assert from 'uvu/assert'
import type { Vectors } from '../../../lib/core/vectors.ts'
import type { InversionStep } from '../../../lib/models/inverter/inversion.ts'
import type { Inverter } from '../../../lib/models/inverter/inverter.ts'
import type { InvertOptions } from '../../../lib/models/inverter/options.ts'

/** Fails where steps are not those of the results' curves, or change a result. Returns them. */
export async function assertSteps(
  inverter: Pick<Inverter, 'invert'>,
  vectors: Vectors,
  options: InvertOptions,
): Promise<InversionStep[]> {
  const told: InversionStep[] = []
  const untold = await inverter.invert(vectors, options)
  const found = await inverter.invert(vectors, { ...options, onStep: (step) => told.push(step) })
  assert.equal(found, untold)
  assert.is(found.length, vectors.count)
  assert.ok(told.every(({ index }) => index in found))
  for (const [i, { curve, candidates }] of found.entries()) {
    const own = told.filter(({ index }) => index === i)
    assert.ok(own.length > 0)
    assert.equal(
      own.map(({ calls, cosine }) => ({ calls, cosine })),
      curve,
    )
    assert.is(own.at(-1)!.text, candidates[0]!.text)
  }
  return told
}
