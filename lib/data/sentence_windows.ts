import { badArgument, check } from '../core/errors.ts'
import { type RandomNumbers, randomNumbers, sampleWithout } from '../ops/random_numbers.ts'
import type { TokenCorpus } from './token_corpus.ts'
import { lastAtMost } from './windows.ts'

export interface SentenceWindowOptions {
  /** Tokens of a batch at most. */
  readonly rows: number
  /** Tokens of a window at most; a sentence that is longer is cut. */
  readonly window: number
  /** Share of all tokens that are in windows of one sentence, chosen at random, beside those that cover all. */
  readonly alone: number
  readonly seed: number
}

/** Tokens of a corpus, from the beginning of a sentence on. */
export interface TokenRange {
  readonly begin: number
  readonly end: number
}

/** Documents cut into windows at the beginnings of sentences, and windows packed into batches. */
export interface SentenceWindows {
  /** Batches of an epoch. */
  readonly perEpoch: number
  /** Windows of a batch at most. */
  readonly most: number
  /** The windows of batch 0, 1, 2…: `rows` tokens or less together. */
  batch(number: number): TokenRange[]
}

/** The windows of an epoch in their order, laid one after the other. */
interface Epoch {
  readonly begins: Int32Array
  readonly ends: Int32Array
  /** Where each of them begins on that line. */
  readonly starts: Float64Array
}

/** Of a batch: more than this share of one token would leave next to nothing with context. */
const MOST_ALONE = 0.9

/**
 * In each epoch every document is cut into windows of whole sentences, at other places each time, sentences without
 * context are added, and all are shuffled and laid one after the other. A batch has the windows that begin in its stretch
 * of `rows` tokens; the last one is cut at the end of the stretch. Batches depend on the seed and their number alone.
 *
 * @throws VmmError BAD_ARGUMENT for options out of range, and for a corpus without a sentence
 */
export function planSentenceWindows(corpus: TokenCorpus, options: SentenceWindowOptions): SentenceWindows {
  const { rows, window, alone, seed } = options
  const isCount = Number.isInteger(window) && window >= 2
  check(isCount, 'batch.window', window, 'a whole number of 2 or more')
  check(Number.isInteger(rows) && rows >= window, 'batch.rows', rows, 'batch.window or more')
  check(alone >= 0 && alone <= MOST_ALONE, 'batch.alone', alone, `a number from 0 to ${MOST_ALONE}`)
  const { sentences } = corpus
  const count = sentences.length - 1
  if (count < 1) throw badArgument('documents', 'none with a text to train on', 'one at least')
  let covered = 0
  for (let i = 0; i < count; i++) covered += Math.min(sentences[i + 1]! - sentences[i]!, window)
  const single = Math.round((covered * alone) / (1 - alone))
  let known: { readonly number: number; readonly epoch: Epoch } | null = null
  const epochOf = (number: number): Epoch => {
    if (known?.number !== number) {
      const numbers = randomNumbers(seed, number)
      const [begins, ends] = [[] as number[], [] as number[]]
      const add = (begin: number, end: number) => {
        begins.push(begin)
        ends.push(end)
      }
      cutDocuments(corpus, window, numbers, add)
      drawSentences(corpus, window, single, numbers, add)
      known = { number, epoch: shuffled(begins, ends, numbers) }
    }
    return known.epoch
  }
  const perEpoch = Math.max(1, Math.floor((covered + single) / rows))
  const inBatch = ({ begins, ends, starts }: Epoch, number: number, most: number): TokenRange[] => {
    const from = number * rows
    const some: TokenRange[] = []
    for (
      let i = number === 0 ? 0 : lastAtMost(starts, from - 1) + 1;
      i < begins.length && starts[i]! < from + rows;
      i++
    ) {
      if (some.length === most) break
      const length = Math.min(ends[i]! - begins[i]!, from + rows - starts[i]!)
      some.push({ begin: begins[i]!, end: begins[i]! + length })
    }
    return some
  }
  const first = epochOf(0)
  const counts = Array.from(
    { length: perEpoch },
    (_, i) => inBatch(first, i, Number.POSITIVE_INFINITY).length,
  )
  // Epochs differ a little; a batch that would have still more windows does without the last ones.
  const most = Math.ceil(1.25 * counts.reduce((a, b) => Math.max(a, b))) + 4
  return {
    perEpoch,
    most,
    batch: (number) => {
      check(Number.isSafeInteger(number) && number >= 0, 'number', number, 'a whole number of 0 or more')
      return inBatch(epochOf(Math.floor(number / perEpoch)), number % perEpoch, most)
    },
  }
}

type AddWindow = (begin: number, end: number) => void

/** Windows of whole sentences that cover all documents; the first one of each document is shorter by chance. */
function cutDocuments(
  { sentences, documents }: TokenCorpus,
  window: number,
  numbers: RandomNumbers,
  add: AddWindow,
): void {
  for (let d = 0; d + 1 < documents.length; d++) {
    let begin = sentences[documents[d]!]!
    let end = begin
    let room = 1 + numbers.below(window)
    for (let i = documents[d]!; i < documents[d + 1]!; i++) {
      const next = sentences[i + 1]!
      if (end > begin && next - begin > room) {
        add(begin, end)
        begin = sentences[i]!
        room = window
      }
      end = Math.min(next, begin + window)
    }
    add(begin, end)
  }
}

/** Single sentences of `total` tokens together, none twice before all have come; the last one is cut. */
function drawSentences(
  { sentences }: TokenCorpus,
  window: number,
  total: number,
  numbers: RandomNumbers,
  add: AddWindow,
): void {
  if (total === 0) return
  const count = sentences.length - 1
  const order = sampleWithout(numbers, count, count)
  for (let i = 0, left = total; left > 0; i++) {
    const [begin, end] = [sentences[order[i % count]!]!, sentences[order[i % count]! + 1]!]
    const length = Math.min(end - begin, window, left)
    add(begin, begin + length)
    left -= length
  }
}

function shuffled(begins: readonly number[], ends: readonly number[], numbers: RandomNumbers): Epoch {
  const order = sampleWithout(numbers, begins.length, begins.length)
  const starts = new Float64Array(order.length)
  for (let i = 1; i < order.length; i++)
    starts[i] = starts[i - 1]! + ends[order[i - 1]!]! - begins[order[i - 1]!]!
  return { begins: order.map((i) => begins[i]!), ends: order.map((i) => ends[i]!), starts }
}
