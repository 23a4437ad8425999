import type { Results, Row } from './row.ts'

type Differs = NonNullable<Row['differs']>

/** Vectors whose cosines to the peer's are lower than `least` are others. The mean of all is taken off, which most share. */
export function directions(least: number): Differs {
  return (ours, theirs) => {
    if (ours.length !== theirs.length) return `${theirs.length} vectors, not ${ours.length}`
    const [own, other] = [centred(ours), centred(theirs)]
    const lowest = Math.min(...own.map((vector, i) => cosine(vector, other[i]!)))
    return lowest >= least ? null : `computes something else: its vectors have cosines from ${lowest} to ours`
  }
}

/** Token ids must be the same, save for those of some texts in a thousand. */
export const tokenIds: Differs = (ours, theirs) => {
  const same = (a: ArrayLike<number>, b: ArrayLike<number> | undefined) =>
    a.length === b?.length && Array.from(a).every((id, i) => id === b[i])
  const others = ours.filter((ids, i) => !same(ids, theirs[i])).length
  return others <= ours.length / 1000 ? null : `other ids for ${others} of ${ours.length} texts`
}

function centred(vectors: Results): Float64Array[] {
  const mean = new Float64Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length
  return vectors.map((vector) => Float64Array.from(mean, (middle, i) => vector[i]! - middle))
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [product, own, other] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!
    own += a[i]! ** 2
    other += b[i]! ** 2
  }
  return product / Math.sqrt(own * other)
}
