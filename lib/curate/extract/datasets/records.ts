import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { describe, VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { parseJson } from '../../../io/json.ts'
import { type JsonFields, jsonFields } from '../../../io/json_fields.ts'
import { linesOf } from '../../../io/lines.ts'
import { openRegular, readSmallFile } from '../../../io/read.ts'

/** How a data set is read. */
export interface DatasetOptions {
  readonly signal?: AbortSignal | undefined
}

/** A record of a data set, with its place from 0 and its line from 1, which is null in one JSON array. */
export interface DatasetRecord {
  readonly fields: JsonFields
  readonly position: number
  readonly line: number | null
}

const MOST_BYTES = 1 << 28

/**
 * The records of a data set: a file of JSON lines, also compressed (.gz), or `.json` of one array, which is read as a whole.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming the record, after all before it; the signal's reason
 */
export async function* datasetRecords(
  path: string,
  options: DatasetOptions = {},
): AsyncGenerator<DatasetRecord, void, undefined> {
  refuseUnknown(options, { signal: true })
  checkRunOptions(options)
  let position = 0
  for await (const { value, line } of /\.json$/i.test(path) ? arrayOf(path) : jsonLines(path)) {
    options.signal?.throwIfAborted()
    const name = `${path}: ${line === null ? `record ${position}` : `line ${line}`}`
    yield { fields: jsonFields(name, value), position, line }
    position++
  }
}

async function* arrayOf(path: string): AsyncGenerator<{ value: unknown; line: null }> {
  const values = parseJson((await readSmallFile(path, MOST_BYTES)).toString(), path)
  if (!Array.isArray(values))
    throw new VmmError('BAD_FILE', `${path}: got ${describe(values)}; expected an array of records`)
  for (const value of values) yield { value, line: null }
}

async function* jsonLines(path: string): AsyncGenerator<{ value: unknown; line: number }> {
  const { file } = await openRegular(path)
  await file.close()
  const bytes = createReadStream(path)
  const input = /\.gz$/i.test(path) ? pipeline(bytes, createGunzip(), () => {}) : bytes
  let line = 0
  for await (const text of linesOf(input, path)) {
    line++
    if (text.trim() !== '') yield { value: parseJson(text, `${path}: line ${line}`), line }
  }
}
