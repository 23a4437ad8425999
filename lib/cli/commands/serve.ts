import type { Server } from 'vector-mamba-server'
import type { ConceptStore } from '../../store/store.ts'
import { defineCommand, noArguments, type Options } from '../command.ts'
import { type CliContext, write } from '../context.ts'
import { interruption } from '../options/interruption.ts'
import { type LoadedModel, MODEL_OPTIONS } from '../options/model.ts'
import { PUBLISHED_OPTIONS } from '../options/published.ts'
import { SERVED_OPTIONS, servedBy } from '../options/served.ts'
import { reachOf, SERVER_OPTIONS, serverPackage } from '../options/server.ts'
import { withModelOrStore } from '../options/store.ts'

const OPTIONS = {
  ...SERVER_OPTIONS,
  ...SERVED_OPTIONS,
  ...MODEL_OPTIONS,
  ...PUBLISHED_OPTIONS,
} as const satisfies Options

export const serve = defineCommand({
  usage: 'serve [options]',
  about:
    'Serves the models over HTTP until it is interrupted: embeddings as clients of OpenAI ask for them, similarity, concepts,\n' +
    'domains, prediction, inversion. Only programs of this machine can ask, unless --host names another address, which needs\n' +
    'a token. It answers as soon as the model is loaded; /health/ready tells when all is.',
  options: OPTIONS,
  async run(values, positionals, context) {
    noArguments(positionals)
    const reach = await reachOf(values, context)
    const { createServer } = await serverPackage()
    const serveModels = async (loaded: LoadedModel, store: ConceptStore | null) => {
      const { model, options } = loaded
      await using served = await servedBy(values, loaded, store, context)
      const onAnswer = (entry: object) => context.stderr.write(`${JSON.stringify(entry)}\n`)
      const how = { ...reach, threads: options.threads, ...(values.log && { onAnswer }) }
      const server = await createServer(served.engine, how)
      try {
        await untilInterrupted(server, model.name, context)
      } finally {
        await server.close()
      }
    }
    await withModelOrStore(values.store, values, context, serveModels)
    return undefined
  },
})

/** Serves until the user or the system ends it, which is no failure. */
async function untilInterrupted(server: Server, model: string, context: CliContext): Promise<void> {
  const address = await server.listen()
  await write(context.stdout, `vmm serves ${model} at ${address}\n`, context.signal)
  try {
    await server.load()
    await new Promise<never>((_, reject) => {
      const end = () => reject(context.signal.reason)
      if (context.signal.aborted) end()
      context.signal.addEventListener('abort', end, { once: true })
    })
  } catch (error) {
    if (interruption(context) === null) throw error
  }
}
