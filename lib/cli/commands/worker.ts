import { runWorker } from '../../curate/build/queue/run_worker.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { defineCommand, noArguments, type Options, UsageError, wholeNumber } from '../command.ts'

const OPTIONS = {
  queue: { type: 'string', value: 'ADDRESS', help: 'redis://… or postgres://…, as for vmm curate' },
  'at-once': { type: 'string', value: 'N', help: 'units to work on at a time (default: 1)' },
} as const satisfies Options

export const worker = defineCommand({
  usage: 'worker --queue ADDRESS',
  about:
    'Works for those who run vmm curate with the same queue, until it is ended: asks language models, runs code in a sandbox.\n' +
    'Needs the packages bullmq and ioredis, or bullmq and pg.',
  options: OPTIONS,
  async run(values, positionals, { env, signal, stderr }) {
    noArguments(positionals)
    const { queue } = values
    if (queue === undefined) throw new UsageError('no queue: name one with --queue')
    const atOnce = wholeNumber(values['at-once'], '--at-once', [1, 1024])
    stderr.write('vmm: waiting for work; Ctrl-C ends it\n')
    const onUnit = ({ name, candidates }: { name: string; candidates: number }) =>
      stderr.write(`vmm: ${name}: ${candidates} candidates\n`)
    await runWorker(queue, { atOnce, cacheDir: cacheDirectory(env), signal, onUnit })
    return undefined
  },
})
