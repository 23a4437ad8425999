import type { AgreementCoefficient } from '../../evaluate/agreement/coefficient.ts'
import type {
  RaterReport,
  RatingsReport,
  ScaleAgreement,
  SystemReport,
} from '../../evaluate/annotation/report.ts'
import type { Interval } from '../../evaluate/metrics/bootstrap.ts'
import { percent, type Rows } from '../../evaluate/reports/rows.ts'
import { type CliContext, styles } from '../context.ts'
import { aligned } from './aligned.ts'
import { counted } from './counted.ts'
import { printable } from './printable.ts'

/** What ratings come to, as lines of text: how far raters agree, how each rates, how each system was rated. */
export function ratingsTable(report: RatingsReport, world: Pick<CliContext, 'stdout' | 'env'>): string {
  const { bold, dim } = styles(world.stdout, world.env)
  const table = (rows: Rows, about: string) => {
    const [header, ...others] = aligned(rows)
    return [bold(header!), ...others, dim(about), '']
  }
  const { ratings, replaced, pairs, raters, agreement, systems } = report
  const anew = replaced > 0 ? `, ${replaced.toLocaleString('en')} more were given anew` : ''
  const rated = `${counted(ratings, 'rating')} of ${counted(pairs, systems ? 'pair' : 'item')} by ${counted(raters.length, 'rater')}${anew}`
  return [
    ...table(
      agreementRows(agreement),
      `${rated}; alpha: Krippendorff's; kappa of two: Cohen's, weighted by squared differences; – where all ratings are equal or there are none`,
    ),
    ...table(
      raterRows(raters),
      systems
        ? 'seconds: the median of an item; again: pairs that were rated twice, how many got the same rating, and the mean difference'
        : 'seconds: the median of an item; what came twice is told with --key, and so is how each system was rated',
    ),
    ...(systems
      ? table(systemRows(systems), 'means of the pairs of a system, each the mean of its raters')
      : []),
  ].join('\n')
}

const NONE = '–'
const number = (value: number | null, digits: number) => value?.toFixed(digits) ?? NONE
const ends = (interval: Interval | null, digits: number) =>
  interval?.map((end) => end.toFixed(digits)).join(' … ') ?? NONE

function agreementRows({ meaning, fluency }: RatingsReport['agreement']): Rows {
  const cells = ({ value, interval, units }: AgreementCoefficient) => [
    number(value, 3),
    ends(interval, 3),
    units.toLocaleString('en'),
  ]
  const row = (name: string, of: (scale: ScaleAgreement) => AgreementCoefficient) => [
    name,
    ...cells(of(meaning)),
    ...cells(of(fluency)),
  ]
  return {
    header: ['agreement', 'meaning', '95 % interval', 'rated', 'fluency', '95 % interval', 'rated'],
    rows: [
      row('alpha, ordinal', ({ alpha }) => alpha.ordinal),
      row('alpha, interval', ({ alpha }) => alpha.interval),
      row('alpha, nominal', ({ alpha }) => alpha.nominal),
      row("Fleiss' kappa", ({ fleiss }) => fleiss),
      ...meaning.cohen.flatMap(({ raters }, i) => {
        const names = raters.map(printable).join(' and ')
        return [
          row(`kappa, ${names}`, ({ cohen }) => cohen[i]!.plain),
          row(`  weighted`, ({ cohen }) => cohen[i]!.quadratic),
        ]
      }),
    ],
  }
}

function raterRows(raters: readonly RaterReport[]): Rows {
  const again = ({ repeated }: RaterReport['meaning']) =>
    repeated === null
      ? [NONE, NONE, NONE]
      : [repeated.pairs.toLocaleString('en'), percent(repeated.same), repeated.difference.toFixed(2)]
  return {
    header: [
      'rater',
      'items',
      'seconds',
      ...['meaning', 'fluency'].flatMap((name) => [name, 'again', 'same', 'apart']),
    ],
    rows: raters.map(({ rater, items, milliseconds, meaning, fluency }) => [
      printable(rater),
      items.toLocaleString('en'),
      (milliseconds / 1000).toFixed(1),
      ...[meaning, fluency].flatMap((scale) => [number(scale.mean, 2), ...again(scale)]),
    ]),
  }
}

function systemRows(systems: readonly SystemReport[]): Rows {
  return {
    header: ['system', ...['meaning', 'fluency'].flatMap((name) => [name, '95 % interval', 'pairs'])],
    rows: systems.map(({ system, meaning, fluency }) => [
      printable(system),
      ...[meaning, fluency].flatMap(({ mean, interval, pairs }) => [
        number(mean, 2),
        ends(interval, 2),
        pairs.toLocaleString('en'),
      ]),
    ]),
  }
}
