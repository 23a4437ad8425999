import { nearDuplicates, type Overlap } from './near_duplicates.ts'
import { readDocuments, type SourceDocument } from './sources.ts'
import { partOf, type SplitOptions, type SplitPart } from './split.ts'

export interface DocumentPartOptions {
  readonly split: Required<SplitOptions>
  /** Groups (books, domains) of which every document is kept for tests. */
  readonly heldOut: readonly string[]
  /** Groups that are left alone altogether. */
  readonly reserved: readonly string[]
  /** Groups that alone are used, beside those held out; all when left out or empty. */
  readonly only?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** Documents by what they are for. */
export interface DocumentParts extends Readonly<Record<SplitPart, readonly SourceDocument[]>> {
  /** The file that each document of `test` is from. */
  readonly testFrom: readonly string[]
  /** Documents that are not trained on, since they are nearly the same as one that is held out. */
  readonly nearDuplicates: readonly Overlap[]
}

/** Documents that have so much of their wording in common are versions of one text. */
const SAME_TEXT = 0.2

/** The documents of some files, by what they are for. Throws what readDocuments throws. */
export async function documentParts(
  paths: readonly string[],
  { split, heldOut, reserved, only = [], signal }: DocumentPartOptions,
): Promise<DocumentParts> {
  const parts: Record<SplitPart, SourceDocument[]> = { train: [], validation: [], test: [] }
  const testFrom: string[] = []
  for (const path of paths) {
    for await (const document of readDocuments(path, signal)) {
      const { id, group } = document
      if (reserved.includes(group)) continue
      if (heldOut.includes(group)) parts.test.push(document)
      else if (only.length === 0 || only.includes(group)) parts[partOf(id, split)].push(document)
    }
    while (testFrom.length < parts.test.length) testFrom.push(path)
  }
  const overlaps = nearDuplicates(parts.train, [...parts.validation, ...parts.test], SAME_TEXT)
  return {
    ...parts,
    testFrom,
    train: parts.train.filter((document) => !overlaps.has(document)),
    nearDuplicates: [...overlaps.values()],
  }
}
