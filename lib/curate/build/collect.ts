import type { Candidates } from '../candidates/candidate.ts'
import type { CurateConfig, SourceConfig } from './config.ts'
import type { Journal } from './journal.ts'
import { type Passage, type Unit, unitOf } from './unit.ts'
import { hasResult, type UnitResult, writeResult } from './unit_result.ts'

/** What finds candidates and works on them. */
export interface CollectTools {
  /** A text that is another one when the source, or what reads it, is. */
  fingerprintOf(source: SourceConfig): Promise<string>
  /** What rules find in a source. */
  candidatesOf(source: SourceConfig, signal: AbortSignal | undefined): Candidates
  /** What a language model is to read of a source. */
  passagesOf(source: SourceConfig, signal: AbortSignal | undefined): AsyncGenerator<Passage>
  /** What else decides about the result of a unit: models, levels. */
  readonly method: string
  /** Works on a unit, here or elsewhere. */
  work(unit: Unit, signal: AbortSignal | undefined): Promise<UnitResult>
  /** Units that are worked on at a time. */
  readonly atOnce: number
}

/** Called as units become known and are done. */
export type CollectProgress = (progress: {
  readonly candidates: number
  readonly units: number
  readonly done: number
  readonly source: string
}) => void

/** Passages that a language model reads for one unit. */
const PASSAGES = 8

/**
 * Finds the candidates of all sources and has them worked on, unit by unit. What was done before, by this build or one that was
 * killed, is not done again; a source that has not changed is not even read.
 *
 * @param results the folder of units' results
 * @returns the units of these sources, all of them done
 */
export async function collect(
  { sources, unit: size }: CurateConfig,
  tools: CollectTools,
  journal: Journal,
  results: string,
  signal: AbortSignal | undefined,
  onProgress: CollectProgress,
): Promise<readonly string[]> {
  const done = new Set<string>()
  for (const entry of journal.entries)
    if (entry.kind === 'unit' && (await hasResult(results, entry.unit))) done.add(entry.unit)
  const pool = workers(tools.atOnce)
  const units = new Set<string>()
  const counts = { candidates: 0, units: 0, done: 0 }
  for (const source of sources) {
    signal?.throwIfAborted()
    const name = nameOf(source)
    const tell = () => onProgress({ ...counts, source: name })
    const fingerprint = await tools.fingerprintOf(source)
    const known = unitsOf(journal, fingerprint)
    if (known?.every((unit) => done.has(unit))) {
      for (const unit of known) units.add(unit)
      counts.units += known.length
      counts.done += known.length
      tell()
      continue
    }
    const own: string[] = []
    for await (const unit of unitsIn(source, name, size, tools, signal)) {
      own.push(unit.id)
      counts.candidates += unit.candidates.length
      if (units.has(unit.id)) continue
      units.add(unit.id)
      counts.units++
      if (done.has(unit.id)) counts.done++
      else
        await pool.start(async () => {
          const started = performance.now()
          const result = await tools.work(unit, signal)
          await writeResult(results, result)
          const seconds = (performance.now() - started) / 1000
          const found = result.candidates.length
          await journal.add({ kind: 'unit', unit: unit.id, name: unit.name, candidates: found, seconds })
          counts.done++
          tell()
        })
      tell()
    }
    await pool.finish()
    await journal.add({ kind: 'source', source: fingerprint, units: own })
  }
  return [...units].sort()
}

/** What people read of a source. */
function nameOf({ kind, files, scope }: SourceConfig): string {
  return kind === 'wordnet' ? `wordnet (${scope})` : `${kind} (${files.join(', ')})`
}

function unitsOf(journal: Journal, source: string): readonly string[] | undefined {
  return journal.entries.findLast(
    (entry): entry is Extract<typeof entry, { kind: 'source' }> =>
      entry.kind === 'source' && entry.source === source,
  )?.units
}

async function* unitsIn(
  source: SourceConfig,
  name: string,
  size: number,
  tools: CollectTools,
  signal: AbortSignal | undefined,
): AsyncGenerator<Unit> {
  const most = source.limit ?? Number.POSITIVE_INFINITY
  if (source.kind !== 'text' || source.by !== 'llm')
    for await (const candidates of inBatches(tools.candidatesOf(source, signal), size, most))
      yield unitOf(name, tools.method, { candidates, passages: [] })
  if (source.kind === 'text' && source.by !== 'rules')
    for await (const passages of inBatches(tools.passagesOf(source, signal), PASSAGES, most))
      yield unitOf(name, tools.method, { candidates: [], passages })
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number, most: number): AsyncGenerator<T[]> {
  let batch: T[] = []
  let count = 0
  for await (const item of items) {
    if (count++ >= most) break
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

interface Workers {
  /** Starts something once there is room; throws what something before has thrown. */
  start(work: () => Promise<void>): Promise<void>
  /** Waits for all of it. */
  finish(): Promise<void>
}

function workers(atOnce: number): Workers {
  const running = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | null = null
  const finish = async () => {
    await Promise.all(running)
    if (failure) throw failure.error
  }
  return {
    start: async (work) => {
      while (running.size >= atOnce) await Promise.race(running)
      if (failure) await finish()
      const own = work()
        .catch((error: unknown) => {
          failure ??= { error }
        })
        .finally(() => running.delete(own))
      running.add(own)
    },
    finish,
  }
}
