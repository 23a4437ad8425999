import { workingLifetime } from '../../core/disposable.ts'
import { badArgument, check } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { requireSameSpace } from '../../core/space.ts'
import { isVectors, notVectors, trustedVectors, type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { checkSeed } from '../../ops/random_numbers.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import type { Inverter } from '../inverter/inverter.ts'
import { makeNetwork } from '../network.ts'
import { stateBytes } from './advance.ts'
import type { PredictorConfig } from './config.ts'
import { FOLLOW_OPTIONS, type Follow, type FollowOptions, followSequences } from './follow.ts'
import { generate } from './generate.ts'
import { parameterCounts } from './parameters.ts'
import { type Route, routeEach } from './routes.ts'
import { type WrittenContinuation, writerOf } from './write.ts'

/** How sequences are continued. */
export interface PredictOptions extends CallOptions {
  /** Concepts to predict, one after the other; 1 when left out. */
  readonly steps?: number | undefined
  /** Continuations of each sequence, 1 … 64. The first is the model's own; others take a random step beside it. */
  readonly candidates?: number | undefined
  /** 0 … 2^53 - 1; the same seed gives the same candidates, whatever else is in the batch. */
  readonly seed?: number | undefined
  /** Length of the random step beside a predicted vector of length 1; 0.5 when left out. */
  readonly spread?: number | undefined
  /**
   * Writes a sentence for each predicted vector: of 16 that it draws by `seed`, the one with the most fit + 0.03 · perToken.
   * The sentence's own vector is read as the next concept, so that what is continued stays among the vectors that sentences
   * have (as SONAR-LLM generates, arXiv 2508.05305). Sentences that repeat one of the last 16 or of those written before are
   * passed over, the same text or a cosine of 0.98 or more; a continuation ends early where all do. It stays the caller's.
   */
  readonly inverter?: Inverter | undefined
}

const PREDICT_OPTIONS = {
  ...CALL_OPTIONS,
  steps: true,
  candidates: true,
  seed: true,
  spread: true,
  inverter: true,
} as const satisfies OptionNames<PredictOptions>

/** The continuations of one sequence. */
export interface Prediction {
  /** Per candidate the next concepts, each of unit length; none after a sequence without concepts. */
  readonly candidates: readonly Vectors[]
  /**
   * Per candidate the sentences that were written, one for each of its concepts; null without an inverter, and for a
   * sequence without concepts.
   */
  readonly written: readonly WrittenContinuation[] | null
  /**
   * What is predicted after the sequence, of unit length, for choosing among known vectors by their cosines to it. It is
   * the first concept of the first candidate but in a standardised model, where it is that without the mean of the space.
   * None for a sequence without concepts.
   */
  readonly direction: Vectors
  /** Where the router sends what the sequence has shown; null for a sequence without concepts. */
  readonly routing: Route | null
}

/** What predicting gives. */
export interface PredictResult {
  /** One per sequence, in order. */
  readonly predictions: readonly Prediction[]
  /** The first candidates of all sequences, one after the other. */
  readonly vectors: Vectors
}

/** One sequence of concepts, or several. */
export type Sequences = Vectors | readonly Vectors[]

/** A model that predicts the next concepts of sequences. */
export interface Predictor extends Model {
  readonly config: PredictorConfig
  readonly parameters: { readonly total: number; readonly active: number }
  /** Kept for each sequence while it is continued, whatever its length. */
  readonly bytesPerSequence: number
  /**
   * Continues sequences. Each further concept costs the same, however long the sequence is. Throws VmmError
   * SPACE_MISMATCH for vectors or an inverter of another space, BAD_ARGUMENT for other dims, NaN or infinite elements.
   */
  predict(vectors: Sequences, options?: PredictOptions): Promise<PredictResult>
  /** Where the router sends each sequence; null for one without concepts. Throws as predict does. */
  route(vectors: Sequences, options?: CallOptions): Promise<readonly (Route | null)[]>
  /** What is predicted after each concept of known sequences: for evaluation. Throws as predict does. */
  follow(vectors: Sequences, options?: FollowOptions): Promise<readonly Follow[]>
}

export interface PredictorParts {
  readonly name: string
  readonly fingerprint: string
  readonly config: PredictorConfig
  /** All of predictorParameters, in f32 or the type that their `storage` names. */
  readonly weights: WeightSet
}

/** A predictor over weights that are on the device already; it disposes them. */
export function makePredictor(parts: PredictorParts): Predictor {
  const { name, fingerprint, config } = parts
  const network = makeNetwork(config, parts.weights)
  const life = workingLifetime(`${name}: the model was disposed`, () => network.dispose())
  const checked = <O extends CallOptions>(
    vectors: Sequences,
    options: O,
    names: OptionNames<O>,
  ): Float32Array[] => {
    refuseUnknown(options, names)
    checkRunOptions(options)
    return sequencesOf(vectors, config)
  }
  return {
    name,
    fingerprint,
    config,
    space: config.space,
    dims: config.dims,
    parameters: parameterCounts(config),
    bytesPerSequence: stateBytes(config),
    predict: (vectors, options = {}) =>
      life.during(async () => {
        const sequences = checked(vectors, options, PREDICT_OPTIONS)
        const {
          steps = 1,
          candidates = 1,
          seed = 0,
          spread = 0.5,
          inverter,
          signal,
          threads,
          device,
        } = options
        check(Number.isSafeInteger(steps) && steps > 0, 'steps', steps, 'a whole number of 1 or more')
        check(
          Number.isSafeInteger(candidates) && candidates > 0 && candidates <= 64,
          'candidates',
          candidates,
          '1 … 64',
        )
        checkSeed(seed)
        check(Number.isFinite(spread) && spread >= 0, 'spread', spread, 'a number of 0 or more')
        const write = inverter === undefined ? null : writerOf(inverter, config)
        const run = { signal, threads, device }
        const routes = await routeEach(network, sequences, run)
        const how = { routes, steps, candidates, seed, spread, write }
        const all = await generate(network, sequences, { ...run, ...how })
        const vectorsOf = (data: Float32Array) => trustedVectors([data], config.dims, config.space)
        return {
          predictions: all.map(({ direction, candidates: own }, i) => ({
            candidates: own.map(({ vectors }) => vectorsOf(vectors)),
            written: write && routes[i] ? own.map(({ sentences, ended }) => ({ sentences, ended })) : null,
            direction: vectorsOf(direction),
            routing: routes[i]!,
          })),
          vectors: trustedVectors(
            all.map(({ candidates: [first] }) => first!.vectors),
            config.dims,
            config.space,
          ),
        }
      }),
    route: (vectors, options = {}) =>
      life.during(async () => routeEach(network, checked(vectors, options, CALL_OPTIONS), options)),
    follow: (vectors, options = {}) =>
      life.during(async () => followSequences(network, checked(vectors, options, FOLLOW_OPTIONS), options)),
    ...life.ends,
  }
}

/** The rows of each sequence, [n · dims]. Throws for what is not a sequence of this model's space. */
function sequencesOf(vectors: Sequences, { dims, space }: PredictorConfig): Float32Array[] {
  const list: readonly unknown[] = Array.isArray(vectors) ? vectors : [vectors]
  return list.map((given, i) => {
    const name = Array.isArray(vectors) ? `vectors[${i}]` : 'vectors'
    if (!isVectors(given)) throw notVectors(name, given)
    requireSameSpace(given, { space })
    if (given.dims !== dims) throw badArgument(`${name}.dims`, String(given.dims), `${dims}, of ${space}`)
    return vectorsFrom(given.blocks, dims, space).toFloat32Array()
  })
}
