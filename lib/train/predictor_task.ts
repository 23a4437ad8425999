import type { Value } from '../graph/value.ts'
import { type PredictorConfig, predictorConfig } from '../models/predictor/config.ts'
import { predictorForward } from '../models/predictor/forward.ts'
import {
  type DomainCentroids,
  initialParameters,
  predictorParameters,
} from '../models/predictor/parameters.ts'
import { gather } from '../ops/index.ts'
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

export interface PredictorTaskOptions {
  readonly model: PredictorConfig
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
  const { losses: factors, compute, batches, domains, data, evaluate } = options
  const model = predictorConfig(options.model)
  return {
    name: 'predictor',
    config: { model, losses: factors, compute, data },
    parameters: predictorParameters(model),
    inputs: batches.inputs,
    initial: (seed) => initialParameters(model, seed, domains),
    losses: (values) => predictorLosses(model, factors, compute, values),
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** All losses of a batch of predictorBatches, [1] each. */
export function predictorLosses(
  model: PredictorConfig,
  factors: PredictorLosses,
  compute: Compute,
  values: Readonly<Record<string, Value>>,
): TaskLosses {
  const { outputs } = predictorForward(model, values, { compute })
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
