import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import type { Value } from '../../../lib/graph/value.ts'
import type { Model } from '../../models/inverter/support.ts'
import { noise } from '../tiny_data.ts'

type Values = Readonly<Record<string, Float32Array>>

/** Runs a traced function of some parameters. */
export type RunOf = (values: Values, model: Model) => Values

const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0))

/** Compares the gradients of a loss with finite differences, each along a direction of its own. */
export function checkGradients(
  names: readonly string[],
  start: Values,
  run: RunOf,
  loss: (values: Readonly<Record<string, Value>>) => Value,
  leastGradient: number,
): void {
  const gradients = run(start, (values) => {
    const found = differentiate(
      loss(values),
      names.map((name) => values[name]!),
    )
    return { outputs: Object.fromEntries(names.map((name, i) => [name, found[i]!])) }
  })
  const model: Model = (traced) => ({ outputs: { loss: loss(traced) } })
  const lossAt = (values: Values) => run(values, model).loss![0]!
  for (const [i, name] of names.entries()) {
    const direction = Float32Array.from(noise(50 + i, start[name]!.length), (u) => u - 0.5)
    const step = 0.02 / norm(direction)
    const moved = (sign: number) => ({
      ...start,
      [name]: start[name]!.map((x, j) => x + sign * step * direction[j]!),
    })
    const numeric = (lossAt(moved(1)) - lossAt(moved(-1))) / (2 * step)
    const exact = gradients[name]!.reduce((sum, g, j) => sum + g * direction[j]!, 0)
    const scale = norm(gradients[name]!) * norm(direction)
    assert.ok(scale > leastGradient, `${name} has no gradient`)
    assert.ok(
      Math.abs(numeric - exact) <= 0.02 * scale + 1e-4 / step / 100,
      `${name}: ${exact}, not ${numeric}`,
    )
  }
}
