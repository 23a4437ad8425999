import { MAX_LINE } from '../../../io/lines.ts'

/** A record of a CSV file, or why there is none where one begins. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[]; readonly problem: null }
  | { readonly line: number; readonly fields: null; readonly problem: string }

/** Where the reading of a record is. */
interface Open {
  readonly line: number
  readonly fields: string[]
  /** Lines that were read for it. */
  readonly lines: string[]
  length: number
  /** What of a quoted field was read; null outside of one. */
  quoted: string | null
}

/**
 * The records of a CSV file (RFC 4180) from its lines, without blank ones. A quoted field may hold commas, line ends and
 * doubled quotes; a quote inside a field that does not begin with one is itself. After a record that cannot be read, it goes
 * on with the next line. `line` is that of a record's first one, from 1.
 */
export async function* csvRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const again: string[] = [] // lines that are read once more, the next one last
  let number = 0
  let open: Open | null = null
  /** Of the line; null while its record goes on. */
  const read = (line: string): CsvRecord | null => {
    if (open === null && line.trim() === '') return null
    open ??= { line: number, fields: [], lines: [], length: 0, quoted: null }
    open.lines.push(line)
    open.length += line.length
    const problem = open.length > MAX_LINE ? UNCLOSED : readLine(line, open)
    if (problem !== null) return fail(problem)
    if (open.quoted !== null) return null
    const { line: first, fields } = open
    open = null
    return { line: first, fields, problem: null }
  }
  const fail = (problem: string): CsvRecord => {
    const { line, lines: had } = open!
    for (let i = had.length - 1; i > 0; i--) again.push(had[i]!)
    number = line
    open = null
    return { line, fields: null, problem }
  }
  const next = function* (line: string) {
    again.push(line)
    while (again.length > 0) {
      number++
      const record = read(again.pop()!)
      if (record !== null) yield record
    }
  }
  for await (const line of lines) yield* next(line)
  while (open !== null) {
    yield fail(UNCLOSED)
    const line = again.pop()
    if (line !== undefined) yield* next(line)
  }
}

const UNCLOSED = 'a quote that is not closed'

/** Reads a line of a record. Returns what is wrong with it, or null. */
function readLine(line: string, open: Open): string | null {
  let at = 0
  for (;;) {
    if (open.quoted === null && line[at] === '"') {
      open.quoted = ''
      at++
    }
    if (open.quoted === null) {
      const end = line.indexOf(',', at)
      open.fields.push(line.slice(at, end < 0 ? line.length : end))
      if (end < 0) return null
      at = end + 1
      continue
    }
    const end = line.indexOf('"', at)
    if (end < 0) {
      open.quoted += `${line.slice(at)}\n`
      return null
    }
    open.quoted += line.slice(at, end)
    at = end + 1
    if (line[at] === '"') {
      open.quoted += '"'
      at++
      continue
    }
    if (at < line.length && line[at] !== ',')
      return 'text after a closing quote; quotes in a field are doubled'
    open.fields.push(open.quoted)
    open.quoted = null
    if (at === line.length) return null
    at++
  }
}
