import { badArgument, check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { checkSeed, randomNumbers } from '../../ops/random_numbers.ts'
import { quantile } from './bootstrap.ts'

/** What a router chose in a document. */
export interface RoutedDocument {
  /** The document's domain or book. */
  readonly group: string
  /** Chosen experts of each sample of the document, best first: i32 [samples · topK]. */
  readonly chosen: Int32Array
}

/** How much routing tells of the groups of documents, and how it spreads its work. Plain JSON. */
export interface RoutingReport {
  readonly samples: number
  readonly groups: number
  /** Normalised mutual information of the best expert and the group, 0 … 1. */
  readonly mutualInformation: number
  /** The same after whole documents changed groups at random: mean, and what 95 % of the shuffles stay below. */
  readonly shuffled: { readonly mean: number; readonly high: number }
  /** Share of all choices that went to each expert. */
  readonly load: readonly number[]
  /** The largest load over the fair share, 1 / experts. */
  readonly largestLoad: number
}

/** What the router is, and the control that it is compared with. */
export interface RoutingOptions {
  readonly experts: number
  /** Choices of a sample. */
  readonly topK: number
  readonly seed?: number | undefined
  readonly shuffles?: number | undefined
}

/**
 * How much a router's best expert tells of the group, and how evenly it uses its experts. The control shuffles the
 * groups of documents, not of samples: those of one document are alike whatever the router does.
 *
 * @throws VmmError BAD_ARGUMENT for no samples, other counts, experts out of range, and options out of range
 * @example
 * ```js
 * import { routingReport } from 'vector-mamba/evaluate'
 *
 * const documents = [
 *   { group: 'sea', chosen: Int32Array.from([0, 0, 0]) },
 *   { group: 'law', chosen: Int32Array.from([1, 1, 1]) },
 * ]
 * const { mutualInformation, load } = routingReport(documents, { experts: 2, topK: 1 })
 * console.log(mutualInformation.toFixed(2), load) // 1.00 [ 0.5, 0.5 ]
 * ```
 */
export function routingReport(documents: readonly RoutedDocument[], options: RoutingOptions): RoutingReport {
  refuseUnknown(options, { experts: true, topK: true, seed: true, shuffles: true })
  const { experts, topK, seed = 0, shuffles = 200 } = options
  for (const [name, value] of Object.entries({ experts, shuffles }))
    check(Number.isInteger(value) && value > 0, name, value, 'a positive integer')
  check(Number.isInteger(topK) && topK > 0 && topK <= experts, 'topK', topK, `1 … ${experts}, the experts`)
  checkSeed(seed)
  const counts = new Float64Array(experts)
  const best: number[] = []
  const documentOf: number[] = []
  for (const [d, { chosen }] of documents.entries()) {
    if (chosen.length % topK !== 0)
      throw badArgument('chosen', `${chosen.length} choices`, `a multiple of ${topK}`)
    for (const [i, expert] of chosen.entries()) {
      check(expert >= 0 && expert < experts, 'chosen', expert, `0 … ${experts - 1}`)
      counts[expert]!++
      if (i % topK !== 0) continue
      best.push(expert)
      documentOf.push(d)
    }
  }
  const samples = best.length
  if (samples === 0) throw badArgument('documents', 'no sample', 'at least one')
  const groups = numbered(documents.map(({ group }) => group))
  const groupsOf = (of: readonly number[]) => documentOf.map((d) => of[d]!)
  const numbers = randomNumbers(seed)
  const mixed = [...groups]
  const control = Float64Array.from({ length: shuffles }, () => {
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = numbers.below(i + 1)
      ;[mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!]
    }
    return mutualInformation(best, groupsOf(mixed))
  }).sort()
  const load = [...counts].map((n) => n / (samples * topK))
  return {
    samples,
    groups: new Set(groups).size,
    mutualInformation: mutualInformation(best, groupsOf(groups)),
    shuffled: { mean: control.reduce((a, b) => a + b) / shuffles, high: quantile(control, 0.95) },
    load,
    largestLoad: Math.max(...load) * experts,
  }
}

/**
 * Normalised mutual information of two labellings: I(a; b) over the mean of their entropies (Strehl and Ghosh 2002,
 * with the arithmetic mean). 0 where one of them has a single label, which tells nothing.
 */
export function mutualInformation<A, B>(a: readonly A[], b: readonly B[]): number {
  if (a.length !== b.length) throw badArgument('labels', `${b.length} labels`, `${a.length}, one for each`)
  const first = numbered(a)
  const second = numbered(b)
  const joint = first.map((label, i) => label * second.length + second[i]!)
  const [ha, hb] = [entropy(first), entropy(second)]
  return ha === 0 || hb === 0 ? 0 : Math.max(0, (2 * (ha + hb - entropy(joint))) / (ha + hb))
}

/** Labels as numbers in the order in which they come. */
function numbered<T>(labels: readonly T[]): number[] {
  const known = new Map<T, number>()
  return labels.map((label) => {
    const number = known.get(label) ?? known.size
    known.set(label, number)
    return number
  })
}

/** In nats. */
function entropy(labels: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  let sum = 0
  for (const n of counts.values()) sum -= (n / labels.length) * Math.log(n / labels.length)
  return sum
}
