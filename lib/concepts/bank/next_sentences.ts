import { badArgument, check, checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { lengthOf, unitLength } from '../../core/rows.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import { type BankHit, checkQueries, type SentenceBank } from './sentence_bank.ts'

/** How the next sentence is chosen. */
export interface NextSentenceOptions extends CallOptions {
  /** Sentences for each sequence at most; 1 when left out. */
  readonly k?: number | undefined
  /** What a cosine of 1 to the last sentence takes away, 0 … 1; 0.1 when left out. */
  readonly repetitionPenalty?: number | undefined
  /** Texts that are not given, such as those of the sequences. */
  readonly not?: readonly string[] | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  k: true,
  repetitionPenalty: true,
  not: true,
} as const satisfies OptionNames<NextSentenceOptions>

/** A known sentence that may come next. */
export type RetrievedSentence<H extends BankHit = BankHit> = Omit<H, 'cosine'> & {
  /** Its cosine to the predicted direction, less `repetitionPenalty` times its cosine to the last sentence. */
  readonly score: number
}

/**
 * Chooses the next sentence of each sequence among those of a bank, best first: by what InfoNCE teaches a predictor (van
 * den Oord et al. 2018, arXiv 1807.03748), the cosine of its direction with each of them, so that a model of sentences
 * alone picks fluent ones (Ippolito et al. 2020, arXiv 2005.05255); and not by what the last sentence has said.
 *
 * @param bank       what sentenceBank or storeBank makes
 * @param directions what is predicted, a row for each sequence: `direction` of a Prediction
 * @param last       the last vectors of the sequences, as many
 * @throws VmmError SPACE_MISMATCH, BAD_ARGUMENT, and what the bank's `nearest` throws
 * @example
 * ```js
 * import { nextSentences, sentenceBank, vectorsFrom } from 'vector-mamba'
 *
 * const of = (...numbers) => vectorsFrom(Float32Array.from(numbers), 2, 'example-2')
 * const bank = sentenceBank(['To the right.', 'To the right and up.', 'Up.'], of(1, 0, 1, 1, 0, 1))
 * const choose = async (repetitionPenalty) => {
 *   const [[best]] = await nextSentences(bank, of(2, 1), of(1, 0), { repetitionPenalty })
 *   return best.text
 * }
 * console.log(await choose(0)) // To the right and up.
 * console.log(await choose(0.9)) // Up.
 * bank.dispose()
 * ```
 */
export async function nextSentences<H extends BankHit>(
  bank: SentenceBank<H>,
  directions: Vectors,
  last: Vectors,
  options: NextSentenceOptions = {},
): Promise<readonly (readonly RetrievedSentence<H>[])[]> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { k = 1, repetitionPenalty: penalty = 0.1, not = [], signal, threads, device } = options
  checkQueries('directions', directions, bank)
  checkQueries('last', last, bank)
  if (last.count !== directions.count)
    throw badArgument('last', `${last.count} vectors`, `${directions.count}, one a direction`)
  checkCount('k', k)
  const isShare = typeof penalty === 'number' && penalty >= 0 && penalty <= 1
  check(isShare, 'repetitionPenalty', penalty, 'a number from 0 to 1')
  check(Array.isArray(not), 'not', not, 'an array of texts')
  // cos(p, b) - penalty · cos(l, b) is one product with b, which is of unit length: one search ranks the whole bank.
  const queries = Array.from(directions, (direction, i) => {
    const before = unitLength(last.row(i))
    return unitLength(direction).map((x, d) => x - penalty * before[d]!)
  })
  const asked = trustedVectors(queries, bank.dims, bank.space)
  const unwanted = new Set(not)
  const run = { signal, threads, device }
  // Few of the unwanted ones are in a bank, so that most often the first search is enough.
  let most = not.length === 0 ? k : 2 * k
  let hits = await bank.nearest(asked, most, run)
  const isShort = (some: readonly H[]) =>
    some.length === most && some.filter(({ text }) => !unwanted.has(text)).length < k
  while (hits.some(isShort)) {
    most *= 2
    hits = await bank.nearest(asked, most, run)
  }
  return hits.map((some, i) => {
    const length = lengthOf(queries[i]!)
    const left = some.filter(({ text }) => !unwanted.has(text)).slice(0, k)
    return left.map(({ cosine, ...sentence }) => ({ ...sentence, score: cosine * length }))
  })
}
