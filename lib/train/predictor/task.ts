import type { Value } from '../../graph/value.ts'
import { type PredictorConfig, predictorConfig } from '../../models/predictor/config.ts'
import { predictorForward } from '../../models/predictor/forward.ts'
import {
  type DomainCentroids,
  initialParameters,
  predictorParameters,
  type SpaceCoordinates,
} from '../../models/predictor/parameters.ts'
import { add, div, gather, mul, random } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { cosineLoss, infoNce, loadBalanceLoss, maskedMse, routingLoss, totalLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import type { PredictorBatches } from './batches.ts'
import { decodedSurprise, type FrozenDecoder } from './decoder.ts'

/** What each loss counts; one of 0 is recorded where it costs little, and not trained on. */
export interface PredictorLosses {
  /** Of the vector that is expected, over the scale of the space where the model has one. */
  readonly mse: number
  /** Of the same. */
  readonly cosine: number
  /** Of the direction that is predicted, against all vectors of the batch. */
  readonly infoNce: number
  /** What a vector of another document counts in infoNce beside one of the same, which is harder: above 0, at most 1. */
  readonly elsewhere: number
  /** Of the next sentence's tokens, decoded from the predicted vector; needs a decoder. */
  readonly text: number
  /** Towards the expert of the document's domain. */
  readonly routing: number
  readonly loadBalance: number
  /** Of infoNce. */
  readonly temperature: number
}

/** What is done in training against learning the documents by heart; targets stay as they are. */
export interface PredictorNoise {
  /** Length of the random vector that is added to each concept, in the mean. */
  readonly noise: number
  /** See ForwardOptions. */
  readonly dropout: number
  readonly routerNoise: number
}

export interface PredictorTaskOptions {
  readonly model: PredictorConfig
  readonly regularisation: PredictorNoise
  readonly losses: PredictorLosses
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  readonly batches: PredictorBatches
  /** What decodes predictions: batches have texts for it then. */
  readonly decoder: Pick<FrozenDecoder, 'config' | 'weights'> | null
  readonly domains: DomainCentroids | null
  /** For a model that is standardised. */
  readonly coordinates: SpaceCoordinates | null
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of a predictor: the vector after each row, found among those of the whole batch. */
export function predictorTask(options: PredictorTaskOptions): TrainTask {
  const { losses: factors, regularisation, compute, batches, decoder, domains, coordinates, data } = options
  const { evaluate } = options
  const model = predictorConfig(options.model)
  return {
    name: 'predictor',
    config: { model, losses: factors, regularisation, compute, data },
    parameters: predictorParameters(model),
    inputs: batches.inputs,
    ...(decoder ? { frozen: decoder.weights } : {}),
    initial: (seed) => initialParameters(model, seed, domains, coordinates),
    losses: (values) => {
      const { noise, ...options } = regularisation
      const x = noise > 0 ? disturbed(values.x!, noise) : values.x!
      const { outputs } = predictorForward(model, { ...values, x }, { compute, ...options })
      const losses = predictorLosses(outputs, factors, compute, values)
      if (decoder)
        losses.text = decodedSurprise(decoder.config, values, outputs.expected!, model.blur, compute)
      return { loss: totalLoss(losses, { ...factors }), ...losses }
    },
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** The stream of what is added to the inputs; dropout and the router have others. */
const inputStream = 1 << 21

/** Inputs with noise, another one in every batch: it depends on the run scalar `seed`. */
function disturbed(x: Value, length: number): Value {
  const noise = random({ like: x }, { kind: 'normal', stream: inputStream }, { seed: 'seed' })
  return add(x, mul(noise, length / Math.sqrt(x.shape[1]!)))
}

/** Losses of a batch of predictorBatches, [1] each, from what predictorForward gives. */
export function predictorLosses(
  outputs: Readonly<Record<string, Value>>,
  factors: PredictorLosses,
  compute: Compute,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const predicted = outputs.predicted!
  const weights = values.lossWeights!
  const target = gather({ x: values.x!, index: values.following! })
  const expected = outputs.expected!
  const scale = values['space.scale']
  const scaled = (x: Value) => (scale ? div(x, scale) : x)
  const losses: Record<string, Value> = {
    mse: maskedMse(scaled(expected), scaled(target), weights),
    cosine: cosineLoss(expected, target, weights),
  }
  if (factors.infoNce > 0) {
    const { temperature, elsewhere } = factors
    const documents = values.documents!
    const groups = elsewhere < 1 ? { rows: documents, candidates: documents, elsewhere } : undefined
    const options = { temperature, compute, groups }
    losses.infoNce = infoNce(predicted, values.x!, values.following!, weights, options)
  }
  const { routerLogits, experts } = outputs
  if (routerLogits && experts) {
    losses.routing = routingLoss(routerLogits, values.domainExpert!, values.domainWeights!)
    losses.loadBalance = loadBalanceLoss(routerLogits, experts, values.shares!)
  }
  return losses
}
