import type { Value } from '../../graph/value.ts'
import { dropout } from '../../layers/dropout.ts'
import { weightsOf } from '../../layers/weights.ts'
import type { Vec2TextConfig } from '../../models/vec2text/config.ts'
import { encodedRows } from '../../models/vec2text/forward.ts'
import type { Compute } from '../../ops/matmul.ts'
import { startValues } from '../../weights/specs.ts'
import { tokenLoss } from '../core/losses.ts'
import type { TaskLosses, TrainTask } from '../core/task.ts'
import type { Vec2TextBatches } from './batches.ts'
import { taughtLogits } from './forward.ts'
import { trainedParameters } from './start.ts'

/** What a model pays for its tokens. */
export interface Vec2TextLoss {
  readonly dropout: number
  readonly labelSmoothing: number
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
}

export interface Vec2TextTaskOptions extends Vec2TextLoss {
  readonly model: Vec2TextConfig
  readonly batches: Vec2TextBatches
  /** Values that parameters begin with, by name; the others are drawn. */
  readonly learned?: Readonly<Record<string, Float32Array>> | undefined
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of a model of vec2text: each token of a text from those before it and what is read. */
export function vec2textTask(options: Vec2TextTaskOptions): TrainTask {
  const { model, batches, dropout, labelSmoothing, compute, learned, data, evaluate } = options
  const parameters = trainedParameters(model)
  return {
    name: 'vec2text',
    config: { model, dropout, labelSmoothing, compute, data },
    parameters,
    inputs: batches.inputs,
    initial: (seed) => ({ ...startValues(parameters, seed), ...learned }),
    losses: (values) => vec2textLosses(model, options, values),
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** The mean negative log-likelihood of a token in nats. `values` are those of taughtInputs, and the parameters. */
export function vec2textLosses(
  model: Vec2TextConfig,
  { dropout: rate, labelSmoothing, compute }: Vec2TextLoss,
  values: Readonly<Record<string, Value>>,
): TaskLosses {
  const { tokens, tokenOffsets, next, lossWeights, memory } = values as Record<string, Value>
  let stream = 0
  const drop = rate === 0 ? undefined : (x: Value) => dropout(x, rate, stream++)
  const encoded = encodedRows({ model, compute }, values, drop)
  const logits = taughtLogits(model.t5, weightsOf(values, '', compute), {
    ...{ tokens: tokens!, offsets: tokenOffsets!, encoded, memory: memory!, drop },
  })
  return { loss: tokenLoss(logits, next!, lossWeights!, labelSmoothing) }
}
