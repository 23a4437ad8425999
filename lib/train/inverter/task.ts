import type { Value } from '../../graph/value.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { decodeTexts } from '../../models/inverter/forward.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import {
  add,
  crossEntropy,
  embedding,
  full,
  linear,
  mul,
  random,
  reshape,
  segmentSpread,
  slice,
  sub,
  sum,
} from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { startValues } from '../../weights/specs.ts'
import { tokenLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import type { InverterBatches } from './batches.ts'

export interface InverterTaskOptions {
  readonly model: InverterConfig
  /** Length of the random vector that is added to each vector, in the mean. */
  readonly noise: number
  /** What the loss of the word hints counts. */
  readonly hintLoss: number
  readonly labelSmoothing: number
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  readonly batches: InverterBatches
  /** Values that parameters begin with, by name; the others are drawn. */
  readonly learned?: Readonly<Record<string, Float32Array>> | undefined
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of an inverter: each token of a text from those before it and the text's vector. */
export function inverterTask(options: InverterTaskOptions): TrainTask {
  const { model, noise, hintLoss, labelSmoothing, compute, batches, learned, data, evaluate } = options
  const parameters = inverterParameters(model)
  return {
    name: 'inverter',
    config: { model, noise, ...(model.wordHints ? { hintLoss } : {}), labelSmoothing, compute, data },
    parameters,
    inputs: batches.inputs,
    initial: (seed) => ({ ...startValues(parameters, seed), ...learned }),
    losses: (values) => {
      // What a model is told of is in its batches.
      const given = model.noiseRange ? values.vectors! : disturbed(values.vectors!, noise)
      const vectors = mul(given, values.kept!)
      const { logits, told } = decodeTexts(model, { ...values, vectors }, compute)
      const nll = tokenLoss(logits, values.targets!, values.lossWeights!, labelSmoothing)
      if (told.hint === null) return { loss: nll }
      const words = wordLoss(told.hint, values, model, compute)
      return { loss: add(nll, mul(words, hintLoss)), nll, words }
    },
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** Vectors with noise of some length in the mean, another one in every batch: it depends on the run scalar `seed`. */
function disturbed(x: Value, length: number): Value {
  if (length === 0) return x
  const noise = random({ like: x }, { kind: 'normal', stream: 0 }, { seed: 'seed' })
  return add(x, mul(noise, length / Math.sqrt(x.shape[1]!)))
}

/**
 * How well the hint of a text alone tells its tokens, in any order: their mean negative log-likelihood. The sum of the
 * exponentials is needed once a text, not once a row.
 */
function wordLoss(
  hint: Value,
  values: Readonly<Record<string, Value>>,
  { end }: InverterConfig,
  compute: Compute,
): Value {
  const { targets, lossWeights, offsets } = values as Record<string, Value>
  const [table, bias] = [values['tokens.weight']!, values['head.bias']!]
  const texts = hint.shape[0]!
  const logits = linear({ x: hint, weight: table, bias }, { compute })
  const first = reshape(slice(logits, 1, end, end + 1), [texts])
  const ends = full([texts], end, 'i32')
  const logSums = add(crossEntropy({ logits, targets: ends }), first)
  const like = reshape(targets!, [targets!.shape[0]!, 1])
  const perRow = (x: Value) => segmentSpread({ x, offsets: offsets!, like }, { fn: 'copy' })
  const own = sum(mul(perRow(hint), embedding({ table, ids: targets! })), [1])
  const ofTarget = add(
    own,
    reshape(embedding({ table: reshape(bias, [bias.shape[0]!, 1]), ids: targets! }), [own.shape[0]!]),
  )
  const sums = reshape(perRow(reshape(logSums, [texts, 1])), [own.shape[0]!])
  return reshape(sum(mul(sub(sums, ofTarget), lossWeights!)), [1])
}
