import { check, checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { askForJson } from '../llm/ask_for_json.ts'
import type { ChatModel } from '../llm/chat_model.ts'
import { LlmError, type LlmReason } from '../llm/llm_error.ts'
import { relationPrompt, relationsPrompt, VERSIONS } from '../llm/prompts.ts'
import { allTogether } from './all_together.ts'
import type { Claim, ErrorRates, Validator, Vote } from './claim.ts'
import {
  readVerdict,
  readVerdicts,
  VERDICT_SCHEMA,
  VERDICTS_SCHEMA,
  type Verdict,
  verdictInWords,
} from './verdicts.ts'

/** How a model is asked about claims. */
export interface LlmValidatorOptions {
  /** Claims of a request. Default 1, the surest. */
  readonly batch?: number | undefined
  /** Votes on each claim. Default 1. They come from one model and count as one together. */
  readonly samples?: number | undefined
  /** Default 0 for one vote, 0.7 for several. */
  readonly temperature?: number | undefined
  /** Its error rates, as `measureRates` finds them. Default 0.2 both. */
  readonly rates?: ErrorRates | undefined
}

export const ASSUMED_RATES: ErrorRates = { falseYes: 0.2, falseNo: 0.2 }

/** Answers that say nothing of a claim, however often they are asked for; other failures end a validation. */
const UNREADABLE: readonly LlmReason[] = ['shape', 'length', 'size', 'filtered']

/**
 * A validator that asks a language model whether claims hold, YES or NO, with a reason. An answer that cannot be read,
 * also when asked again, is a vote that does not know.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options
 * @example
 * ```js
 * import { judgeClaims, llmValidator, openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const content = '{"reason":"A dog is a kind of animal.","verdict":"YES"}'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const claim = { source: 'dog', type: 'parent', target: 'animal' }
 * const [{ accepted, confidence, votes }] = await judgeClaims([claim], [llmValidator(model)])
 * console.log(accepted, confidence.toFixed(2), votes[0].reason) // true 0.80 A dog is a kind of animal.
 * ```
 */
export function llmValidator(model: ChatModel, options: LlmValidatorOptions = {}): Validator {
  refuseUnknown(options, { batch: true, samples: true, temperature: true, rates: true })
  const { batch = 1, samples = 1, rates = ASSUMED_RATES } = options
  checkCount('batch', batch)
  checkCount('samples', samples)
  const { temperature = samples === 1 ? 0 : 0.7 } = options
  check(temperature >= 0 && temperature <= 2, 'temperature', temperature, 'a number from 0 to 2')
  const name = model.model
  const one = async (claim: Claim, sample: number, signal: AbortSignal) => {
    const question = {
      messages: relationPrompt(claim),
      ...{ schema: VERDICT_SCHEMA, read: readVerdict, readWords: verdictInWords, temperature, sample },
    }
    const by = { by: name, prompt: VERSIONS.relation, sample }
    return voteOf(by, () => askForJson(model, question, signal))
  }
  const several = async (claims: readonly Claim[], sample: number, signal: AbortSignal): Promise<Vote[]> => {
    if (claims.length > 1) {
      const read = (value: unknown) => readVerdicts(value, claims.length)
      const question = {
        messages: relationsPrompt(claims),
        ...{ schema: VERDICTS_SCHEMA, read, temperature, sample, maxTokens: 256 + 128 * claims.length },
      }
      const verdicts = await askForJson(model, question, signal).catch(unreadable)
      if (verdicts !== null)
        return verdicts.map((verdict) => ({ ...verdict, by: name, prompt: VERSIONS.relations, sample }))
    }
    return Promise.all(claims.map((claim) => one(claim, sample, signal)))
  }
  return {
    name,
    rates,
    votes: async (claims, { signal } = {}) => {
      const batches = Array.from({ length: Math.ceil(claims.length / batch) }, (_, i) =>
        claims.slice(i * batch, (i + 1) * batch),
      )
      const rounds = Array.from({ length: samples }, (_, sample) =>
        batches.map((some) => ({ some, sample })),
      ).flat()
      const votes = (
        await allTogether(rounds, signal, ({ some, sample }, own) => several(some, sample, own))
      ).flat()
      return claims.map((_, i) => Array.from({ length: samples }, (_, k) => votes[k * claims.length + i]!))
    },
  }
}

/** A vote of a verdict, or one that does not know where none can be read. */
export async function voteOf(
  by: Pick<Vote, 'by' | 'prompt' | 'sample'>,
  ask: () => Promise<Verdict>,
): Promise<Vote> {
  try {
    return { ...by, ...(await ask()) }
  } catch (error) {
    unreadable(error)
    return { ...by, holds: null, reason: (error as LlmError).message }
  }
}

/** Null for an error that says of an answer that it cannot be read; throws others. */
function unreadable(error: unknown): null {
  if (error instanceof LlmError && UNREADABLE.includes(error.reason)) return null
  throw error
}
