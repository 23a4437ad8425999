import { hasKind } from '../../decoding/states.ts'
import type { LanguageNetwork } from '../../network.ts'

/**
 * Sequences that a text needs where tokens are read that may turn out wrong. Rows of a cache are forgotten; a state that is
 * rewritten with every token is kept in one sequence, and guesses are read in a second one.
 */
export function placesOf({ family, config }: Pick<LanguageNetwork, 'family' | 'config'>): number {
  return hasKind(family.states(config), 'sequence') ? 2 : 1
}
