import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe } from '../../core/errors.ts'
import { isIterable, itemsOf } from '../../core/iterables.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { cosine } from '../../core/similarity.ts'
import { DEFAULT_BATCH } from './config.ts'

/** Two texts that are compared. */
export type TextPair = readonly [first: string, second: string]

/** Pairs, at once or one after another as they come. */
export type TextPairs = Iterable<TextPair> | AsyncIterable<TextPair>

/** How pairs are compared. */
export interface SimilarityOptions extends CallOptions {
  /** Called as pairs are done; `total` is known where the pairs come as an array. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** What comparing pairs gives. */
export interface Similarities {
  /** One for each pair, in order, -1 to 1. */
  readonly cosines: readonly number[]
  /** Indices of pairs of which a text was cut to the model's capacity in tokens. */
  readonly truncated: readonly number[]
}

/** Tells how like two texts are, by the cosine of the angle between their vectors. */
export interface TextSimilarity {
  /** What reads the texts. Prompts are put before them here, and not by it. */
  readonly encoder: Encoder
  /** What stands before the first text of a pair, and before the second. */
  readonly prompts: { readonly first: string; readonly second: string }
  /** The cosine of two texts. Throws VmmError BAD_ARGUMENT for what is no text; what the encoder throws. */
  computeSimilarity(a: string, b: string, options?: CallOptions): Promise<number>
  /** Those of pairs, with bounded memory for texts. Throws the same, naming the pair. */
  computeSimilarities(pairs: TextPairs, options?: SimilarityOptions): Promise<Similarities>
}

/** How an encoder's similarity is made. */
export interface TextSimilarityOptions {
  /** What stands before the first text of a pair, and before the second. Nothing when left out. */
  readonly prompts?: { readonly first?: string | undefined; readonly second?: string | undefined } | undefined
  /** Texts that are encoded at a time. Default 16. */
  readonly batchSize?: number | undefined
}

const OPTIONS = { prompts: true, batchSize: true } as const satisfies OptionNames<TextSimilarityOptions>
const PROMPTS = { first: true, second: true } as const
const CALL = { ...CALL_OPTIONS, onProgress: true } as const satisfies OptionNames<SimilarityOptions>

/**
 * The similarity of texts by any encoder, which stays the caller's. One that was loaded with a prompt puts its own before
 * those of the options.
 *
 * @throws VmmError BAD_ARGUMENT naming the option that is wrong
 * @example
 * ```js
 * import { loadEncoder, textSimilarity } from 'vector-mamba'
 *
 * const model = await loadEncoder('use-lite')
 * const similarity = textSimilarity(model)
 * const { cosines } = await similarity.computeSimilarities([
 *   ['The tide was going out.', 'Water left the bay.'],
 *   ['The tide was going out.', 'He paid the bill.'],
 * ])
 * console.log(cosines[0] > cosines[1]) // true
 * model.dispose()
 * ```
 */
export function textSimilarity(encoder: Encoder, options: TextSimilarityOptions = {}): TextSimilarity {
  const isEncoder = typeof (encoder as Partial<Encoder> | null | undefined)?.encode === 'function'
  check(isEncoder, 'encoder', encoder, 'an encoder, as loadEncoder gives it')
  refuseUnknown(options, OPTIONS)
  const { prompts = {}, batchSize = DEFAULT_BATCH } = options
  check(Number.isSafeInteger(batchSize) && batchSize > 0, 'batchSize', batchSize, 'a whole number from 1 on')
  refuseUnknown(prompts, PROMPTS, 'prompts.')
  const { first = '', second = '' } = prompts
  for (const [name, prompt] of Object.entries({ first, second }))
    check(typeof prompt === 'string', `prompts.${name}`, prompt, 'a text')
  const pairsAtOnce = Math.max(1, Math.floor(batchSize / 2))

  const compare = async (pairs: readonly TextPair[], { signal, threads, device }: CallOptions) => {
    const texts = pairs.flatMap(([a, b]) => [first + a, second + b])
    const { vectors, truncated } = await encoder.encode(texts, { signal, threads, device })
    return {
      cosines: pairs.map((_, i) => cosine(vectors.row(2 * i), vectors.row(2 * i + 1))),
      truncated: [...new Set(truncated.map((text) => Math.floor(text / 2)))],
    }
  }

  return {
    encoder,
    prompts: { first, second },
    computeSimilarity: async (a, b, run = {}) => {
      refuseUnknown(run, CALL_OPTIONS)
      for (const [name, text] of Object.entries({ a, b }))
        check(typeof text === 'string', name, text, 'a text')
      return (await compare([[a, b]], run)).cosines[0]!
    },
    computeSimilarities: async (pairs, run = {}) => {
      refuseUnknown(run, CALL)
      checkRunOptions(run)
      const total = Array.isArray(pairs) ? pairs.length : undefined
      const cosines: number[] = []
      const truncated: number[] = []
      for await (const some of batchesOf(pairs, pairsAtOnce, run.signal)) {
        const found = await compare(some, run)
        for (const pair of found.truncated) truncated.push(cosines.length + pair)
        for (const one of found.cosines) cosines.push(one)
        run.onProgress?.(cosines.length, total)
      }
      return { cosines, truncated }
    },
  }
}

async function* batchesOf(
  pairs: TextPairs,
  most: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<TextPair[]> {
  if (!isIterable(pairs)) throw badArgument('pairs', describe(pairs), 'an iterable of pairs, or an async one')
  let batch: TextPair[] = []
  let index = 0
  for await (const pair of itemsOf(pairs, signal)) {
    signal?.throwIfAborted()
    const isPair = Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string')
    check(isPair, `pairs[${index}]`, pair, 'a pair of texts')
    index++
    batch.push(pair)
    if (batch.length < most) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
