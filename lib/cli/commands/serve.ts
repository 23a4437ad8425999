import type { Server, ServerEngine } from 'vector-mamba-server'
import { defineCommand, noArguments, type Options } from '../command.ts'
import { type CliContext, write } from '../context.ts'
import { interruption } from '../options/interruption.ts'
import { MODEL_OPTIONS, withModel } from '../options/model.ts'
import { PUBLISHED_OPTIONS } from '../options/published.ts'
import { reachOf, SERVER_OPTIONS, serverPackage } from '../options/server.ts'

const OPTIONS = { ...SERVER_OPTIONS, ...MODEL_OPTIONS, ...PUBLISHED_OPTIONS } as const satisfies Options

export const serve = defineCommand({
  usage: 'serve [options]',
  about:
    'Serves the models over HTTP, as clients of OpenAI ask for embeddings, until it is interrupted: then it ends within\n' +
    'two seconds. Only programs of this machine can ask, unless --host names another address, which needs a token.',
  options: OPTIONS,
  async run(values, positionals, context) {
    noArguments(positionals)
    const reach = await reachOf(values, context)
    const { createServer } = await serverPackage()
    await withModel(values, context, async ({ model, options: { threads } }) => {
      const engine: ServerEngine = { encoder: model }
      const onAnswer = (entry: object) => context.stderr.write(`${JSON.stringify(entry)}\n`)
      const server = await createServer(engine, { ...reach, threads, ...(values.log && { onAnswer }) })
      try {
        await untilInterrupted(server, model.name, context)
      } finally {
        await server.close()
      }
    })
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
