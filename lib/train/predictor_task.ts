import type { Value } from '../graph/value.ts'
import { type PredictorConfig, predictorConfig } from '../models/predictor/config.ts'
import { predictorForward } from '../models/predictor/forward.ts'
import {
  type DomainCentroids,
  initialParameters,
  predictorParameters,
} from '../models/predictor/parameters.ts'
import { eq, gather, mul, reshape, sub } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import { cosineLoss, infoNce, loadBalanceLoss, maskedMse, routingLoss, totalLoss } from './losses.ts'
import type { PredictorBatches } from './predictor_batches.ts'
import type { TaskLosses, TrainTask } from './task.ts'

/** What each loss counts; one of 0 is recorded where it costs little, and not trained on. */
export interface PredictorLosses {
  readonly mse: number
  readonly cosine: number
  readonly infoNce: number
  /** Towards the expert of the document's domain. */
  readonly routing: number
  readonly loadBalance: number
  /** Of infoNce. */
  readonly temperature: number
  /** What a candidate of another document counts in infoNce beside one of the same, above 0 and at most 1. */
  readonly elsewhere: number
}

export interface PredictorTaskOptions {
  readonly model: PredictorConfig
  readonly losses: PredictorLosses
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  /** Probability with which activations between blocks are left out. */
  readonly dropout: number
  readonly batches: PredictorBatches
  readonly domains: DomainCentroids | null
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of a predictor: the vector after each row, found among those of the whole batch. */
export function predictorTask(options: PredictorTaskOptions): TrainTask {
  const { losses: factors, compute, dropout, batches, domains, data, evaluate } = options
  const model = predictorConfig(options.model)
  return {
    name: 'predictor',
    config: { model, losses: factors, compute, dropout, data },
    parameters: predictorParameters(model),
    inputs: batches.inputs,
    initial: (seed) => initialParameters(model, seed, domains),
    losses: (values) => predictorLosses(model, factors, { compute, dropout }, values),
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** All losses of a batch of predictorBatches, [1] each. */
export function predictorLosses(
  model: PredictorConfig,
  factors: PredictorLosses,
  options: { readonly compute: Compute; readonly dropout?: number },
  values: Readonly<Record<string, Value>>,
): TaskLosses {
  const { outputs } = predictorForward(model, values, options)
  const predicted = outputs.predicted!
  const weights = values.lossWeights!
  const target = gather({ x: values.x!, index: values.following! })
  const losses: Record<string, Value> = {
    mse: maskedMse(predicted, target, weights),
    cosine: cosineLoss(predicted, target, weights),
  }
  if (factors.infoNce > 0) {
    const { temperature, elsewhere } = factors
    const document = values.document!
    const rows = document.shape[0]!
    const same = eq(reshape(document, [rows, 1]), reshape(document, [1, rows]))
    const bias = elsewhere === 1 ? undefined : mul(sub(1, same), Math.log(elsewhere))
    const { compute } = options
    losses.infoNce = infoNce(predicted, values.x!, values.following!, weights, { temperature, bias, compute })
  }
  const { routerLogits, experts } = outputs
  if (routerLogits && experts) {
    losses.routing = routingLoss(routerLogits, values.domainExpert!, values.domainWeights!)
    losses.loadBalance = loadBalanceLoss(routerLogits, experts, values.shares!)
  }
  return { loss: totalLoss(losses, { ...factors }), ...losses }
}
