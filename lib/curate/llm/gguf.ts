import { basename } from 'node:path'
import { check, VmmError } from '../../core/errors.ts'
import { inTurn } from '../../core/in_turn.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { sha256Once } from '../../io/hash_once.ts'
import { wholeNumber } from '../../models/remote/service_options.ts'
import { CHAT_DEFAULTS, type ChatMessage, type ChatModel, type ChatRequest } from './chat_model.ts'
import { LlmError } from './llm_error.ts'
import { withoutThoughts } from './thoughts.ts'

/** How a language model of a GGUF file is run on this machine. */
export interface GgufOptions {
  /** The GGUF file. */
  readonly path: string
  /** Tokens of a prompt and its answer together. Default 4096. */
  readonly contextTokens?: number | undefined
  /** Default: what llama.cpp takes. */
  readonly threads?: number | undefined
}

const OPTIONS = { path: true, contextTokens: true, threads: true } as const satisfies OptionNames<GgufOptions>

/** The part of node-llama-cpp that is called. */
export interface NodeLlamaCpp {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<LlamaModel>
    createGrammarForJsonSchema(schema: object): Promise<object>
    dispose(): Promise<void>
  }>
  readonly LlamaChatSession: new (options: object) => LlamaSession
}

interface LlamaModel {
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>
}

interface LlamaSequence {
  readonly tokenMeter: { getState(): TokenCounts; diff(before: TokenCounts): TokenCounts }
}

interface TokenCounts {
  readonly usedInputTokens: number
  readonly usedOutputTokens: number
}

interface LlamaSession {
  setChatHistory(history: readonly object[]): void
  promptWithMeta(text: string, options: object): Promise<{ responseText: string; stopReason: string }>
  dispose(options: { disposeSequence: boolean }): void
}

const NEED = 'models of GGUF files need the package node-llama-cpp: npm install node-llama-cpp'

const load = (): Promise<NodeLlamaCpp> => import('node-llama-cpp')

/**
 * A language model of a GGUF file, run by llama.cpp on the CPU. It answers one request at a time, and is held to a
 * request's schema by a grammar. Needs the package node-llama-cpp, of which nothing is built or downloaded here.
 *
 * @throws VmmError UNSUPPORTED where node-llama-cpp is missing or does not run here; NOT_FOUND, BAD_FILE for the file;
 *   BAD_ARGUMENT for wrong options
 * @example
 * ```js
 * import { openGguf } from 'vector-mamba/curate'
 *
 * // Without the package or the file, as here; otherwise it is a model as openEndpoint gives one.
 * await openGguf({ path: 'none.gguf' }).catch(({ name }) => console.log(name)) // VmmError
 * ```
 */
export async function openGguf(options: GgufOptions): Promise<ChatModel> {
  checkOptions(options)
  return ggufModel(await optionalPackages(load, NEED), options)
}

/** The same by a package that is there. */
export async function ggufModel(
  { getLlama, LlamaChatSession }: NodeLlamaCpp,
  options: GgufOptions,
): Promise<ChatModel> {
  const { path, contextTokens = 4096, threads } = checkOptions(options)
  // Caches must not take one file for another of its name.
  const hash = await sha256Once(path, cacheDirectory())
  const how = { gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' }
  const llama = await getLlama(how).catch((cause: unknown) => {
    throw new VmmError('UNSUPPORTED', `node-llama-cpp does not run here: ${textOf(cause)}`, { cause })
  })
  const open = async () => {
    const model = await llama.loadModel({ modelPath: path })
    const context = await model.createContext({ contextSize: contextTokens, ...(threads && { threads }) })
    return context.getSequence()
  }
  const sequence = await open().catch(async (cause: unknown) => {
    await llama.dispose()
    throw new VmmError('BAD_FILE', `${path}: llama.cpp cannot run it: ${textOf(cause)}`, { cause })
  })
  const turn = inTurn()
  const name = `${basename(path)} ${hash.slice(0, 12)}`
  const answer = async (request: ChatRequest, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    const { maxTokens, temperature, sample } = { ...CHAT_DEFAULTS, ...request }
    const session = new LlamaChatSession({ contextSequence: sequence })
    const before = sequence.tokenMeter.getState()
    try {
      session.setChatHistory(request.messages.slice(0, -1).map(historyItem))
      const { responseText, stopReason } = await session.promptWithMeta(request.messages.at(-1)!.content, {
        ...{ maxTokens, temperature, signal, seed: sample },
        ...(request.schema && { grammar: await llama.createGrammarForJsonSchema(request.schema) }),
      })
      const used = sequence.tokenMeter.diff(before)
      const usage = { input: used.usedInputTokens, output: used.usedOutputTokens }
      const text = withoutThoughts(responseText)
      if (stopReason === 'maxTokens')
        throw new LlmError('length', `${name}: the answer has no end within its tokens`, { text, usage })
      return { text, usage, cached: false }
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof VmmError) throw error
      throw new LlmError('server', `${name}: ${textOf(error)}`)
    } finally {
      session.dispose({ disposeSequence: false })
    }
  }
  return {
    model: name,
    endpoint: 'llama.cpp',
    price: { input: 0, output: 0 },
    chat: (request, { signal } = {}) => turn(() => answer(request, signal)),
    dispose: () => turn(() => llama.dispose()),
  }
}

function checkOptions(options: GgufOptions): GgufOptions {
  refuseUnknown(options, OPTIONS)
  const { path, contextTokens = 4096, threads = 1 } = options
  check(typeof path === 'string' && path !== '', 'path', path, 'the path of a GGUF file')
  wholeNumber('contextTokens', contextTokens, 64, 1 << 20)
  wholeNumber('threads', threads, 1, 1024)
  return options
}

function historyItem({ role, content }: ChatMessage): object {
  if (role === 'assistant') return { type: 'model', response: [content] }
  return { type: role, text: content }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
