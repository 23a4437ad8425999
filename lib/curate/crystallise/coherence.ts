import { dotOfRows } from '../../core/rows.ts'
import type { RandomNumbers } from '../../ops/random_numbers.ts'
import type { Links } from './links.ts'
import { rankAmong, type TwoGroups, twoGroups } from './two_groups.ts'

/** Concepts as their coherence is judged. Rows are of unit length. */
export interface Judged {
  /** Vectors of texts and of the forms that they are known by, f32 [n · dims]. */
  readonly texts: Float32Array
  readonly forms: Float32Array
  readonly dims: number
  /** Concepts, by the rows of their vectors. */
  readonly rows: Int32Array
  /** Which concepts they are said to be related to. */
  readonly links: Links
}

/** Random pairs that likeness is compared with, at most. */
const MOST_RANDOM = 1 << 16
/** Of a form that is the text itself, likeness says nothing. */
const SAME = 0.9999
/** What two neighbours say is not independent of each other, so that each counts less than once. */
const COUNTS = 0.7
const PASSES = 4

/**
 * How probable it is of each concept that its text is of its forms, and of what it is related to: f64 [concepts]. Three kinds of
 * pairs say so: a text and its own form, a text and the text of a neighbour, a text and the form of a neighbour. Each pair is
 * ranked among random pairs of its kind, and `twoGroups` tells how much likelier that rank is where text and form belong
 * together. A neighbour says the less the less coherent it is itself, so the concepts are judged some times over.
 */
export function coherences(judged: Judged, numbers: RandomNumbers): Float64Array {
  const { texts, forms, dims, rows, links } = judged
  const count = rows.length
  if (count < 2) return new Float64Array(count).fill(1)
  const product = (a: Float32Array, i: number, b: Float32Array, j: number) =>
    dotOfRows(a, rows[i]!, b, rows[j]!, dims)
  const others = (a: Float32Array, b: Float32Array) =>
    rankAmong(
      Float64Array.from({ length: Math.min(MOST_RANDOM, 32 * count) }, () => {
        const i = numbers.below(count)
        return product(a, i, b, (i + 1 + numbers.below(count - 1)) % count)
      }),
    )
  const rankOfTexts = others(texts, texts)
  const rankOfForms = others(texts, forms)

  const own = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const likeness = product(texts, i, forms, i)
    own[i] = likeness > SAME ? Number.NaN : rankOfForms(likeness)
  }
  const pairs = links.to.length
  const toText = new Float64Array(pairs)
  const toForm = new Float64Array(pairs)
  for (let i = 0; i < count; i++)
    for (let at = links.first[i]!; at < links.first[i + 1]!; at++) {
      const j = links.to[at]!
      toText[at] = rankOfTexts(product(texts, i, texts, j))
      toForm[at] = rankOfForms(product(texts, i, forms, j))
    }
  const ownPairs = twoGroups(own.filter((rank) => !Number.isNaN(rank)))
  return judge(ownPairs.share, own, toText, toForm, links, [ownPairs, twoGroups(toText), twoGroups(toForm)])
}

function judge(
  share: number,
  own: Float64Array,
  toText: Float64Array,
  toForm: Float64Array,
  { first, to, weight }: Links,
  [ownPairs, textPairs, formPairs]: readonly [TwoGroups, TwoGroups, TwoGroups],
): Float64Array {
  const before = Math.log(share / (1 - share + 1e-6))
  let coherence = new Float64Array(own.length).fill(share)
  for (let pass = 0; pass < PASSES; pass++) {
    const next = new Float64Array(own.length)
    for (let i = 0; i < own.length; i++) {
      let sum = before + (Number.isNaN(own[i]!) ? 0 : Math.log(ownPairs.ratio(own[i]!)))
      for (let at = first[i]!; at < first[i + 1]!; at++) {
        const sure = coherence[to[at]!]!
        const said = Math.log(sure * textPairs.ratio(toText[at]!) + 1 - sure)
        sum += COUNTS * weight[at]! * (said + Math.log(formPairs.ratio(toForm[at]!)))
      }
      next[i] = 1 / (1 + Math.exp(-sum))
    }
    coherence = next
  }
  return coherence
}
