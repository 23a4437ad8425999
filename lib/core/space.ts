import { check, VmmError } from './errors.ts'

/** Name of an embedding space, such as `use-lite-512`. Only vectors of one space can be compared. */
export type Space = string

const NAME = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/

/** True for lower-case letters and digits, joined by single '-' or '.'; at most 64 characters. */
export function isSpace(value: unknown): value is Space {
  return typeof value === 'string' && value.length <= 64 && NAME.test(value)
}

/**
 * Throws unless two things live in the same embedding space.
 *
 * @param a, b anything that carries a space: vectors, a model, a store
 * @throws VmmError SPACE_MISMATCH naming both spaces, BAD_ARGUMENT when one is not a space's name
 */
export function requireSameSpace(a: { readonly space: Space }, b: { readonly space: Space }): void {
  for (const { space } of [a, b]) check(isSpace(space), 'space', space, "a name such as 'use-lite-512'")
  if (a.space !== b.space)
    throw new VmmError(
      'SPACE_MISMATCH',
      `vectors of space '${a.space}' cannot meet vectors of space '${b.space}'`,
    )
}
