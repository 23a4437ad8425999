import type { Fields } from '../../core/fields.ts'
import type { Overlap } from '../../data/near_duplicates.ts'

/** Groups of documents (books, domains) that a run does not train on. */
export interface DocumentGroups {
  readonly heldOut: readonly string[]
  readonly reserved: readonly string[]
}

export function documentGroups(fields: Fields): DocumentGroups {
  return {
    heldOut: fields.texts(
      'heldOut',
      [],
      'Groups of documents (books, domains) that are kept for tests, whole.',
    ),
    reserved: fields.texts(
      'reserved',
      [],
      'Groups that this run uses for nothing: those that the model which judges its texts is trained on.',
    ),
  }
}

/** What a run tells people of documents that it leaves out. */
export function aboutNearDuplicates({ length }: readonly Overlap[]): string[] {
  if (length === 0) return []
  return [`${length.toLocaleString('en')} documents are left out: nearly the same as one that is held out`]
}
