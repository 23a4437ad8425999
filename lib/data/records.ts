import { createReadStream } from 'node:fs'
import { addAbortSignal, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parseJson } from '../io/json.ts'
import { linesOf } from '../io/lines.ts'
import { readParquet } from './parquet.ts'
import type { SourceRecord } from './record.ts'

/** The fields of documents: other columns of a Parquet file are not read. */
const FIELDS = ['id', 'book', 'chapter', 'domain', 'text', 'paragraphs', 'sentences']

/** Whether a file is one of documents, as its ending says. */
export function holdsDocuments(path: string): boolean {
  return /\.(jsonl(\.gz)?|parquet)$/i.test(path)
}

/** The records of a file: see readDocuments. Blank lines are skipped. */
export async function* readRecords(path: string, signal?: AbortSignal): AsyncGenerator<SourceRecord> {
  try {
    if (/\.parquet$/i.test(path)) yield* readParquet(path, FIELDS, signal)
    else yield* readLines(path, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

async function* readLines(path: string, signal: AbortSignal | undefined): AsyncGenerator<SourceRecord> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  // What goes wrong with the file is thrown where its lines are read.
  const input = /\.gz$/i.test(path) ? pipeline(file, createGunzip(), () => {}) : file.on('error', () => {})
  if (signal) addAbortSignal(signal, input)
  let number = 0
  for await (const line of linesOf(input, path)) {
    signal?.throwIfAborted()
    number++
    const where = `${path}: line ${number}`
    if (line.trim() !== '') yield { value: parseJson(line, where), where, name: `line-${number}`, number }
  }
}
