import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import { holdsDocuments } from '../../data/records.ts'
import type { ConceptRecord } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'
import { type FileDocument, fileDocuments } from '../documents/read.ts'
import { type FoundFiles, isBelow } from '../files/find.ts'
import { tokenCounter } from '../passages/count_tokens.ts'
import { type Passage, splitPassages } from '../passages/split.ts'
import type { Change } from './write_changes.ts'

/** Raised when the same file gives other passages than before. */
const FORMAT = 1
/** Characters of a document's name in the ids of its passages; longer ones are told by their hash. */
const LONGEST_NAME = 400

/** A file that could not be read. What the index has of it stays. */
export interface FileFailure {
  readonly path: string
  readonly error: VmmError
}

/** What reading files has come to. */
export interface FileCounts {
  /** Documents that are new or have changed, and others. */
  changed: number
  unchanged: number
  /** Documents that are not there any more. */
  gone: number
  readonly failures: FileFailure[]
}

export interface FileRules {
  readonly model: Encoder
  readonly store: ConceptStore
  /** Documents are named by their paths in this folder. */
  readonly root: string
  /** Tokens of a passage at most. */
  readonly passageTokens: number
}

/** Ids of a document's passages in the store, and what they were made of. */
type KnownDocument = Map<string, string>

/**
 * What has to change in a store so that it has the passages of files as they are now: those of new and changed documents are
 * written, a passage of which the vector is there is not encoded again, and documents that are gone are taken away.
 *
 * A document is known by the `documentHash` of its passages: how they were made, a hash of the content, and how many there
 * are. Where some are missing, as after a kill, it is read again.
 *
 * @param counts filled while the changes are taken
 * @throws VmmError NOT_FOUND for a file that was named and is neither there nor in the store; the signal's reason
 */
export async function* fileChanges(
  found: FoundFiles,
  rules: FileRules,
  counts: FileCounts,
  signal: AbortSignal | undefined,
  onFile: (done: number) => void,
): AsyncGenerator<Change> {
  const { model, store, root, passageTokens } = rules
  const known = await knownDocuments(store, signal)
  refuseMissing(found, known, root)
  const how = hashOf(JSON.stringify([FORMAT, model.fingerprint, passageTokens])).slice(0, 8)
  const split = { most: passageTokens, countTokens: tokenCounter(model) }
  const seen = new Set<string>()
  const failed = new Set<string>()
  counts.failures.push(...found.failures)
  for (const [at, path] of found.files.entries()) {
    signal?.throwIfAborted()
    const file = nameOf(path, root)
    try {
      for await (const document of fileDocuments(path, signal)) {
        const name = document.id === '' ? file : `${file}#${document.id}`
        seen.add(name)
        yield* documentChanges(name, document, known.get(name) ?? new Map())
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof VmmError)) throw error
      // One that is gone since it was found counts as gone.
      if (error.code === 'NOT_FOUND') continue
      failed.add(path)
      counts.failures.push({ path, error })
    }
    onFile(at + 1)
  }
  for (const [name, passages] of known) {
    const path = fileOf(name, root)
    const isKept = failed.has(path) || found.failures.some((failure) => isBelow(path, failure.path))
    if (seen.has(name) || isKept || !found.covers(path)) continue
    counts.gone++
    yield { kind: 'remove', ids: [...passages.keys()] }
  }

  async function* documentChanges(
    name: string,
    document: FileDocument,
    before: KnownDocument,
  ): AsyncGenerator<Change> {
    const content = `${how}.${document.hash.slice(0, 32)}.`
    const stored = [...before.values()].find((hash) => hash.startsWith(content))
    const whole = stored === undefined ? 0 : Number(stored.slice(content.length))
    const there = [...before].filter(([, hash]) => hash === stored).map(([id]) => id)
    const left = new Set(before.keys())
    if (whole > 0 && there.length === whole) {
      counts.unchanged++
      for (const id of there) left.delete(id)
    } else {
      const passages = splitPassages(await document.blocks(), split)
      if (passages.length > 0 || before.size > 0) counts.changed++
      else counts.unchanged++
      const hash = `${content}${passages.length}`
      for (const { record, encoded } of recordsOf(name, document.group, hash, passages, model)) {
        left.delete(record.id)
        const isEncoded = before.get(record.id)?.startsWith(`${how}.`) ?? false
        yield isEncoded ? { kind: 'keep', record } : { kind: 'encode', record, encoded }
      }
    }
    if (left.size > 0) yield { kind: 'remove', ids: [...left] }
  }
}

/** The documents that were read from files, by their names. */
async function knownDocuments(
  store: ConceptStore,
  signal: AbortSignal | undefined,
): Promise<Map<string, KnownDocument>> {
  const known = new Map<string, KnownDocument>()
  for await (const concepts of store.scan({ signal }))
    for (const { id, document, documentHash } of concepts) {
      if (document === null || documentHash === null) continue
      const passages = known.get(document)
      if (passages) passages.set(id, documentHash)
      else known.set(document, new Map([[id, documentHash]]))
    }
  return known
}

/** The passages of a document as a store keeps them. Their ids go by their texts, so that one that has moved keeps its own. */
function* recordsOf(
  document: string,
  group: string | null,
  documentHash: string,
  passages: readonly Passage[],
  model: Encoder,
): Generator<{ readonly record: ConceptRecord; readonly encoded: string }> {
  const name =
    document.length > LONGEST_NAME ? hashOf(document).slice(0, 32) : document.replace(/\p{Cc}/gu, '?')
  const times = new Map<string, number>()
  for (const [position, { kind, line, language, encoded, ...passage }] of passages.entries()) {
    const text = wellFormed(passage.text)
    const heading = passage.heading === null ? null : wellFormed(passage.heading)
    const content = JSON.stringify([text, heading, kind])
    const time = (times.get(content) ?? 0) + 1
    times.set(content, time)
    const record = {
      id: `${name}#${hashOf(`${document}\n${time}\n${content}`).slice(0, 12)}`,
      text,
      type: kind === 'code' ? 'code' : 'text',
      modality: 'text',
      originModel: model.name,
      codeMetadata: language === undefined ? null : { ...UNKNOWN_CODE, language },
      sourceDataset: group,
      document,
      documentHash,
      position,
      line,
      heading,
    } as const
    yield { record, encoded }
  }
}

const UNKNOWN_CODE = {
  astHash: null,
  works: null,
  testCoverage: null,
  complexity: null,
  performanceMetrics: {},
}

/** What no store keeps, NUL and halves of characters, become U+FFFD. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}|\0/gu, '\ufffd')
}

function refuseMissing(found: FoundFiles, known: ReadonlyMap<string, unknown>, root: string): void {
  const files = new Set([...known.keys()].map((name) => fileOf(name, root)))
  const lost = found.missing.find((path) => !files.has(path))
  if (lost !== undefined) throw new VmmError('NOT_FOUND', `${lost}: cannot read: there is no such file`)
  if (found.files.length > 0 || found.failures.length > 0 || [...files].some(found.covers)) return
  throw new VmmError('NOT_FOUND', 'no file fits the patterns', { argument: 'patterns' })
}

/** What a file is called: its path in the root, or its whole path where it lies elsewhere. */
function nameOf(path: string, root: string): string {
  return wellFormed(isBelow(path, root) ? relative(root, path) : path)
}

/** The path of the file that a document is from. */
function fileOf(document: string, root: string): string {
  let end = document.indexOf('#')
  while (end >= 0 && !holdsDocuments(document.slice(0, end))) end = document.indexOf('#', end + 1)
  const file = end < 0 ? document : document.slice(0, end)
  return file.startsWith('/') ? file : join(root, file)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
