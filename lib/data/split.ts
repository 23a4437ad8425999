import { createHash } from 'node:crypto'
import { check } from '../core/errors.ts'

/** What a document is for. */
export type SplitPart = 'train' | 'validation' | 'test'

export const PARTS: readonly SplitPart[] = ['train', 'validation', 'test']

/** How documents are divided into parts. */
export interface SplitOptions {
  /** Default 0. */
  readonly seed?: number | undefined
  /** Fractions of the documents; the rest is for training. Defaults 0.05 and 0.1. */
  readonly validation?: number | undefined
  readonly test?: number | undefined
}

/**
 * Which part a document belongs to, by a hash of its id and the seed: the same in every run and on every machine,
 * whatever other documents there are.
 *
 * @throws VmmError for fractions below 0 or of more than 1 together
 */
export function partOf(id: string, options: SplitOptions = {}): SplitPart {
  const { seed = 0, validation = 0.05, test = 0.1 } = options
  check(validation >= 0 && validation <= 1, 'split.validation', validation, 'a fraction from 0 to 1')
  check(test >= 0 && validation + test <= 1, 'split.test', test, 'a fraction from 0 to 1 - validation')
  const hash = createHash('sha256').update(`${seed}\n${id}`).digest()
  const place = hash.readUIntBE(0, 6) / 2 ** 48
  return place < test ? 'test' : place < test + validation ? 'validation' : 'train'
}

/** How documents are divided where some groups of them (books, domains) are no matter of chance. */
export interface GroupSplit {
  readonly split: SplitOptions
  /** Groups of which every document is kept for tests. */
  readonly heldOut: readonly string[]
  /** Groups that are left alone altogether. */
  readonly reserved: readonly string[]
  /** Groups that alone are used, beside those held out; all when left out or empty. */
  readonly only?: readonly string[] | undefined
}

/** Which part a document of a group belongs to; null for none. */
export function partOfDocument(
  { id, group }: { readonly id: string; readonly group: string },
  { split, heldOut, reserved, only = [] }: GroupSplit,
): SplitPart | null {
  if (reserved.includes(group)) return null
  if (heldOut.includes(group)) return 'test'
  return only.length === 0 || only.includes(group) ? partOf(id, split) : null
}

/** Indices of the documents of each part, in order. */
export function splitDocuments(
  documents: readonly { readonly id: string; readonly group: string }[],
  options: GroupSplit,
): Readonly<Record<SplitPart, number[]>> {
  const split: Record<SplitPart, number[]> = { train: [], validation: [], test: [] }
  for (const [i, document] of documents.entries()) {
    const part = partOfDocument(document, options)
    if (part !== null) split[part].push(i)
  }
  return split
}
