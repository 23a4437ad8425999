import { dirname } from 'node:path'
import { buildDataset } from '../../curate/build/build_dataset.ts'
import { type CurationReport, REPORT_FILES } from '../../curate/build/report.ts'
import type { BuildProgress, BuildStage } from '../../curate/build/run_build.ts'
import { checkEndpoint, endpointLines } from '../../curate/endpoint_check/check_endpoint.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import { defineCommand, noArguments, type Options, UsageError, wholeNumber } from '../command.ts'
import { type CliContext, write } from '../context.ts'
import { aligned } from '../output/aligned.ts'
import { counted } from '../output/counted.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  config: { type: 'string', short: 'c', value: 'FILE', help: 'JSON that says what to make of what' },
  llm: {
    type: 'string',
    value: 'URL',
    help: 'an OpenAI-compatible endpoint that reads texts and checks relations, beside what the config says',
  },
  'llm-model': {
    type: 'string',
    value: 'NAME',
    help: 'what the endpoint calls its model (with --llm and --check)',
  },
  queue: {
    type: 'string',
    value: 'ADDRESS',
    help: 'redis://… or postgres://…: have the work done by those who run vmm worker',
  },
  recheck: {
    type: 'string',
    value: 'N',
    help: 'also ask again about the N relations that are least certain',
  },
  check: { type: 'string', value: 'URL', help: 'only try an endpoint, and tell what works' },
  json: { type: 'boolean', help: 'the report as one JSON object' },
} as const satisfies Options

const MOST_CONFIG_BYTES = 1 << 24
const LABELS: Readonly<Record<BuildStage, string>> = {
  collect: 'Working on units',
  recheck: 'Asking again about relations',
  embed: 'Encoding',
  crystallise: 'Crystallising, rounds',
  classify: 'Classifying',
  store: 'Writing concepts',
  parquet: 'Writing Parquet',
}
/** Reasons that are shown; the page has all. */
const SHOWN = 8

export const curate = defineCommand({
  usage: 'curate --config FILE [options]',
  about:
    'Makes a store of concepts out of texts, code and knowledge graphs, as a config says (docs/curation.md): finds candidates,\n' +
    'checks their relations, runs their code in a sandbox, classifies them, and keeps what belongs together. Called again, it\n' +
    'goes on where it was interrupted, and adds what is new. Paths in the config begin at its folder.',
  options: OPTIONS,
  async run(values, positionals, context) {
    noArguments(positionals)
    const { stdout, signal } = context
    const model = values['llm-model']
    if (values.check !== undefined) {
      if (model === undefined) throw new UsageError('--check needs --llm-model')
      const checked = await checkEndpoint({ url: values.check, model }, { signal })
      const text = values.json ? `${JSON.stringify(checked)}\n` : `${endpointLines(checked).join('\n')}\n`
      await write(stdout, text, signal)
      return checked.works ? undefined : 1
    }
    const { config: path, queue } = values
    if (path === undefined) throw new UsageError('no config: name one with --config')
    if ((values.llm === undefined) !== (model === undefined))
      throw new UsageError('--llm goes with --llm-model')
    const recheck = wholeNumber(values.recheck, '--recheck', [1, 1e9])
    const config = parseJson((await readSmallFile(path, MOST_CONFIG_BYTES)).toString(), path)
    const engine = await context.engine()
    const cacheDir = cacheDirectory(context.env)
    const display = new Stages(context)
    const report = await buildDataset(
      values.llm === undefined ? config : withLlm(config, values.llm, model!),
      {
        ...{ folder: dirname(path), queue, recheck, cacheDir, signal },
        onProgress: (progress) => display.update(progress),
        loadEncoder: (name) => engine.loadEncoder(name, { signal, cacheDir }),
      },
    ).finally(() => display.end())
    await write(stdout, values.json ? `${JSON.stringify(report)}\n` : linesOf(report), signal)
    return undefined
  },
})

/** The config with one endpoint for all that a language model does. */
function withLlm(config: unknown, url: string, model: string): unknown {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config
  const one = { url, model }
  const { llm = {} } = config as { readonly llm?: object }
  return { ...config, llm: { extract: one, validate: one, ...llm } }
}

/** A bar for each stage. */
class Stages {
  readonly #context: CliContext
  #stage: BuildStage | null = null
  #progress: Progress | null = null

  constructor(context: CliContext) {
    this.#context = context
  }

  update({ stage, done, total }: BuildProgress): void {
    if (stage !== this.#stage) {
      this.end()
      this.#stage = stage
      this.#progress = new Progress(LABELS[stage], this.#context)
    }
    this.#progress?.update(done, total)
  }

  end(): void {
    this.#progress?.[Symbol.dispose]()
    this.#progress = null
    this.#stage = null
  }
}

function linesOf(report: CurationReport): string {
  const { candidates, different, concepts, relations, rounds, dropped, warnings, usage, code } = report
  const ran = code.works + code.fails
  const header = ['round', 'concepts', 'merged', 'removed', 'coherence']
  const rows = rounds.map((one) =>
    [one.round, one.concepts, one.merged, one.removed, one.coherence.toFixed(3)].map(String),
  )
  return [
    `${counted(candidates, 'candidate')}, ${different.toLocaleString('en')} of them different: ${counted(concepts, 'concept')}, ${counted(relations, 'relation')}`,
    ...(ran > 0 ? [`code: ${code.works} of ${ran} passed`] : []),
    ...(usage.calls > 0 ? [`language models: ${counted(usage.calls, 'call')}, ${usage.cached} known`] : []),
    '',
    ...aligned({ header, rows }),
    '',
    'left out:',
    ...dropped.slice(0, SHOWN).map(({ count, reason }) => `  ${count.toLocaleString('en')}  ${reason}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    '',
    `store: ${report.store}`,
    `report: ${REPORT_FILES.page} in the folder of the build`,
    '',
  ].join('\n')
}
