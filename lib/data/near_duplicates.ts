import type { SourceDocument } from './sources.ts'

/** What is compared of a document. */
type Wording = Pick<SourceDocument, 'id' | 'sentences'>

/** Two documents that share wording. */
export interface Overlap {
  readonly id: string
  /** The held-out document that most of it is shared with. */
  readonly heldOut: string
  /** Runs of words that both have, over those of the shorter one. */
  readonly share: number
}

/** Words of a run: eight in a row that come twice are a quotation or a copy, seldom chance. */
const RUN = 8
/** One in so many runs is looked at, chosen by its hash: the same ones in every document. */
const SAMPLED = 8
/** Documents of fewer sampled runs are too short to tell. */
const LEAST = 4

/**
 * Documents that share at least `share` of their runs of eight words with a held-out one, most first: what must not be
 * trained on where the other is kept for tests. Case and punctuation do not count. After the resemblance of documents of
 * Broder 1997 ("On the resemblance and containment of documents"), with containment in the shorter one.
 */
export function nearDuplicates<D extends Wording>(
  documents: Iterable<D>,
  heldOut: Iterable<Wording>,
  share: number,
): Map<D, Overlap> {
  const known: { readonly id: string; readonly runs: number }[] = []
  const where = new Map<number, number[]>()
  for (const { id, sentences } of heldOut) {
    const runs = sampledRuns(sentences)
    for (const run of runs) {
      const places = where.get(run)
      if (places) places.push(known.length)
      else where.set(run, [known.length])
    }
    known.push({ id, runs: runs.size })
  }
  const found: [D, Overlap][] = []
  for (const document of documents) {
    const { id, sentences } = document
    const runs = sampledRuns(sentences)
    const shared = new Map<number, number>()
    for (const run of runs) for (const i of where.get(run) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1)
    let best: Overlap | null = null
    for (const [i, count] of shared) {
      const shorter = Math.min(runs.size, known[i]!.runs)
      if (shorter < LEAST || count / shorter < (best?.share ?? share)) continue
      best = { id, heldOut: known[i]!.id, share: count / shorter }
    }
    if (best) found.push([document, best])
  }
  // Ids are unique in a file only: documents are told by themselves.
  return new Map(found.sort(([, a], [, b]) => b.share - a.share))
}

function sampledRuns(sentences: readonly string[]): Set<number> {
  const words = sentences
    .flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => [...word].reduce((hash, letter) => mixed(hash, letter.codePointAt(0)!), 0))
  const runs = new Set<number>()
  for (let i = 0; i + RUN <= words.length; i++) {
    let [high, low] = [1, 2]
    for (let j = i; j < i + RUN; j++) [high, low] = [mixed(high, words[j]!), mixed(low, ~words[j]!)]
    // 53 bits: among millions of runs no two differ and have the same.
    if (low % SAMPLED === 0) runs.add((high >>> 0) * 2 ** 21 + (low >>> 11))
  }
  return runs
}

/** A step of MurmurHash3 (Appleby, public domain), unsigned. */
function mixed(hash: number, value: number): number {
  const k = Math.imul(value, 0xcc9e2d51)
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) >>> 0
}
