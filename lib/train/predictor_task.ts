import type { Value } from '../graph/value.ts'
import { type PredictorConfig, predictorConfig } from '../models/predictor/config.ts'
import { predictorForward } from '../models/predictor/forward.ts'
import {
  type DomainCentroids,
  initialParameters,
  predictorParameters,
} from '../models/predictor/parameters.ts'
import { add, gather, lt, mul, random, where } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import {
  cosineLoss,
  type InfoNceOptions,
  infoNce,
  loadBalanceLoss,
  maskedMse,
  routingLoss,
  totalLoss,
} from './losses.ts'
import type { PredictorBatches } from './predictor_batches.ts'
import type { TaskLosses, TrainTask } from './task.ts'

/** What each loss counts; one of 0 is recorded where it costs little, and not trained on. */
export interface PredictorLosses {
  readonly mse: number
  readonly cosine: number
  /** Against all vectors of the batch. */
  readonly infoNce: number
  /** InfoNCE against the vectors of the own window alone, which are of the same document. */
  readonly windowNce: number
  /** Towards the expert of the document's domain. */
  readonly routing: number
  readonly loadBalance: number
  /** Of infoNce and windowNce. */
  readonly temperature: number
}

/** What is done to the inputs of training, against learning them by heart; targets stay as they are. */
export interface PredictorNoise {
  /** Length of the random vector that is added to each concept, in the mean. */
  readonly noise: number
  /** Share of the elements that are set to zero; the others grow by as much (Srivastava et al. 2014). */
  readonly dropout: number
}

export interface PredictorTaskOptions {
  readonly model: PredictorConfig
  readonly regularisation: PredictorNoise
  readonly losses: PredictorLosses
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  readonly batches: PredictorBatches
  readonly domains: DomainCentroids | null
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of a predictor: the vector after each row, found among those of the whole batch. */
export function predictorTask(options: PredictorTaskOptions): TrainTask {
  const { losses: factors, regularisation, compute, batches, domains, data, evaluate } = options
  const model = predictorConfig(options.model)
  return {
    name: 'predictor',
    config: { model, losses: factors, regularisation, compute, data },
    parameters: predictorParameters(model),
    inputs: batches.inputs,
    initial: (seed) => initialParameters(model, seed, domains),
    losses: (values) => {
      const x = disturbed(values.x!, regularisation)
      const { outputs } = predictorForward(model, { ...values, x }, { compute })
      return predictorLosses(outputs, factors, compute, values)
    },
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** Inputs with noise and dropout, other ones in every batch: they depend on the run scalar `seed`. */
function disturbed(x: Value, { noise, dropout }: PredictorNoise): Value {
  const draw = (kind: 'normal' | 'uniform', stream: number) =>
    random({ like: x }, { kind, stream }, { seed: 'seed' })
  const noisy = noise > 0 ? add(x, mul(draw('normal', 1), noise / Math.sqrt(x.shape[1]!))) : x
  return dropout > 0 ? where(lt(draw('uniform', 2), dropout), 0, mul(noisy, 1 / (1 - dropout))) : noisy
}

/** All losses of a batch of predictorBatches, [1] each, from what predictorForward gives. */
export function predictorLosses(
  outputs: Readonly<Record<string, Value>>,
  factors: PredictorLosses,
  compute: Compute,
  values: Readonly<Record<string, Value>>,
): TaskLosses {
  const predicted = outputs.predicted!
  const weights = values.lossWeights!
  const target = gather({ x: values.x!, index: values.following! })
  const losses: Record<string, Value> = {
    mse: maskedMse(predicted, target, weights),
    cosine: cosineLoss(predicted, target, weights),
  }
  const { temperature } = factors
  const contrast = (options: Partial<InfoNceOptions>) =>
    infoNce(predicted, values.x!, values.following!, weights, { temperature, compute, ...options })
  if (factors.infoNce > 0) losses.infoNce = contrast({})
  if (factors.windowNce > 0) {
    const windows = values.windows!
    losses.windowNce = contrast({ groups: { rows: windows, candidates: windows } })
  }
  const { routerLogits, experts } = outputs
  if (routerLogits && experts) {
    losses.routing = routingLoss(routerLogits, values.domainExpert!, values.domainWeights!)
    losses.loadBalance = loadBalanceLoss(routerLogits, experts, values.shares!)
  }
  return { loss: totalLoss(losses, { ...factors }), ...losses }
}
