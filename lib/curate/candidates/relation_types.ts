import { badArgument, check, describe } from '../../core/errors.ts'

/** A kind of relation. */
export interface RelationType {
  readonly name: string
  /** What holds from the target to the source where it holds; its own name where it is symmetric; null: nothing. */
  readonly inverse: string | null
  /** Whether it follows from A to B and B to C that it holds from A to C, so that a circle of it is a mistake. */
  readonly transitive: boolean
}

const type = (name: string, inverse: string | null, transitive = false): RelationType => ({
  name,
  inverse,
  transitive,
})

/**
 * Between concepts: the target is the source's parent, and so on.
 *
 * @example
 * ```js
 * import { CONCEPT_RELATIONS } from 'vector-mamba/curate'
 *
 * console.log(CONCEPT_RELATIONS.find(({ name }) => name === 'parent').inverse) // child
 * ```
 */
export const CONCEPT_RELATIONS: readonly RelationType[] = [
  type('parent', 'child', true),
  type('child', 'parent', true),
  type('sibling', 'sibling'),
  type('enables', 'enabled_by'),
  type('enabled_by', 'enables'),
  type('requires', 'required_by'),
  type('required_by', 'requires'),
  type('conflicts_with', 'conflicts_with'),
]

/**
 * Between pieces of code, or code and what it does.
 *
 * @example
 * ```js
 * import { CODE_RELATIONS } from 'vector-mamba/curate'
 *
 * console.log(CODE_RELATIONS.find(({ name }) => name === 'implements').inverse) // implemented_by
 * ```
 */
export const CODE_RELATIONS: readonly RelationType[] = [
  type('implements', 'implemented_by'),
  type('implemented_by', 'implements'),
  type('optimizes', 'optimized_by', true),
  type('optimized_by', 'optimizes', true),
  type('generalizes', 'specializes', true),
  type('specializes', 'generalizes', true),
  type('tests', 'tested_by'),
  type('tested_by', 'tests'),
  type('depends_on', 'dependency_of'),
  type('dependency_of', 'depends_on'),
  type('parallel_to', 'parallel_to'),
  type('inverse_of', 'inverse_of'),
  type('composed_of', 'part_of', true),
  type('part_of', 'composed_of', true),
  type('less_efficient_than', 'more_efficient_than', true),
  type('more_efficient_than', 'less_efficient_than', true),
  type('alternative_to', 'alternative_to'),
]

/** Known kinds of relations by their names: those above and the user's own. */
export type RelationTypes = ReadonlyMap<string, RelationType>

/**
 * The kinds of relations that a run knows. An inverse that nobody has described is added.
 *
 * @param own the user's, which take the place of those of the same name
 * @throws VmmError BAD_ARGUMENT for a name that is no word, and for two that are each other's inverse by one side only
 * @example
 * ```js
 * import { relationTypes } from 'vector-mamba/curate'
 *
 * const types = relationTypes([{ name: 'cites', inverse: 'cited_by', transitive: false }])
 * console.log(types.get('cited_by').inverse, types.get('sibling').inverse) // cites sibling
 * ```
 */
export function relationTypes(own: readonly RelationType[] = []): RelationTypes {
  const types = new Map([...CONCEPT_RELATIONS, ...CODE_RELATIONS, ...own].map((one) => [one.name, one]))
  for (const { name, inverse } of own) {
    for (const word of [name, inverse])
      check(
        word === null || (typeof word === 'string' && /^\w{1,64}$/.test(word)),
        'relations',
        word,
        'a word',
      )
    if (inverse !== null && !types.has(inverse)) {
      types.set(inverse, { name: inverse, inverse: name, transitive: types.get(name)!.transitive })
      continue
    }
    const back = inverse === null ? name : types.get(inverse)!.inverse
    if (back !== name)
      throw badArgument(
        'relations',
        describe(own.map((one) => one.name)),
        `${inverse} with the inverse ${name}`,
      )
  }
  return types
}
