import { parse } from 'node:path'
import { type ConceptSource, wordNet } from '../../concepts/store/source.ts'
import { VmmError } from '../../core/errors.ts'
import { evenlySpread } from '../../core/evenly.ts'
import { holdsDocuments } from '../../data/records.ts'
import { readDocuments } from '../../data/sources.ts'
import { words } from '../../evaluate/metrics/words.ts'
import type { KnownSentences } from '../../evaluate/suites/inversion/run.ts'
import { randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'
import { nearestConcepts } from '../../store/nearest_concepts.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { CliContext } from '../context.ts'
import { openSource } from './concepts.ts'
import { inputName, linesOf, openInput } from './input.ts'
import type { LoadedModel } from './model.ts'

/** Sentences among which the nearest ones are looked for, at most. */
const MOST_KNOWN = 100_000
/** Streams 0 and 1 of the seed are the report's. */
const CHOICE = 2

/** Sentences of some files. */
export interface EvaluatedSentences {
  readonly sentences: readonly string[]
  /** The file of each, by its name without folder and ending. */
  readonly kinds: readonly string[]
  readonly source: {
    /** The files, with commas between. */
    readonly file: string
    /** Sentences of the whole files, and lines that are not blank but have no word. */
    readonly inFile: number
    readonly withoutWords: number
  }
}

/** Reads files of one sentence a line; `limit` of each are drawn by the seed, and stay in order. Throws VmmError. */
export async function readSentences(
  paths: readonly string[],
  { limit, seed }: { readonly limit: number | undefined; readonly seed: number },
  context: CliContext,
): Promise<EvaluatedSentences> {
  const sentences: string[] = []
  const kinds: string[] = []
  let [inFile, withoutWords] = [0, 0]
  for (const path of paths) {
    const lines = await nonBlankLines(path, context)
    const all = lines.filter((line) => words(line).length > 0)
    if (all.length === 0) throw new VmmError('BAD_FILE', `${inputName(path)}: no sentence`)
    const drawn = sampleWithout(randomNumbers(seed, CHOICE), limit ?? all.length, all.length).sort()
    for (const i of drawn) sentences.push(all[i]!)
    kinds.push(...Array<string>(drawn.length).fill(parse(path).name))
    inFile += all.length
    withoutWords += lines.length - all.length
  }
  return { sentences, kinds, source: { file: paths.join(', '), inFile, withoutWords } }
}

/**
 * Sentences that the nearest baseline knows: of a file, documents as JSON lines or text of a sentence a line, without
 * those that are evaluated; or the texts of WordNet. Their vectors are kept in the cache directory.
 */
export async function openKnown(
  path: string | undefined,
  evaluated: readonly string[],
  loaded: LoadedModel,
  context: CliContext,
): Promise<KnownSentences & AsyncDisposable> {
  const of = path === undefined ? 'definitions and examples of WordNet' : `sentences of ${inputName(path)}`
  const store =
    path === undefined
      ? await openSource(wordNet('all'), of, loaded, context)
      : await openSentences(path, evaluated, loaded, context)
  return {
    name: `${(await store.count()).toLocaleString('en')} ${of}`,
    nearest: async (vectors, { signal, threads }) =>
      (await nearestConcepts(store, vectors, 1, { signal, threads })).map(([hit]) => ({
        text: hit!.text,
        cosine: hit!.cosine,
      })),
    [Symbol.asyncDispose]: () => store.dispose(),
  }
}

/**
 * Opens the sentences of a file, documents or text of a sentence a line, without some; evenly spread where there are more
 * than MOST_KNOWN. Their vectors are kept in the cache directory.
 */
export async function openSentences(
  path: string,
  without: readonly string[],
  loaded: LoadedModel,
  context: CliContext,
): Promise<ConceptStore> {
  const sentences = await knownSentences(path, new Set(without), context)
  const rest = without.length > 0 ? ' beside those that are evaluated' : ''
  if (sentences.length === 0) throw new VmmError('BAD_FILE', `${inputName(path)}: no sentence${rest}`)
  const source: ConceptSource = {
    name: 'sentences',
    load: async () => sentences.map((text, i) => ({ id: `${i}`, text })),
  }
  return openSource(source, `sentences of ${inputName(path)}`, loaded, context)
}

async function knownSentences(
  path: string,
  evaluated: ReadonlySet<string>,
  context: CliContext,
): Promise<string[]> {
  const found = new Set<string>()
  if (holdsDocuments(path)) {
    for await (const { sentences } of readDocuments(path, context.signal))
      for (const sentence of sentences) found.add(sentence)
  } else for (const sentence of await nonBlankLines(path, context)) found.add(sentence)
  found.delete('')
  for (const sentence of evaluated) found.delete(sentence)
  return evenlySpread([...found], MOST_KNOWN)
}

async function nonBlankLines(path: string, context: CliContext): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(openInput(path, context), inputName(path)))
    if (line.trim() !== '') lines.push(line.trim())
  return lines
}
