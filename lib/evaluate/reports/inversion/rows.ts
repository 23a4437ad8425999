import type { JudgeDifference } from '../../suites/inversion/judge_difference.ts'
import type { InversionReport, KindReport } from '../../suites/inversion/report.ts'
import type { InversionScore } from '../../suites/inversion/score.ts'
import { type Column, cellsOf, languageColumns } from '../language.ts'
import { percent, type Rows } from '../rows.ts'

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

/** How many sentences a report is of, in words. */
export function sentenceCount({ sentences, asked = sentences }: InversionReport): string {
  const done = sentences < asked ? `${sentences.toLocaleString('en')} of ` : ''
  return `${done}${asked.toLocaleString('en')} sentence${asked === 1 ? '' : 's'}`
}

/** A row for each method, and the references as language as the last. */
export function methodRows(report: InversionReport): Rows {
  const methods = methodsOf(report)
  const scores = [...methods.map(([, score]) => score), report.human]
  const near: readonly Column<InversionScore>[] = [
    ['cosine', ({ cosine }) => cosine.toFixed(3)],
    ['95 % interval', ({ cosineInterval }) => cosineInterval.map((end) => end.toFixed(3)).join(' … ')],
    ['token F1', ({ tokenF1 }) => tokenF1.toFixed(3)],
    ['BLEU', ({ bleu }) => bleu.toFixed(1)],
    ['exact', ({ exact }) => percent(exact)],
    ['length', ({ lengthRatio }) => lengthRatio.toFixed(2)],
    ['stops', ({ stops }) => percent(stops)],
    ['distinct-2', ({ distinct2 }) => distinct2.toFixed(3)],
  ]
  const language = languageColumns(scores)
  const times: readonly Column<InversionScore>[] = [
    ['ms', ({ milliseconds }) => milliseconds.median.toFixed(0)],
    ['p95', ({ milliseconds }) => milliseconds.p95.toFixed(0)],
  ]
  const empty = (columns: readonly unknown[]) => columns.map(() => '')
  return {
    header: ['', ...[...near, ...language, ...times].map(([name]) => name)],
    rows: [
      ...methods.map(([method, score]) => [
        method,
        ...cellsOf(near, score),
        ...cellsOf(language, score),
        ...cellsOf(times, score),
      ]),
      ['human', ...empty(near), ...cellsOf(language, report.human), ...empty(times)],
    ],
  }
}

/** What stands below `methodRows`, as lines. */
export function aboutMethods({ human, known, judgeDifference }: InversionReport): string[] {
  const { nllWithVector } = human
  return [
    `nearest: of ${known}; no vector: drawn from the language model`,
    ...LEGEND.methods,
    ...(nllWithVector === undefined
      ? []
      : [`a token of the sentences costs the decoder ${nllWithVector.toFixed(3)} nats with their vectors`]),
    ...(judgeDifference === undefined ? [] : [aboutJudge(judgeDifference)]),
  ]
}

function aboutJudge({ nats, share, interval }: JudgeDifference): string {
  const ends = interval.map(signed).join(' … ')
  const more = `${nats < 0 ? '-' : '+'}${Math.abs(nats).toFixed(3)}`
  return `refined texts beside the sentences, under the judge: ${more} nats a token, ${signed(share)} (95 %: ${ends})`
}

/** A row for each kind of sentence, of what refinement found. */
export function kindRows(kinds: readonly KindReport[]): Rows {
  const judged = kinds.some(({ refined }) => refined.judgeNll !== undefined)
  return {
    header: [
      'kind',
      ...['sentences', 'cosine', 'token F1', 'exact', 'NLL told', 'unknown'],
      ...(judged ? ['judge', 'judge, human', 'difference'] : []),
      'ms',
    ],
    rows: kinds.map(({ kind, sentences, refined, human, judgeDifference }) => [
      kind,
      sentences.toLocaleString('en'),
      refined.cosine.toFixed(3),
      refined.tokenF1.toFixed(3),
      percent(refined.exact),
      human.nllWithVector.toFixed(3),
      refined.unknownWords === undefined ? '' : percent(refined.unknownWords),
      ...(judged
        ? [
            refined.judgeNll?.toFixed(2) ?? '',
            human.judgeNll?.toFixed(2) ?? '',
            judgeDifference ? signed(judgeDifference.share) : '',
          ]
        : []),
      refined.milliseconds.median.toFixed(0),
    ]),
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

/** What the columns of the tables are, as lines. */
export const LEGEND = {
  methods: [
    'cosine: of the encoded text with the vector; exact: the sentence itself, to the character',
    'length: words over words of the sentence; stops: ended by itself; distinct-2: different pairs of words',
    'NLL: nats of a token under the language model without a vector; judge: under another model that reads no vectors',
    'unknown: words that are not in the lexicon; repeated: pairs of words that stood in the text before',
    'ms: median and 95th percentile',
  ],
  kinds: [
    'of the refined texts; NLL told: nats of a token of the sentences under the decoder with their vectors',
    'judge: nats of a token under another model that reads no vectors, and what the texts cost it beside the sentences',
  ],
  lengths: ['the mean cosine of each method; token F1 and what follows are of the refined texts'],
} as const

function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`
}
