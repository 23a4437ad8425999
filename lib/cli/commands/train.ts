import { dirname, join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { readSmallFile } from '../../io/read.ts'
import { PLOT_FILE } from '../../train/core/loop.ts'
import { runTraining } from '../../train/core/run.ts'
import { TRAINABLES } from '../../train/train_model.ts'
import { defineCommand, type Options, UsageError, wholeNumber } from '../command.ts'
import { write } from '../context.ts'
import { Progress } from '../output/progress.ts'
import { TrainingDisplay } from '../output/training.ts'

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

const MOST_CONFIG_BYTES = 1 << 24
const NAMES = TRAINABLES.map(({ name }) => name)
const ABOUT = TRAINABLES.map(({ name, what }) => `${name}: ${what}.\n`)

export const train = defineCommand({
  usage: `train ${NAMES.join('|')} --config FILE`,
  about:
    `${ABOUT.join('')}All are trained on documents. Paths in the config begin at its folder. What is encoded once is kept in the cache\n` +
    `directory. The folder \`out\` of the config gets checkpoints, metrics.jsonl, ${PLOT_FILE} and, at the end, the model\n` +
    'as a bundle. A run that was interrupted goes on when it is called again.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const [name = '', ...rest] = positionals
    const trainable = TRAINABLES.find((one) => one.name === name)
    if (!trainable || rest.length > 0)
      throw new UsageError(
        `expected ${NAMES.join(', ')} to train; got ${JSON.stringify(positionals.join(' '))}`,
      )
    const { config: path } = values
    if (path === undefined) throw new UsageError('--config is missing')
    const threads = wholeNumber(values.threads, '--threads', [1, 1024])
    const config = await readConfig(path)
    const folder = dirname(path)
    const { out } = trainable.configure(config, folder).training
    const engine = await context.engine()
    const { signal } = context
    {
      using encoding = new Progress('Encoding sentences', context)
      using display = new TrainingDisplay(trainable.unit, context)
      for await (const progress of runTraining(trainable, config, {
        folder,
        signal,
        threads,
        restart: values.restart,
        cacheDir: cacheDirectory(context.env),
        loadEncoder: (encoder, { cacheDir, head }) =>
          engine.loadEncoder(encoder, { signal, cacheDir: cacheDir!, head }),
        onEncoding: (sentences) => encoding.update(sentences),
        onData: (_data, about) => {
          encoding[Symbol.dispose]()
          context.stderr.write(`${about.join('\n')}\n`)
        },
      }))
        display.update(progress)
    }
    await write(
      context.stdout,
      `${name}: ${join(out, trainable.bundle)}\nplot: ${join(out, PLOT_FILE)}\n`,
      signal,
    )
    return undefined
  },
})

async function readConfig(path: string): Promise<unknown> {
  const text = (await readSmallFile(path, MOST_CONFIG_BYTES)).toString()
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: ${(cause as Error).message}`, { cause })
  }
}
