import { loadConcepts } from '../../concepts/wordnet/concepts.ts'
import { readDocuments } from '../../data/sources.ts'
import { PARTS, partOf, type SplitOptions, type SplitPart } from '../../data/split.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { parameterCount } from '../../weights/specs.ts'

export interface TextOptions {
  readonly split: Required<SplitOptions>
  /** Groups (books, domains) of which every document is kept for tests. */
  readonly heldOut: readonly string[]
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

/** The sentences of some files of documents, by what they are for. Throws what readDocuments and loadConcepts throw. */
export async function inverterTexts(
  paths: readonly string[],
  { split, heldOut, wordnet, signal }: TextOptions,
): Promise<Readonly<Record<SplitPart, readonly string[]>>> {
  const seen = Object.fromEntries(PARTS.map((part) => [part, new Set<string>()])) as Record<
    SplitPart,
    Set<string>
  >
  for (const path of paths)
    for await (const { id, group, sentences } of readDocuments(path, signal)) {
      const part = heldOut.includes(group) ? 'test' : partOf(id, split)
      for (const sentence of sentences) if (sentence !== '') seen[part].add(sentence)
    }
  if (wordnet !== 'none') for (const { text } of await loadConcepts({ scope: wordnet })) seen.train.add(text)
  // What training has seen, it has seen wherever it occurs again.
  for (const part of ['validation', 'test'] as const)
    for (const text of seen[part]) if (seen.train.has(text)) seen[part].delete(text)
  const { train, validation, test } = seen
  return { train: [...train], validation: [...validation], test: [...test] }
}

/** What a run on texts tells people: its texts, and what `who` of this config is. */
export function aboutTexts(
  texts: Readonly<Record<SplitPart, readonly string[]>>,
  batchesPerEpoch: number,
  who: string,
  config: InverterConfig,
): string[] {
  const count = (n: number) => n.toLocaleString('en')
  const { train, validation, test } = texts
  const parameters = parameterCount(inverterParameters(config))
  return [
    `${count(train.length)} texts to train on, ${count(validation.length)} to evaluate, ${count(test.length)} kept for tests`,
    `an epoch has ${count(batchesPerEpoch)} batches; ${who} has ${count(parameters)} parameters ` +
      `and writes up to ${count(config.capacityTokens)} tokens`,
  ]
}
