import type { Value } from '../../graph/value.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterLogits } from '../../models/inverter/forward.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { add, mul, random } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { startValues } from '../../weights/specs.ts'
import { tokenLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import type { InverterBatches } from './batches.ts'

export interface InverterTaskOptions {
  readonly model: InverterConfig
  /** Length of the random vector that is added to each vector, in the mean. */
  readonly noise: number
  readonly labelSmoothing: number
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  readonly batches: InverterBatches
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of an inverter: each token of a text from those before it and the text's vector. */
export function inverterTask(options: InverterTaskOptions): TrainTask {
  const { model, noise, labelSmoothing, compute, batches, data, evaluate } = options
  const parameters = inverterParameters(model)
  return {
    name: 'inverter',
    config: { model, noise, labelSmoothing, compute, data },
    parameters,
    inputs: batches.inputs,
    initial: (seed) => startValues(parameters, seed),
    losses: (values) => {
      const vectors = mul(disturbed(values.vectors!, noise), values.kept!)
      const logits = inverterLogits(model, { ...values, vectors }, compute)
      return { loss: tokenLoss(logits, values.targets!, values.lossWeights!, labelSmoothing) }
    },
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** Vectors with noise, another one in every batch: it depends on the run scalar `seed`. */
function disturbed(x: Value, length: number): Value {
  if (length === 0) return x
  const noise = random({ like: x }, { kind: 'normal', stream: 0 }, { seed: 'seed' })
  return add(x, mul(noise, length / Math.sqrt(x.shape[1]!)))
}
