import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { openWeights } from '../../weights/weight_set.ts'

/**
 * The parameters of an inverter as they are stored, f32 by name, for a model that is told more of each vector: what it does
 * not know yet counts nothing at first.
 */
export async function learnedWeights(
  base: InverterConfig,
  model: InverterConfig,
  path: string,
): Promise<Record<string, Float32Array>> {
  using weights = await openWeights([path], { specs: inverterParameters(base) })
  const specs = inverterParameters(model)
  return Object.fromEntries(
    Object.entries(weights.tensors).map(([name, tensor]) => [
      name,
      widened(readTensor(tensor), tensor.shape.at(-1)!, specs[name]!.shape.at(-1)!),
    ]),
  )
}

/** Rows of `from` numbers as rows of `to`, with zeros at their ends. */
function widened(values: ArrayLike<number>, from: number, to: number): Float32Array {
  if (from === to) return new Float32Array(values)
  const wide = new Float32Array((values.length / from) * to)
  for (let i = 0; i < values.length; i++) wide[Math.floor(i / from) * to + (i % from)] = values[i]!
  return wide
}
