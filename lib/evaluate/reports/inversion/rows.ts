import type { InversionReport } from '../../suites/inversion/report.ts'
import type { InversionScore } from '../../suites/inversion/score.ts'

/** A table of formatted numbers; the first cell of a row is its name. */
export interface Rows {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The methods of a report by the names that tables and plots give them. */
export function methodsOf({ refined, beam, baselines }: InversionReport): [string, InversionScore][] {
  return [
    ['refined', refined],
    ['beam', beam],
    ['nearest', baselines.nearest],
    ['no vector', baselines.noVector],
  ]
}

/** The lengths of a bucket, as '9–16' or '33+'. */
export function lengthName([least, most]: readonly [number, number | null]): string {
  return most === null ? `${least}+` : `${least}–${most}`
}

/** What `nearest` is nearest of, as a line. */
export function knownLine({ known }: InversionReport): string {
  return `nearest: of ${known}; no vector: drawn from the language model`
}

/** How many sentences a report is of, in words. */
export function sentenceCount({ sentences, asked = sentences }: InversionReport): string {
  const done = sentences < asked ? `${sentences.toLocaleString('en')} of ` : ''
  return `${done}${asked.toLocaleString('en')} sentence${asked === 1 ? '' : 's'}`
}

/** A row for each method, and the language model's view of the references as the last. */
export function methodRows(report: InversionReport): Rows {
  const columns: [name: string, (score: InversionScore) => string][] = [
    ['cosine', ({ cosine }) => cosine.toFixed(3)],
    ['95 % interval', ({ cosineInterval }) => cosineInterval.map((end) => end.toFixed(3)).join(' … ')],
    ['token F1', ({ tokenF1 }) => tokenF1.toFixed(3)],
    ['BLEU', ({ bleu }) => bleu.toFixed(1)],
    ['exact', ({ exact }) => percent(exact)],
    ['length', ({ lengthRatio }) => lengthRatio.toFixed(2)],
    ['stops', ({ stops }) => percent(stops)],
    ['distinct-2', ({ distinct2 }) => distinct2.toFixed(3)],
    ['NLL', ({ nll }) => nll.toFixed(2)],
    ['ms', ({ milliseconds }) => milliseconds.median.toFixed(0)],
    ['p95', ({ milliseconds }) => milliseconds.p95.toFixed(0)],
  ]
  const human = columns.map(([name]) => (name === 'NLL' ? report.human.nll.toFixed(2) : ''))
  return {
    header: ['', ...columns.map(([name]) => name)],
    rows: [
      ...methodsOf(report).map(([method, score]) => [method, ...columns.map(([, cell]) => cell(score))]),
      ['human', ...human],
    ],
  }
}

/** A row for each bucket of lengths: the cosine of every method, then more of what refinement found. */
export function lengthRows(report: InversionReport): Rows {
  const methods = methodsOf(report)
  return {
    header: [
      'tokens',
      'sentences',
      ...methods.map(([method]) => method),
      ...['token F1', 'BLEU', 'exact', 'stops'],
    ],
    rows: report.refined.byLength.map(({ tokens, count, tokenF1, bleu, exact, stops }, bucket) => [
      lengthName(tokens),
      count.toLocaleString('en'),
      ...methods.map(([, { byLength }]) => byLength[bucket]!.cosine.toFixed(3)),
      tokenF1.toFixed(3),
      bleu.toFixed(1),
      percent(exact),
      percent(stops),
    ]),
  }
}

/** What the columns of `methodRows` and `lengthRows` are, as lines. */
export const LEGEND = {
  methods: [
    'cosine: of the encoded text with the vector; exact: the sentence itself, to the character',
    'length: words over words of the sentence; stops: ended by itself; distinct-2: different pairs of words',
    'NLL: nats of a token under the language model without a vector; ms: median and 95th percentile',
  ],
  lengths: ['the mean cosine of each method; token F1 and what follows are of the refined texts'],
} as const

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
