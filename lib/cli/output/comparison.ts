import type { BaselineScore, Comparison, Score } from '../../evaluate/metrics/compare.ts'
import type { RoutingReport } from '../../evaluate/metrics/routing.ts'
import { type CliContext, styles } from '../context.ts'
import { aligned } from './aligned.ts'

/** A comparison as lines of text: the model, then each baseline with what the model has over it. */
export function comparisonTable(name: string, compared: Comparison, context: CliContext): string {
  const { bold, dim } = styles(context.stdout, context.env)
  const { documents, tooShort, positions, candidates, context: sentences, skip } = compared
  const header = ['', 'accuracy', '95 % interval', 'margin', '95 % interval', 'cosine', 'error']
  const baselines = Object.entries(compared.baselines).map(([other, score]) =>
    scoreRow(other, score, score.margin),
  )
  const [first, ...rows] = aligned({ header, rows: [scoreRow(name, compared.model, null), ...baselines] })
  const about =
    `${count(positions, 'sentence')} of ${count(documents, 'document')}` +
    `${tooShort > 0 ? ` (${tooShort} too short)` : ''}, each after ${sentences} or more; told from ` +
    `${(candidates.mean - 1).toFixed(1)} others${skip > 0 ? ` (none of the last ${skip})` : ''}: ` +
    `chance ${percent(candidates.chance)}`
  return [bold(first!), ...rows, dim(about), ''].join('\n')
}

/** How a router uses its experts, as lines of text. */
export function routingText({ mutualInformation, shuffled, load, largestLoad }: RoutingReport): string {
  const information =
    `routing: mutual information of expert and group ${mutualInformation.toFixed(3)} ` +
    `(shuffled ${shuffled.mean.toFixed(3)}, 95 % below ${shuffled.high.toFixed(3)})`
  const loads = `load of the experts: ${load.map(percent).join(', ')}; the largest is ${largestLoad.toFixed(2)}× its share`
  return `${information}\n${loads}\n`
}

function scoreRow(name: string, score: Score, margin: BaselineScore['margin'] | null): string[] {
  const { contrastiveAccuracy, interval, cosine, squaredError } = score
  return [
    name,
    percent(contrastiveAccuracy),
    interval.map(percent).join(' … '),
    margin ? signed(margin.accuracy) : '',
    margin ? margin.interval.map(signed).join(' … ') : '',
    cosine.toFixed(3),
    squaredError.toFixed(3),
  ]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)}`
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`
}
