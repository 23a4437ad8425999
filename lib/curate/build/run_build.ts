import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { badArgument, check } from '../../core/errors.ts'
import { type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { atomicWrite, exists, FOLDER_MODE, fileError } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { lockFile } from '../../io/lock.ts'
import { readSmallFile } from '../../io/read.ts'
import { exportStore } from '../../store/exchange/export_store.ts'
import { openStore } from '../../store/open_store.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { Drops } from '../candidates/drops.ts'
import { type CollectTools, collect } from './collect.ts'
import type { CurateConfig } from './config.ts'
import { type FinishedConcepts, type FinishTools, finishConcepts } from './finish.ts'
import { type GatheredCandidate, gathering } from './gather.ts'
import { openJournal } from './journal.ts'
import { type AskAgain, recheck } from './recheck.ts'
import { type CurationReport, writeReport } from './report.ts'
import { addDropped, addUsage, NO_USAGE, readResult } from './unit_result.ts'
import { writeConcepts } from './write_store.ts'

/** What a build is at: units of its sources, then all candidates together. */
export type BuildStage = 'collect' | 'recheck' | 'embed' | 'crystallise' | 'classify' | 'store' | 'parquet'

/** How far a build is. */
export interface BuildProgress {
  readonly stage: BuildStage
  /** Of its units, texts, rounds or concepts; `total` grows while sources are read. */
  readonly done: number
  readonly total: number
  /** What it is at. */
  readonly about: string
}

/** What a build works with. */
export interface BuildTools extends CollectTools, FinishTools {
  /** What is unusual about what was answered so far. */
  warnings(): readonly string[]
  /** Who votes once more on what is uncertain; null: nobody can. */
  readonly askAgain: AskAgain | null
}

/** How a build runs. */
export interface RunBuildOptions extends CallOptions {
  /** Relations that are voted on once more: the least certain ones. Default 0. */
  readonly recheck?: number | undefined
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined
}

/** Ids that a build has written, in its folder. */
const WRITTEN = 'written.json'
const PROVENANCE = 'provenance.jsonl'
const MOST_BYTES = 1 << 30

/** A build from its sources to its report, in its folder, which one build at a time may use. */
export async function runBuild(
  config: CurateConfig,
  tools: BuildTools,
  options: RunBuildOptions = {},
): Promise<CurationReport> {
  checkRunOptions(options)
  const { onProgress = () => {}, recheck: again = 0, ...call } = options
  check(Number.isInteger(again) && again >= 0, 'recheck', again, 'a whole number of 0 or more')
  if (again > 0 && !tools.askAgain)
    throw badArgument('recheck', `${again} relations`, 'a configuration with llm.validate or llm.judge')
  const { out } = config
  const results = join(out, 'results')
  await mkdir(results, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw fileError(results, 'write', error)
  })
  await using _lock = await lockFile(join(out, 'lock'), { wait: false })
  const seconds: Record<string, number> = {}
  const timed = async <T>(stage: BuildStage, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const done = await work()
    seconds[stage] = (seconds[stage] ?? 0) + (performance.now() - started) / 1000
    return done
  }

  // A store that cannot be written is told before the work, not after it.
  await (await openTarget(config, tools)).dispose()
  const units = await timed('collect', async () => {
    await using journal = await openJournal(join(out, 'journal.jsonl'))
    return await collect(config, tools, journal, results, call.signal, ({ done, units: total, source }) =>
      onProgress({ stage: 'collect', done, total, about: source }),
    )
  })
  if (again > 0)
    await timed('recheck', async () => {
      onProgress({ stage: 'recheck', done: 0, total: again, about: '' })
      await recheck(results, units, again, tools.askAgain!, call.signal)
    })
  const gathered = await timed('collect', () => gather(results, units))
  const finished = await timed('crystallise', async () => {
    await using kept = await openStore(join(out, 'vectors'))
    return await finishConcepts(gathered.all, config, tools, kept, {
      ...call,
      onProgress: (stage, done, total) => onProgress({ stage, done, total, about: '' }),
    })
  })
  await timed('store', () => writeAll(config, tools, finished, call.signal, onProgress))
  if (config.parquet) await timed('parquet', () => writeParquet(config, finished, call.signal, onProgress))
  const report = reportOf(config, gathered, finished, tools.warnings(), seconds)
  await writeReport(out, report)
  return report
}

interface Gathered {
  readonly all: readonly GatheredCandidate[]
  readonly candidates: number
  readonly bySource: ReadonlyMap<string, number>
  readonly dropped: ReadonlyMap<string, Drops>
  readonly usage: CurationReport['usage']
}

async function gather(results: string, units: readonly string[]): Promise<Gathered> {
  const gathered = gathering()
  const dropped = new Map<string, Drops>()
  const bySource = new Map<string, number>()
  let usage = NO_USAGE
  let candidates = 0
  for (const unit of units) {
    const result = await readResult(results, unit)
    gathered.add(result.candidates)
    addDropped(dropped, result.dropped)
    usage = addUsage(usage, result.usage)
    candidates += result.candidates.length
    bySource.set(result.name, (bySource.get(result.name) ?? 0) + result.candidates.length)
  }
  return { all: gathered.all(), candidates, bySource, dropped, usage }
}

async function openTarget({ store: place }: CurateConfig, { encoders }: BuildTools): Promise<ConceptStore> {
  const store = await openStore(place)
  try {
    for (const { space, dims, name, fingerprint } of encoders)
      await store.addSpace(space, dims, { name, fingerprint, options: {} })
    return store
  } catch (error) {
    await store.dispose()
    throw error
  }
}

async function writeAll(
  config: CurateConfig,
  tools: BuildTools,
  { concepts, vectors, relations, provenance }: FinishedConcepts,
  signal: AbortSignal | undefined,
  onProgress: NonNullable<RunBuildOptions['onProgress']>,
): Promise<void> {
  const { store: place, out } = config
  await using store = await openTarget(config, tools)
  const written = join(out, WRITTEN)
  const before = (await exists(written))
    ? (parseJson((await readSmallFile(written, MOST_BYTES)).toString(), written) as readonly string[])
    : []
  const ids = concepts.map(({ id }) => id)
  // Both, until all is written: a call that is killed in the middle leaves nothing that nobody remembers.
  const both = [...new Set([...before, ...ids])]
  await atomicWrite(written, [JSON.stringify(both)])
  await writeConcepts(store, concepts, vectors, relations, before, signal, (done) =>
    onProgress({ stage: 'store', done, total: concepts.length, about: place }),
  )
  await store.maintain({ signal })
  await atomicWrite(
    join(out, PROVENANCE),
    provenance.map((one) => `${JSON.stringify(one)}\n`),
  )
  await atomicWrite(written, [JSON.stringify(ids)])
}

async function writeParquet(
  { store: place, out }: CurateConfig,
  { concepts }: FinishedConcepts,
  signal: AbortSignal | undefined,
  onProgress: NonNullable<RunBuildOptions['onProgress']>,
): Promise<void> {
  await using store = await openStore(place, { create: false })
  const folder = join(out, 'parquet')
  await exportStore(store, folder, {
    signal,
    onProgress: (done) => onProgress({ stage: 'parquet', done, total: concepts.length, about: folder }),
  })
}

function reportOf(
  config: CurateConfig,
  { all, candidates, bySource, dropped, usage }: Gathered,
  { concepts, relations, rounds, dropped: left }: FinishedConcepts,
  warnings: readonly string[],
  seconds: CurationReport['seconds'],
): CurationReport {
  const together = new Map(dropped)
  addDropped(together, left)
  const works = concepts.flatMap(({ codeMetadata }) => (codeMetadata ? [codeMetadata.works] : []))
  return {
    ...{ store: config.store, candidates, different: all.length, rounds, warnings, usage, seconds },
    sources: [...bySource].map(([name, count]) => ({ name, candidates: count })),
    ...{ concepts: concepts.length, relations: relations.length },
    byType: counted(concepts.map(({ type }) => type ?? '')),
    byRelation: counted(relations.map(({ type }) => type)),
    byDomain: counted(concepts.flatMap(({ primaryDomain }) => primaryDomain ?? [])),
    code: {
      works: works.filter((one) => one === true).length,
      fails: works.filter((one) => one === false).length,
      notRun: works.filter((one) => one === null).length,
    },
    dropped: [...together.values()].sort((a, b) => b.count - a.count),
  }
}

/** How often each word comes, the most frequent first. */
function counted(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)))
}
