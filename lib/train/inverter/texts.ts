import { loadConcepts } from '../../concepts/wordnet/concepts.ts'
import { nearDuplicates, type Overlap } from '../../data/near_duplicates.ts'
import { readDocuments, type SourceDocument } from '../../data/sources.ts'
import { partOf, type SplitOptions, type SplitPart } from '../../data/split.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { parameterCount } from '../../weights/specs.ts'

export interface TextOptions {
  readonly split: Required<SplitOptions>
  /** Groups (books, domains) of which every document is kept for tests. */
  readonly heldOut: readonly string[]
  /** Groups that are left alone altogether. */
  readonly reserved: readonly string[]
  /** Texts of WordNet to train on as well: see loadConcepts. */
  readonly wordnet: 'none' | 'used' | 'all'
  readonly signal?: AbortSignal | undefined
}

/** Characters of a token in English prose. */
const CHARACTERS_PER_TOKEN = 4

/** Texts that a decoder of `capacity` tokens is trained on: a long one is there once for each piece that it could give. */
export function piecesOf(texts: readonly string[], capacity: number): string[] {
  const length = CHARACTERS_PER_TOKEN * capacity
  return texts.flatMap((text) => Array<string>(Math.ceil(text.length / length)).fill(text))
}

/** Sentences by what they are for, each once. */
export interface SplitTexts extends Readonly<Record<SplitPart, readonly string[]>> {
  /** Documents that are not trained on, since they are nearly the same as one that is held out. */
  readonly nearDuplicates: readonly Overlap[]
}

/** Documents that have so much of their wording in common are versions of one text. */
const SAME_TEXT = 0.2

/** The sentences of some files of documents, by what they are for. Throws what readDocuments and loadConcepts throw. */
export async function inverterTexts(
  paths: readonly string[],
  { split, heldOut, reserved, wordnet, signal }: TextOptions,
): Promise<SplitTexts> {
  const parts: Record<SplitPart, SourceDocument[]> = { train: [], validation: [], test: [] }
  for (const path of paths)
    for await (const document of readDocuments(path, signal)) {
      const { id, group } = document
      if (reserved.includes(group)) continue
      parts[heldOut.includes(group) ? 'test' : partOf(id, split)].push(document)
    }
  const overlaps = nearDuplicates(parts.train, [...parts.validation, ...parts.test], SAME_TEXT)
  const sentences = (documents: readonly SourceDocument[]) =>
    new Set(documents.flatMap((document) => document.sentences.filter((sentence) => sentence !== '')))
  const train = sentences(parts.train.filter((document) => !overlaps.has(document)))
  if (wordnet !== 'none') for (const { text } of await loadConcepts({ scope: wordnet })) train.add(text)
  // What training has seen, it has seen wherever it occurs again.
  const unseen = (documents: readonly SourceDocument[]) =>
    [...sentences(documents)].filter((text) => !train.has(text))
  return {
    train: [...train],
    validation: unseen(parts.validation),
    test: unseen(parts.test),
    nearDuplicates: [...overlaps.values()],
  }
}

/** What a run on texts tells people: its texts, and what `who` of this config is. */
export function aboutTexts(
  texts: SplitTexts,
  batchesPerEpoch: number,
  who: string,
  config: InverterConfig,
): string[] {
  const count = (n: number) => n.toLocaleString('en')
  const { train, validation, test, nearDuplicates } = texts
  const parameters = parameterCount(inverterParameters(config))
  return [
    `${count(train.length)} texts to train on, ${count(validation.length)} to evaluate, ${count(test.length)} kept for tests`,
    ...(nearDuplicates.length > 0
      ? [`${count(nearDuplicates.length)} documents are left out: nearly the same as one that is held out`]
      : []),
    `an epoch has ${count(batchesPerEpoch)} batches; ${who} has ${count(parameters)} parameters ` +
      `and writes up to ${count(config.capacityTokens)} tokens`,
  ]
}
