import type { Edge } from '../../store/record.ts'
import type { Relation } from './names.ts'
import type { Synset } from './synsets.ts'

/**
 * Relations that say where a word is used, or what a text is about. Many concepts that have nothing else in common meet in one
 * of them, so they weigh less: a path goes over one of them only where it would be long otherwise.
 */
const LOOSE: ReadonlySet<Relation> = new Set([
  'topic',
  'topic_member',
  'region',
  'region_member',
  'usage',
  'usage_member',
])
const LOOSE_WEIGHT = 0.25
/** Of relations that join words of two meanings rather than the meanings. */
const WORD_WEIGHT = 0.5

/** The relations of a synset to others; several between words of the same two, of one type, are one. */
export function edgesOf({ id, pointers }: Synset): Edge[] {
  const edges = new Map<string, Edge>()
  for (const { relation, target, words } of pointers) {
    const weight = LOOSE.has(relation) ? LOOSE_WEIGHT : words === null ? 1 : WORD_WEIGHT
    const key = `${relation} ${target}`
    if (weight > (edges.get(key)?.weight ?? 0))
      edges.set(key, { source: id, type: relation, target, weight, domainSpecific: null })
  }
  return [...edges.values()]
}
