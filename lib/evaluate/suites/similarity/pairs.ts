import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { badArgument, check, describe, VmmError } from '../../../core/errors.ts'
import { isIterable, itemsOf } from '../../../core/iterables.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { parseJson } from '../../../io/json.ts'
import { linesOf } from '../../../io/lines.ts'
import { csvRecords } from './csv.ts'

/** Where the parts of a pair are: columns of a CSV file, keys of objects. */
export interface PairColumns {
  /** Default `ground_truth`. */
  readonly groundTruth?: string | undefined
  /** Default `prediction`. */
  readonly prediction?: string | undefined
  /** Default `id`. It may be missing: then a pair is called by its line, or by its index. */
  readonly id?: string | undefined
}

/** Objects with the texts of pairs, or the path of a file of them: `.csv`, or JSON lines, `.jsonl` or `.ndjson`. */
export type PairSource = string | Iterable<unknown> | AsyncIterable<unknown>

/** Two texts to be compared. */
export interface EvaluationPair {
  readonly id: string
  readonly groundTruth: string
  readonly prediction: string
}

/** What cannot be read of a source. */
export interface PairFailure {
  /** The file and its line, or the index. */
  readonly where: string
  /** In a file, from 1; else null. */
  readonly line: number | null
  readonly message: string
}

/** A pair, or why there is none. */
export type PairRecord =
  | { readonly pair: EvaluationPair; readonly failure: null }
  | { readonly pair: null; readonly failure: PairFailure }

const COLUMNS = { groundTruth: true, prediction: true, id: true } as const satisfies OptionNames<PairColumns>

/** The columns with their defaults. Throws VmmError BAD_ARGUMENT for one that is no name. */
export function pairColumns(columns: PairColumns = {}): Record<keyof PairColumns, string> {
  refuseUnknown(columns, COLUMNS, 'columns.')
  const { groundTruth = 'ground_truth', prediction = 'prediction', id = 'id' } = columns
  for (const [key, name] of Object.entries({ groundTruth, prediction, id }))
    check(typeof name === 'string' && name !== '', `columns.${key}`, name, 'the name of a column')
  return { groundTruth, prediction, id }
}

/**
 * The pairs of a source, one after the other, with those that cannot be read in their places.
 *
 * @throws VmmError BAD_ARGUMENT for what is no source; NOT_FOUND; BAD_FILE for a file that is no text in UTF-8, or that
 *   lacks a column; the signal's reason
 */
export async function* readPairs(
  source: PairSource,
  columns: PairColumns | undefined,
  signal?: AbortSignal,
): AsyncGenerator<PairRecord> {
  const names = pairColumns(columns)
  try {
    if (typeof source === 'string') yield* pairsOfFile(source, names, signal)
    else yield* pairsOfObjects(source, names, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

type Names = ReturnType<typeof pairColumns>

async function* pairsOfObjects(
  source: Exclude<PairSource, string>,
  names: Names,
  signal: AbortSignal | undefined,
): AsyncGenerator<PairRecord> {
  if (!isIterable(source))
    throw badArgument(
      'source',
      describe(source),
      'the path of a file, an iterable of objects, or an async one',
    )
  let index = 0
  for await (const value of itemsOf<unknown>(source, signal)) {
    yield recordOf(value, names, { where: `source[${index}]`, line: null, id: String(index) })
    index++
  }
}

async function* pairsOfFile(
  path: string,
  names: Names,
  signal: AbortSignal | undefined,
): AsyncGenerator<PairRecord> {
  const read = READERS[extname(path).toLowerCase()]
  if (read === undefined)
    throw badArgument('source', describe(path), `a file of ${Object.keys(READERS).join(', ')}`)
  // What goes wrong with the file is thrown where its lines are read.
  const input: Readable = createReadStream(path, { highWaterMark: 1 << 18 }).on('error', () => {})
  if (signal) addAbortSignal(signal, input)
  try {
    yield* read(linesOf(input, path), path, names)
  } finally {
    input.destroy()
  }
}

type ReadsLines = (lines: AsyncIterable<string>, path: string, names: Names) => AsyncGenerator<PairRecord>

const READERS: Readonly<Record<string, ReadsLines>> = {
  '.csv': pairsOfCsv,
  '.jsonl': pairsOfJsonLines,
  '.ndjson': pairsOfJsonLines,
}

/** Where a pair is, and what it is called if it does not say so. */
interface Place {
  readonly where: string
  readonly line: number | null
  readonly id: string
}

const placeOf = (path: string, line: number): Place => ({
  where: `${path}: line ${line}`,
  line,
  id: `line-${line}`,
})

async function* pairsOfJsonLines(
  lines: AsyncIterable<string>,
  path: string,
  names: Names,
): AsyncGenerator<PairRecord> {
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    const place = placeOf(path, line)
    const { value, problem } = parsed(text, place)
    yield problem === null ? recordOf(value, names, place) : failed(place, problem)
  }
}

function parsed(text: string, { where }: Place): { value: unknown; problem: string | null } {
  try {
    return { value: parseJson(text, where), problem: null }
  } catch (error) {
    if (!(error instanceof VmmError)) throw error
    return { value: null, problem: error.message.slice(where.length + 2) }
  }
}

async function* pairsOfCsv(
  lines: AsyncIterable<string>,
  path: string,
  names: Names,
): AsyncGenerator<PairRecord> {
  let header: readonly string[] | null = null
  for await (const { line, fields, problem } of csvRecords(lines)) {
    const place = placeOf(path, line)
    if (header === null) {
      if (fields === null) throw new VmmError('BAD_FILE', `${place.where}: ${problem}, in the header`)
      header = headerOf(fields, path, names)
    } else if (fields === null) yield failed(place, problem)
    else if (fields.length !== header.length)
      yield failed(place, `${fields.length} columns; the header has ${header.length}`)
    else {
      const cell = (name: string) => (header!.includes(name) ? fields[header!.indexOf(name)] : undefined)
      const value = {
        [names.groundTruth]: cell(names.groundTruth),
        [names.prediction]: cell(names.prediction),
        [names.id]: cell(names.id) || undefined,
      }
      yield recordOf(value, names, place)
    }
  }
  if (header === null) throw new VmmError('BAD_FILE', `${path}: no header; expected the names of columns`)
}

function headerOf(fields: readonly string[], path: string, names: Names): readonly string[] {
  const header = fields.map((name) => name.trim())
  for (const name of Object.values(names)) {
    const count = header.filter((one) => one === name).length
    if (count === 1 || (count === 0 && name === names.id)) continue
    const problem = count === 0 ? 'no column' : `${count} columns`
    throw new VmmError(
      'BAD_FILE',
      `${path}: ${problem} ${describe(name)}; there are ${header.map(describe).join(', ')}`,
    )
  }
  return header
}

function recordOf(value: unknown, names: Names, place: Place): PairRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failed(place, `got ${describe(value)}; expected an object`)
  const fields = value as Readonly<Record<string, unknown>>
  const own = (name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined)
  const [groundTruth, prediction, id = place.id] = [names.groundTruth, names.prediction, names.id].map(own)
  for (const [name, text] of [
    [names.groundTruth, groundTruth],
    [names.prediction, prediction],
  ] as const)
    if (typeof text !== 'string')
      return failed(place, `${name}: got ${text === undefined ? 'nothing' : describe(text)}; expected a text`)
  const called = id ?? place.id
  if (!isId(called)) return failed(place, `${names.id}: got ${describe(called)}; expected a text or a number`)
  return {
    pair: {
      id: String(called),
      groundTruth: groundTruth as string,
      prediction: prediction as string,
    },
    failure: null,
  }
}

/** Whether a pair can be called so. */
export function isId(id: unknown): id is string | number {
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id))
}

function failed({ where, line }: Place, message: string): PairRecord {
  return { pair: null, failure: { where, line, message } }
}
