import { check } from '../../core/errors.ts'
import { cohensKappa } from '../../core/kappa.ts'

/** How far two that label the same things agree. */
export interface Agreement {
  readonly count: number
  /** The share of things to which both give the same label, 0 … 1. */
  readonly share: number
  /** Cohen's kappa: what of it is beyond chance, at most 1; 0 for as often as chance would, null for none or where it is not defined. */
  readonly kappa: number | null
}

/**
 * How far two labellings agree (Cohen 1960). From 0.6 on it is called substantial.
 *
 * @throws VmmError BAD_ARGUMENT for lists of two lengths
 * @example
 * ```js
 * import { labelAgreement } from 'vector-mamba/curate'
 *
 * const { share, kappa } = labelAgreement(['sea', 'sea', 'law', 'law'], ['sea', 'sea', 'law', 'sea'])
 * console.log(share, kappa) // 0.75 0.5
 * ```
 */
export function labelAgreement(a: readonly string[], b: readonly string[]): Agreement {
  check(Array.isArray(a), 'a', a, 'an array of labels')
  check(Array.isArray(b) && b.length === a.length, 'b', b, `${a.length} labels, as many as a has`)
  const count = a.length
  const share = count === 0 ? 0 : a.filter((label, i) => label === b[i]).length / count
  const labels = new Map([...new Set([...a, ...b])].map((label, i) => [label, i]))
  const places = (list: readonly string[]) => Int32Array.from(list, (label) => labels.get(label)!)
  return { count, share, kappa: cohensKappa(places(a), places(b), labels.size) }
}
