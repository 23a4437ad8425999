import { bootstrap, type Interval } from '../../metrics/bootstrap.ts'

/** What each method pays for the sentences of a document, in nats; a method may be without some documents. */
export interface DocumentNats {
  readonly sentences: number
  /** Tokens of the sentences, their ends included. */
  readonly tokens: number
  readonly nats: Readonly<Record<string, number>>
}

/** What a token of the next sentence costs. Intervals are 95 % over documents. */
export interface NextSentenceScore {
  /** Nats a token, the ends of sentences included. */
  readonly nats: number
  /** The same in bits. */
  readonly bits: number
  readonly interval: Interval
  /** How blurred the decoder was told that the vectors are, where it asks. */
  readonly blur?: number
  /** Nats a token less than without a vector, on the same sentences. */
  readonly gain: { readonly nats: number; readonly interval: Interval }
}

/** Methods side by side. Plain JSON. */
export interface NextSentenceReport {
  readonly documents: number
  readonly sentences: number
  readonly tokens: number
  readonly context: number
  readonly resamples: number
  readonly seed: number
  /**
   * `noVector` and `ownVector` are the decoder without a vector and with that of the sentence itself; `shuffledContext` is the
   * first predictor after sentences of another document; `languageModel` and `languageModelAlone` have the text before,
   * or nothing.
   */
  readonly methods: Readonly<Record<string, NextSentenceScore>>
}

const BASE = 'noVector'

/** Sums what documents cost. `told` is not empty, and each document has noVector. */
export function nextSentenceReport(
  told: readonly DocumentNats[],
  options: Pick<NextSentenceReport, 'context' | 'resamples' | 'seed'> & {
    readonly blurs?: Readonly<Record<string, number>>
  },
): NextSentenceReport {
  const { context, resamples, seed, blurs = {} } = options
  // The first document is without a context of another one; the rest has all methods, in order.
  const names = told.map(({ nats }) => Object.keys(nats)).reduce((a, b) => (b.length > a.length ? b : a))
  const statistic = (times: ArrayLike<number>): number[] => {
    const perToken = names.map((name) => {
      let [nats, base, tokens] = [0, 0, 0]
      for (const [d, one] of told.entries()) {
        const own = one.nats[name]
        if (own === undefined) continue
        nats += times[d]! * own
        base += times[d]! * one.nats[BASE]!
        tokens += times[d]! * one.tokens
      }
      // A draw may have no document of a method.
      return tokens === 0 ? [0, 0] : [nats / tokens, (base - nats) / tokens]
    })
    return perToken.flat()
  }
  const values = statistic(told.map(() => 1))
  const intervals = bootstrap(told.length, statistic, { seed, resamples })
  const sum = (of: (one: DocumentNats) => number) => told.reduce((total, one) => total + of(one), 0)
  return {
    documents: told.length,
    sentences: sum(({ sentences }) => sentences),
    tokens: sum(({ tokens }) => tokens),
    ...{ context, resamples, seed },
    methods: Object.fromEntries(
      names.map((name, i) => [
        name,
        {
          nats: values[2 * i]!,
          bits: values[2 * i]! / Math.LN2,
          interval: intervals[2 * i]!,
          ...(blurs[name] !== undefined && { blur: blurs[name] }),
          gain: { nats: values[2 * i + 1]!, interval: intervals[2 * i + 1]! },
        },
      ]),
    ),
  }
}
