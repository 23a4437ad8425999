import { badArgument, check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { RUN_OPTIONS, type RunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { toFloat32 } from '../../graph/program.ts'
import { programCache } from '../../graph/program_cache.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { type PairSums, sumPairs } from '../../linear/pair_sums.ts'
import { solveRidge } from '../../linear/ridge_regression.ts'
import { matmul } from '../../ops/index.ts'
import { checkDocument, type Documents, type Predicts } from '../documents.ts'
import { comparePredictors } from '../metrics/compare.ts'

/** A linear map from the last vectors of a document to the next one. */
export interface Ridge {
  readonly space: Space
  readonly dims: number
  /** Vectors that it sees, the last one first. */
  readonly history: number
  /** What was added to the diagonal, as a share of its mean. */
  readonly lambda: number
  /** f32 [history · dims, dims] */
  readonly weight: Float32Array
  /** f32 [dims] */
  readonly bias: Float32Array
}

/** How a ridge regression is fitted. */
export interface RidgeOptions extends RunOptions {
  /** Default 4. */
  readonly history?: number | undefined
  /** Tried in turn; the one with the highest contrastive accuracy on the validation documents stays. */
  readonly lambdas?: readonly number[] | undefined
  readonly seed?: number | undefined
  readonly onProgress?: ((pairs: number) => void) | undefined
}

const RIDGE_OPTIONS = {
  ...RUN_OPTIONS,
  history: true,
  lambdas: true,
  seed: true,
  onProgress: true,
} as const satisfies OptionNames<RidgeOptions>

/** Rows of a prediction. */
const ROWS = 256
const programs = programCache(8)

function apply(_: null, { x, weight }: Readonly<Record<string, Value>>): TraceResult {
  return { outputs: { y: matmul({ a: x!, b: weight! }) } }
}

/**
 * Ridge regression of the next vector on the last ones, with a bias that is not penalised. Products are made by the
 * matmul kernel and summed in f64; the normal equations are solved in f64.
 *
 * @param place where their vectors lie: the documents, for instance, as openDocuments gives them
 * @param training documents to fit; those with no more than `history` vectors are left out
 * @param validation documents to choose lambda by, read once for each
 * @throws VmmError BAD_ARGUMENT when no document is long enough; see `comparePredictors`; the signal's reason
 * @example
 * ```js
 * import { fitRidge } from 'vector-mamba/evaluate'
 *
 * const angles = (...turns) => Float32Array.from(turns.flatMap((turn) => [Math.cos(turn), Math.sin(turn)]))
 * const documents = [
 *   { id: 'slow', group: '', count: 6, vectors: angles(0, 0.5, 1, 1.5, 2, 2.5) },
 *   { id: 'fast', group: '', count: 6, vectors: angles(1, 2, 3, 4, 5, 6) },
 * ]
 * const options = { history: 2, lambdas: [0.01] }
 * const ridge = await fitRidge({ space: 'example-2', dims: 2 }, documents, () => documents, options)
 * console.log(ridge.history, ridge.lambda, ridge.weight.length) // 2 0.01 8
 * ```
 */
export async function fitRidge(
  place: { readonly space: Space; readonly dims: number },
  training: Documents,
  validation: () => Documents,
  options: RidgeOptions = {},
): Promise<Ridge> {
  refuseUnknown(options, RIDGE_OPTIONS)
  const { space, dims } = place
  const { history = 4, lambdas = [1e-6, 1e-4, 1e-2, 1], seed = 0, signal, threads, device } = options
  check(Number.isInteger(history) && history > 0, 'history', history, 'a positive integer')
  const positive = lambdas.length > 0 && lambdas.every((lambda) => lambda > 0)
  check(positive, 'lambdas', lambdas, 'one or more positive numbers')
  const sums = await sumDocuments(training, dims, history, options)
  let best: { readonly ridge: Ridge; readonly accuracy: number } | null = null
  for (const lambda of lambdas) {
    const ridge = { space, dims, history, lambda, ...(await solveRidge(sums, lambda, signal)) }
    if (lambdas.length === 1) return ridge
    const run = { signal, threads, device, seed, resamples: 1 }
    const { model } = await comparePredictors(validation(), dims, ridgePredictor(ridge), {}, run)
    if (best === null || model.contrastiveAccuracy > best.accuracy)
      best = { ridge, accuracy: model.contrastiveAccuracy }
  }
  return best!.ridge
}

/**
 * The map as a predictor. Rows before a document's first one are taken to be equal to it.
 *
 * @example
 * ```js
 * import { ridgePredictor } from 'vector-mamba/evaluate'
 *
 * const turn = Float32Array.from([0, 1, -1, 0])
 * const ridge = { space: 'example-2', dims: 2, history: 1, lambda: 1, weight: turn, bias: new Float32Array(2) }
 * const document = { id: 'a', group: '', count: 2, vectors: Float32Array.from([1, 0, 0, 1]) }
 * const predicted = await ridgePredictor(ridge).predictNext(document, Int32Array.from([0]), {})
 * console.log(predicted.join()) // 0,1
 * ```
 */
export function ridgePredictor(ridge: Ridge): Predicts {
  const { dims, history, weight, bias } = ridge
  const features = history * dims
  return {
    predictNext: async (document, positions, options) => {
      const predicted = new Float32Array(positions.length * dims)
      const program = programs.get(apply, null, {
        x: { kind: 'input', dtype: 'f32', shape: [ROWS, features], live: 'rows' },
        weight: { kind: 'input', dtype: 'f32', shape: [features, dims] },
      })
      for (let first = 0; first < positions.length; first += ROWS) {
        const part = positions.subarray(first, first + ROWS)
        const x = new Float32Array(part.length * features)
        for (const [i, t] of part.entries()) putFeatures(x, i * features, document.vectors, t, dims, history)
        const { y } = await program.run({ x, weight }, { ...options, scalars: { rows: part.length } })
        predicted.set(toFloat32(y!), first * dims)
      }
      for (let i = 0; i < predicted.length; i++) predicted[i]! += bias[i % dims]!
      return predicted
    },
  }
}

function putFeatures(
  x: Float32Array,
  at: number,
  vectors: Float32Array,
  t: number,
  dims: number,
  history: number,
): void {
  for (let back = 0; back < history; back++) {
    const row = Math.max(0, t - back)
    x.set(vectors.subarray(row * dims, (row + 1) * dims), at + back * dims)
  }
}

async function sumDocuments(
  training: Documents,
  dims: number,
  history: number,
  options: RidgeOptions,
): Promise<PairSums> {
  const summing = sumPairs(history * dims, dims, options)
  for await (const document of training) {
    checkDocument(document, dims)
    for (let t = history - 1; t < document.count - 1; t++) {
      const { x, y } = summing.next()
      putFeatures(x, 0, document.vectors, t, dims, history)
      y.set(document.vectors.subarray((t + 1) * dims, (t + 2) * dims))
      await summing.settle()
    }
  }
  const sums = await summing.end()
  if (sums.pairs === 0)
    throw badArgument('training', `no document of more than ${history} vectors`, 'at least one')
  return sums
}
