import type { ChatAnswer, ChatModel, TokenUsage } from './chat_model.ts'
import { LlmError } from './llm_error.ts'

/** What one model has been asked, and what that has cost. */
export interface ModelCost {
  readonly endpoint: string
  readonly model: string
  /** Answers that came, from the model itself. */
  readonly answers: number
  /** Answers that a cache had. */
  readonly cached: number
  /** Calls that failed after all their tries. */
  readonly failed: number
  /** Tokens, of those answers and failures whose tokens were told. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Answers and failures whose tokens nobody has told. */
  readonly uncounted: number
  /** US dollars for the tokens that were told; null where the price is not known. */
  readonly dollars: number | null
}

/** Counts what models are asked for a job. */
export interface CostMeter {
  /** The same model, counted. Below a cache it would count what is paid alone; above it, what the cache had as well. */
  count(model: ChatModel): ChatModel
  /** Of each model that was asked so far. */
  costs(): readonly ModelCost[]
}

type Counts = { -readonly [K in keyof ModelCost]: ModelCost[K] }

/**
 * A meter of what a job costs.
 *
 * @example
 * ```js
 * import { costMeter, openEndpoint } from 'vector-mamba/curate'
 *
 * const answer = { choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }], usage: { prompt_tokens: 9, completion_tokens: 2 } }
 * const fetch = async () => Response.json(answer)
 * const price = { input: 1, output: 4 }
 * const meter = costMeter()
 * const model = meter.count(openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', price, fetch }))
 * await model.chat({ messages: [{ role: 'user', content: 'Is a dog an animal?' }] })
 * const [{ answers, inputTokens, outputTokens, dollars }] = meter.costs()
 * console.log(answers, inputTokens, outputTokens, dollars) // 1 9 2 0.000017
 * ```
 */
export function costMeter(): CostMeter {
  const all = new Map<string, Counts>()
  const countsOf = ({ endpoint, model, price }: ChatModel): Counts => {
    const key = JSON.stringify([endpoint, model])
    const known = all.get(key)
    if (known !== undefined) return known
    const none = { answers: 0, cached: 0, failed: 0, inputTokens: 0, outputTokens: 0, uncounted: 0 }
    const counts = { endpoint, model, ...none, dollars: price === null ? null : 0 }
    all.set(key, counts)
    return counts
  }
  return {
    count: (model) => {
      const paid = ({ input, output }: TokenUsage, counts: Counts) => {
        if (input === null || output === null) counts.uncounted++
        counts.inputTokens += input ?? 0
        counts.outputTokens += output ?? 0
        if (counts.dollars !== null && model.price !== null)
          counts.dollars += ((input ?? 0) * model.price.input + (output ?? 0) * model.price.output) / 1e6
      }
      const answered = ({ cached, usage }: ChatAnswer, counts: Counts) => {
        if (cached) counts.cached++
        else {
          counts.answers++
          paid(usage, counts)
        }
      }
      return {
        ...model,
        chat: async (request, options) => {
          const counts = countsOf(model)
          try {
            const answer = await model.chat(request, options)
            answered(answer, counts)
            return answer
          } catch (error) {
            options?.signal?.throwIfAborted()
            counts.failed++
            paid(error instanceof LlmError ? error.usage : { input: null, output: null }, counts)
            throw error
          }
        },
      }
    },
    costs: () => [...all.values()].map((counts) => ({ ...counts })),
  }
}
