import { availableParallelism } from 'node:os'
import type { Encoder } from '../../core/encoder.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS } from '../../core/run_options.ts'
import { loadEncoder } from '../../models/load_encoder.ts'
import { relationTypes } from '../candidates/relation_types.ts'
import { openDomainClassifier } from '../domains/classifier.ts'
import { judgeClaims } from '../validate/judge_claims.ts'
import { ruleValidators } from '../validate/rules/rules.ts'
import { type CurateConfig, readCurateConfig } from './config.ts'
import type { CurationReport } from './report.ts'
import { type BuildTools, type RunBuildOptions, runBuild } from './run_build.ts'
import { candidatesOf, fingerprintOf, passagesOf } from './sources.ts'
import { workOn } from './work.ts'
import { methodOf, openWorkTools, workConfig } from './work_tools.ts'

/** How a data set is built. */
export interface BuildDatasetOptions extends RunBuildOptions {
  /** Where paths of the configuration begin. Default: the working directory. */
  readonly folder?: string | undefined
  /** The queue that has the work done by others, `redis://…` or `postgres://…`. Default: it is done here. */
  readonly queue?: string | undefined
  /** Where models and answers are kept. Default `cacheDirectory()`. */
  readonly cacheDir?: string | undefined
  /** Units that are worked on at a time. Default: 2 here, 64 by a queue. */
  readonly atOnce?: number | undefined
  /** In place of loadEncoder. */
  readonly loadEncoder?: ((name: string) => Promise<Encoder>) | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  onProgress: true,
  folder: true,
  queue: true,
  cacheDir: true,
  atOnce: true,
  recheck: true,
  loadEncoder: true,
} as const satisfies OptionNames<BuildDatasetOptions>

/** Units that wait in a queue at a time. */
const QUEUED = 64

/**
 * Builds a store of concepts: finds candidates in sources, has their relations validated and their code run, encodes, classifies and
 * crystallises them, and writes what is left to a store. The folder `out` of the configuration keeps what was done, so that a
 * build that was killed goes on, and one with more sources adds to what is there. It also gets `report.html`, which tells what
 * was left out and why, and `provenance.jsonl`, where each concept was found.
 *
 * Equal configurations and sources give equal stores. Candidates are held in memory: some 2 kB each, and their vectors twice.
 *
 * @param config plain data: docs/curation.md has all keys
 * @throws VmmError BAD_ARGUMENT naming the key of the configuration that is wrong; IN_USE when another build is at work in
 *   `out`; NOT_FOUND or BAD_FILE for sources; UNSUPPORTED without a package that a source needs; SERVICE for endpoints and
 *   queues; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { vectorsFrom } from 'vector-mamba'
 * import { buildDataset } from 'vector-mamba/curate'
 *
 * // In place of a model, for the example to be quick: a text's vector is its length, its words, and 1.
 * const model = {
 *   ...{ name: 'lengths', space: 'lengths-3', dims: 3, fingerprint: '1', dispose: () => {} },
 *   encode: async (texts) => {
 *     const rows = Float32Array.from(texts.flatMap((text) => [text.length, text.split(' ').length, 1]))
 *     return { vectors: vectorsFrom(rows, 3, 'lengths-3'), truncated: [], tokens: null }
 *   },
 * }
 * const task = { question: 'Two and two apples?', answer: 'Take two apples.\nAdd two more.\n#### 4' }
 * await writeFile('tasks.jsonl', JSON.stringify(task))
 * const report = await buildDataset(
 *   { out: 'curated', sources: [{ kind: 'gsm8k', files: 'tasks.jsonl' }], domains: false },
 *   { loadEncoder: async () => model },
 * )
 * console.log(report.candidates, report.concepts > 0) // 3 true
 * ```
 */
export async function buildDataset(
  config: unknown,
  options: BuildDatasetOptions = {},
): Promise<CurationReport> {
  refuseUnknown(options, OPTIONS)
  const { folder, queue, cacheDir, atOnce, ...run } = options
  const load =
    options.loadEncoder ?? ((name: string) => loadEncoder(name, { cacheDir, signal: options.signal }))
  const read = readCurateConfig(config, folder)
  const closing: (() => unknown)[] = []
  try {
    const encoders: Encoder[] = []
    for (const name of read.encoders) {
      const encoder = await load(name)
      closing.push(() => encoder.dispose())
      encoders.push(encoder)
    }
    const work = await openWork(read, queue, cacheDir)
    closing.push(() => work.dispose())
    const tools: BuildTools = {
      ...{ encoders, fingerprintOf, candidatesOf, passagesOf, method: methodOf(read) },
      ...{ work: work.work, warnings: work.warnings, askAgain: work.askAgain },
      atOnce: atOnce ?? (queue === undefined ? Math.min(2, availableParallelism()) : QUEUED),
      ...finishTools(read, encoders[0]!),
    }
    const { loadEncoder: _, ...call } = run
    return await runBuild(read, tools, call)
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

interface Work extends Pick<BuildTools, 'work' | 'warnings' | 'askAgain'> {
  dispose(): PromiseLike<void>
}

async function openWork(
  config: CurateConfig,
  queue: string | undefined,
  cacheDir: string | undefined,
): Promise<Work> {
  // What is uncertain is asked again here, also where others do the work.
  const tools = await openWorkTools(workConfig(config), { cacheDir })
  const { warnings, validate: askAgain } = tools
  if (queue === undefined) {
    const work: Work['work'] = (unit, signal) => workOn(unit, tools, signal)
    return { work, warnings, askAgain, dispose: tools.dispose }
  }
  const { openQueuedWork } = await import('./queue/queued_work.ts')
  const queued = await openQueuedWork(queue, workConfig(config)).catch(async (error: unknown) => {
    await tools.dispose()
    throw error
  })
  const dispose = async () => {
    await queued[Symbol.asyncDispose]()
    await tools.dispose()
  }
  return { work: queued.work, warnings, askAgain, dispose }
}

/** What all candidates together are judged by, each read or learned when it is called for. */
function finishTools(
  { domains, relations, wordnet }: CurateConfig,
  encoder: Encoder,
): Pick<BuildTools, 'rules' | 'classify'> {
  const types = relationTypes(relations)
  return {
    rules: async (claims, signal) =>
      judgeClaims(claims, await ruleValidators({ types, wordnet }), { signal }),
    classify:
      domains &&
      (async (texts, vectors, call) =>
        (await openDomainClassifier({ encoder, domains, ...call })).classify(texts, { vectors, ...call })),
  }
}
