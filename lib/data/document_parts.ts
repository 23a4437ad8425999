import { nearDuplicates, type Overlap } from './near_duplicates.ts'
import { readDocuments, type SourceDocument } from './sources.ts'
import { type GroupSplit, partOfDocument, type SplitOptions, type SplitPart } from './split.ts'

export interface DocumentPartOptions extends GroupSplit {
  readonly split: Required<SplitOptions>
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
  options: DocumentPartOptions,
): Promise<DocumentParts> {
  const parts: Record<SplitPart, SourceDocument[]> = { train: [], validation: [], test: [] }
  const testFrom: string[] = []
  for (const path of paths) {
    for await (const document of readDocuments(path, options.signal)) {
      const part = partOfDocument(document, options)
      if (part !== null) parts[part].push(document)
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
