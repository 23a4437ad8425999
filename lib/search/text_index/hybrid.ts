import { cosine } from '../../core/similarity.ts'
import type { Space } from '../../core/space.ts'
import type { Vectors } from '../../core/vectors.ts'
import type { ConceptFilter } from '../../store/record.ts'
import type { ConceptStore, Found } from '../../store/store.ts'

/** Candidates of each search: at least so many, and so many for each hit. */
const [LEAST_CANDIDATES, CANDIDATES_PER_HIT] = [100, 2]
/** What matches less than this share of the best has its common words alone: it counts as no match. */
const LEAST_MATCH = 0.5
/** What is added to ranks, so that the first ones do not decide alone: the value of the paper. */
const K = 60

/** What is looked for: a text and its vector. */
export interface HybridQuery {
  readonly text: string
  /** One of the space. */
  readonly vector: Vectors
  readonly space: Space
}

/**
 * The texts that are near to a text in what they mean or have its words, best first. Both searches give candidates. Each is
 * ranked by its cosine among all of them, and by its words where it has any; what counts is the sum of 1 / (60 + rank). So
 * what is first by a rare word comes to the front though its cosine is not the highest, and what is good by both stays ahead.
 *
 * Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
 *
 * @returns with the exact cosine of each; texts without a vector in the space are left out
 * @throws VmmError UNSUPPORTED where the store has no full text; what the store throws
 */
export async function hybridSearch(
  store: ConceptStore,
  { text, vector, space }: HybridQuery,
  k: number,
  options: {
    readonly filter?: ConceptFilter | undefined
    readonly signal?: AbortSignal | undefined
    readonly threads?: number | undefined
  },
): Promise<Found[]> {
  const { filter, signal, threads } = options
  const count = Math.max(LEAST_CANDIDATES, CANDIDATES_PER_HIT * k)
  const matches = await store.matching(text, count, { filter, signal })
  const [near] = await store.nearest(vector, count, { filter, signal, threads })
  const cosines = new Map(near!.map(({ id, cosine }) => [id, cosine]))
  const unknown = matches.map(({ id }) => id).filter((id) => !cosines.has(id))
  const [query] = vector
  for (const [i, row] of (await store.vectors(space, unknown)).entries())
    if (row !== null) cosines.set(unknown[i]!, cosine(row, query!))
  const scores = new Map<string, number>()
  const byCosine = [...cosines].sort(([, a], [, b]) => b - a)
  for (const [rank, [id]] of byCosine.entries()) scores.set(id, 1 / (K + rank + 1))
  const least = LEAST_MATCH * (matches[0]?.score ?? 0)
  const words = matches.filter(({ id, score }) => cosines.has(id) && score >= least)
  for (const [rank, { id }] of words.entries()) scores.set(id, scores.get(id)! + 1 / (K + rank + 1))
  return byCosine
    .map(([id, cosine]) => ({ id, cosine }))
    .sort((a, b) => scores.get(b.id)! - scores.get(a.id)!)
    .slice(0, k)
}
