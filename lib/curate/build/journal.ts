import { type FileHandle, open } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { inTurn } from '../../core/in_turn.ts'
import { FILE_MODE, fileError } from '../../io/files.ts'

/** What a build has done, a line of JSON for each thing, in the order in which it was done. */
export interface Journal extends AsyncDisposable {
  /** What was there when it was opened, and what was added since. */
  readonly entries: readonly JournalEntry[]
  /** Adds an entry; it is on the disk when the promise resolves. Entries that are added at a time are flushed together. */
  add(entry: JournalEntry): Promise<void>
}

/** A finished unit, or a source all of whose units are known. */
export type JournalEntry =
  | {
      readonly kind: 'unit'
      readonly unit: string
      readonly name: string
      readonly candidates: number
      readonly seconds: number
    }
  | { readonly kind: 'source'; readonly source: string; readonly units: readonly string[] }

/**
 * Opens a journal, and makes it where it is missing. A last line that was never finished, as a killed process leaves it, is
 * cut off.
 *
 * @throws VmmError BAD_FILE where the disk fails, or a line in the middle is no entry
 */
export async function openJournal(path: string): Promise<Journal> {
  const file = await open(path, 'a+', FILE_MODE).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
  try {
    const entries = await readEntries(file, path)
    return journalOf(file, path, entries)
  } catch (error) {
    await file.close()
    throw fileError(path, 'read', error)
  }
}

async function readEntries(file: FileHandle, path: string): Promise<JournalEntry[]> {
  const text = await file.readFile('utf8')
  const whole = text.lastIndexOf('\n') + 1
  if (whole < text.length) {
    await file.truncate(Buffer.byteLength(text.slice(0, whole)))
    await file.sync()
  }
  return text
    .slice(0, whole)
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      try {
        const entry = JSON.parse(line) as JournalEntry
        if (entry.kind === 'unit' || entry.kind === 'source') return entry
      } catch {}
      throw new VmmError('BAD_FILE', `${path}:${at + 1}: not an entry of a journal`)
    })
}

function journalOf(file: FileHandle, path: string, entries: JournalEntry[]): Journal {
  const next = inTurn()
  let waiting: JournalEntry[] = []
  const flush = async () => {
    if (waiting.length === 0) return
    const own = waiting
    waiting = []
    try {
      await file.appendFile(own.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      await file.datasync()
    } catch (error) {
      throw fileError(path, 'write', error)
    }
    entries.push(...own)
  }
  return {
    entries,
    add: (entry) => {
      waiting.push(entry)
      return next(flush)
    },
    [Symbol.asyncDispose]: async () => {
      await next(flush)
      await file.close()
    },
  }
}
