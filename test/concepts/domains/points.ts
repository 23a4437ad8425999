import { VmmError } from '../../../lib/core/errors.ts'
import { trustedVectors, type Vectors } from '../../../lib/core/vectors.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'

export const space = 'points'

/** Vectors from plain rows. */
export function vectors(rows: readonly (readonly number[])[], dims = rows[0]?.length ?? 2): Vectors {
  const data = Float32Array.from(rows.flat())
  return trustedVectors([data], dims, space)
}

/** `each` points around every centre, within `spread` of it on each axis; and the centre of each. */
export function blobs(
  centres: readonly (readonly number[])[],
  each: number,
  spread: number,
  seed = 1,
): { vectors: Vectors; labels: string[] } {
  const numbers = randomNumbers(seed)
  const rows: number[][] = []
  const labels: string[] = []
  for (
    let i = 0;
    i < each;
    i++ // one of each in turn, so that order says nothing
  )
    for (const [c, centre] of centres.entries()) {
      rows.push(centre.map((x) => x + spread * (2 * numbers.next() - 1)))
      labels.push(`c${c}`)
    }
  return { vectors: vectors(rows), labels }
}

/** The VmmError that a call or a promise ends with. */
export async function refusal(call: () => unknown): Promise<VmmError> {
  try {
    await call()
  } catch (error) {
    if (error instanceof VmmError) return error
    throw error
  }
  throw new Error('not refused')
}
