import { exportGguf } from './install.ts'
import { tokenizerOf } from './tokenizer.ts'

interface WriteArgs {
  /** Of a published GPT-2 or Mamba. */
  readonly folder: string
  readonly prompts: readonly string[]
  /** After each prompt. */
  readonly tokens: number
  readonly dtype: 'f32' | 'bf16' | 'q8_0'
}

/** The part of node-llama-cpp that is called. */
interface NodeLlamaCpp {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<LlamaModel> }>
}

interface LlamaModel {
  createContext(options: object): Promise<LlamaContext>
  dispose(): Promise<void>
}

interface LlamaContext {
  getSequence(): LlamaSequence
  dispose(): Promise<void>
}

interface LlamaSequence {
  clearHistory(): Promise<void>
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>
}

/** By how many tokens, and how often, numbers of threads are tried. */
const [TRIED, TRIES] = [4, 2]

/**
 * The likeliest tokens after each prompt, all texts side by side in one context. On as many threads as asked for, or on
 * one where that is faster: its threads wait by spinning, which costs more than it gains where cores are shared.
 */
export async function llamaWrite({ folder, prompts, tokens, dtype }: WriteArgs, threads: number) {
  const { getLlama } = (await import('node-llama-cpp' as string)) as NodeLlamaCpp
  const llama = await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' },
    maxThreads: threads,
  })
  const model = await llama.loadModel({ modelPath: exportGguf(folder, dtype) })
  const tokenizer = tokenizerOf(folder)
  const ids = prompts.map((prompt) => tokenizer.encode(prompt).ids)
  const longest = Math.max(...ids.map(({ length }) => length))

  const open = async (count: number) => {
    const context = await model.createContext({
      ...{ contextSize: longest + tokens, batchSize: 512, sequences: ids.length },
      ...{ threads: count, ignoreMemorySafetyChecks: true },
    })
    const sequences = ids.map(() => context.getSequence())
    const run = (most = tokens) =>
      Promise.all(
        sequences.map(async (sequence, i) => {
          await sequence.clearHistory()
          const text: number[] = []
          for await (const token of sequence.evaluate(ids[i]!, { temperature: 0, yieldEogToken: true }))
            if (text.push(token) === most) break
          return text
        }),
      )
    return { run, dispose: () => context.dispose() }
  }
  const bestOf = async (run: (most: number) => Promise<unknown>, hopeless = Number.POSITIVE_INFINITY) => {
    let best = Number.POSITIVE_INFINITY
    for (let i = 0; i < TRIES && (i === 0 || best < hopeless); i++) {
      const start = performance.now()
      await run(Math.min(tokens, TRIED))
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  const [one, all] = [await open(1), await open(threads)]
  const alone = await bestOf(one.run)
  const [slower, faster] = alone < (await bestOf(all.run, 2 * alone)) ? [all, one] : [one, all]
  await slower.dispose()
  return Object.assign(() => faster.run(), { dispose: () => model.dispose() })
}
