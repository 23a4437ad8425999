import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { cacheDirectory } from '../../bundle/cache_dir.ts'
import { fileError } from '../../bundle/files.ts'
import { VmmError } from '../../runtime/errors.ts'
import { PLOT_FILE } from '../../train/loop.ts'
import { BUNDLE_FOLDER, type TrainingData, trainPredictor } from '../../train/predictor.ts'
import { predictorTraining } from '../../train/predictor_config.ts'
import { defineCommand, type Options, UsageError, wholeNumber } from '../command.ts'
import { type CliContext, write } from '../context.ts'
import { Progress } from '../progress.ts'
import { TrainingDisplay } from '../training_display.ts'

const OPTIONS = {
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'JSON that says what to train, on what and how',
  },
  restart: { type: 'boolean', help: 'begin anew instead of going on from the last checkpoint' },
  threads: { type: 'string', value: 'N', help: 'threads to use (default: as many as there are fast cores)' },
} as const satisfies Options

export const train = defineCommand({
  usage: 'train predictor --config FILE',
  about:
    'Trains a model that predicts the next concept of a text, on documents. Paths in the config begin at its folder.\n' +
    'Documents are encoded once and kept in the cache directory. The folder `out` of the config gets checkpoints,\n' +
    `metrics.jsonl, ${PLOT_FILE} and, at the end, the model as a bundle. A run that was interrupted goes on when it is\n` +
    'called again.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const [kind, ...rest] = positionals
    if (kind !== 'predictor' || rest.length > 0)
      throw new UsageError(`expected 'predictor' to train; got ${JSON.stringify(positionals.join(' '))}`)
    const { config: path } = values
    if (path === undefined) throw new UsageError('--config is missing')
    const threads = wholeNumber(values.threads, '--threads', [1, 1024])
    const config = await readConfig(path)
    const { out } = predictorTraining(config)
    const folder = dirname(path)
    const engine = await context.engine()
    const { signal } = context
    {
      using encoding = new Progress('Encoding sentences', context)
      using display = new TrainingDisplay(context)
      for await (const progress of trainPredictor(config, {
        folder,
        signal,
        threads,
        restart: values.restart,
        cacheDir: cacheDirectory(context.env),
        loadEncoder: (name, { cacheDir }) => engine.loadModel(name, { signal, cacheDir: cacheDir! }),
        onEncoding: (sentences) => encoding.update(sentences),
        onData: (data) => {
          encoding[Symbol.dispose]()
          context.stderr.write(about(data))
        },
      }))
        display.update(progress)
    }
    await tellResult(resolve(folder, out), context)
    return undefined
  },
})

async function readConfig(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: ${(cause as Error).message}`, { cause })
  }
}

/** What a run is trained on, for people. */
function about({ documents, split, domains, batchesPerEpoch, tooShort }: TrainingData): string {
  const count = (n: number) => n.toLocaleString('en')
  const { empty, repeated, unusable } = documents.dropped
  const lines = [
    `${count(documents.sentences)} sentences of ${count(documents.count)} documents: ${count(split.train.length)} to train on, ` +
      `${count(split.validation.length)} to evaluate, ${count(split.test.length)} kept for tests`,
    `dropped: ${count(empty)} empty, ${count(repeated)} that repeat the one before, ${count(unusable)} without a usable vector; ` +
      `${count(documents.truncated)} are longer than the encoder reads`,
    `an epoch has ${count(batchesPerEpoch)} batches; ${count(tooShort)} documents are too short for a window`,
  ]
  if (domains) {
    const { names, expertOf } = domains
    const experts = Math.max(...Array.from(expertOf)) + 1
    for (let expert = 0; expert < experts; expert++)
      lines.push(`expert ${expert}: ${names.filter((_, i) => expertOf[i] === expert).join(', ')}`)
  }
  return `${lines.join('\n')}\n`
}

async function tellResult(out: string, { stdout, signal }: CliContext): Promise<void> {
  await write(stdout, `predictor: ${join(out, BUNDLE_FOLDER)}\nplot: ${join(out, PLOT_FILE)}\n`, signal)
}
