import { createHash } from 'node:crypto'
import { parse } from 'node:path'
import { loadConcepts } from '../../concepts/wordnet/concepts.ts'
import { type DocumentPartOptions, documentParts } from '../../data/document_parts.ts'
import type { Overlap } from '../../data/near_duplicates.ts'
import type { SourceDocument } from '../../data/sources.ts'
import type { SplitPart } from '../../data/split.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { parameterCount } from '../../weights/specs.ts'
import { aboutNearDuplicates } from '../core/document_groups.ts'

export interface TextOptions extends DocumentPartOptions {
  /** Texts of WordNet to train on as well: see loadConcepts. */
  readonly wordnet: 'none' | 'used' | 'all'
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
  /** Those of `test` by the name of the file that they are from, without its folder and ending. */
  readonly tests: ReadonlyMap<string, readonly string[]>
}

/** The sentences of some files of documents, by what they are for. Throws what documentParts and loadConcepts throw. */
export async function inverterTexts(
  paths: readonly string[],
  { wordnet, ...options }: TextOptions,
): Promise<SplitTexts> {
  const parts = await documentParts(paths, options)
  const sentences = (documents: readonly SourceDocument[]) =>
    new Set(documents.flatMap((document) => document.sentences.filter((sentence) => sentence !== '')))
  const train = sentences(parts.train)
  if (wordnet !== 'none') for (const { text } of await loadConcepts({ scope: wordnet })) train.add(text)
  // What training has seen, it has seen wherever it occurs again.
  const unseen = (documents: readonly SourceDocument[]) =>
    [...sentences(documents)].filter((text) => !train.has(text))
  const nameOf = (path: string) => parse(path).name
  const from = (name: string) => unseen(parts.test.filter((_, i) => nameOf(parts.testFrom[i]!) === name))
  return {
    train: [...train],
    validation: unseen(parts.validation),
    test: unseen(parts.test),
    nearDuplicates: parts.nearDuplicates,
    tests: new Map(paths.map(nameOf).map((name) => [name, from(name)])),
  }
}

/** Another one for other texts to train on. */
export function hashOfTexts({ train }: SplitTexts): string {
  return createHash('sha256').update(JSON.stringify(train)).digest('hex')
}

/** What a run tells people of its texts. */
export function aboutParts({ train, validation, test, nearDuplicates }: SplitTexts): string[] {
  const count = (n: number) => n.toLocaleString('en')
  return [
    `${count(train.length)} texts to train on, ${count(validation.length)} to evaluate, ${count(test.length)} kept for tests`,
    ...aboutNearDuplicates(nearDuplicates),
  ]
}

/** What a run on texts tells people: its texts, and what `who` of this config is. */
export function aboutTexts(
  texts: SplitTexts,
  batchesPerEpoch: number,
  who: string,
  config: InverterConfig,
): string[] {
  const count = (n: number) => n.toLocaleString('en')
  const parameters = parameterCount(inverterParameters(config))
  return [
    ...aboutParts(texts),
    `an epoch has ${count(batchesPerEpoch)} batches; ${who} has ${count(parameters)} parameters ` +
      `and writes up to ${count(config.capacityTokens)} tokens`,
  ]
}
