import { askForJson } from '../llm/ask_for_json.ts'
import type { ChatMessage, ChatModel } from '../llm/chat_model.ts'
import { LlmError } from '../llm/llm_error.ts'
import { conPrompt, judgePrompt, proPrompt, VERSIONS } from '../llm/prompts.ts'
import { allTogether } from './all_together.ts'
import type { Claim, ErrorRates, Validator, Vote } from './claim.ts'
import { ASSUMED_RATES, voteOf } from './llm_validator.ts'
import { readVerdict, VERDICT_SCHEMA, verdictInWords } from './verdicts.ts'

/** Who debates; the same model may have several parts, though different ones see more. */
export interface Debaters {
  /** Argues for a claim. */
  readonly pro: ChatModel
  /** Finds flaws in it, given what was said for it. */
  readonly con: ChatModel
  /** Gives the verdict, given both. */
  readonly judge: ChatModel
}

/** Tokens of an argument at most; one that is longer counts as far as it goes. */
const ARGUMENT_TOKENS = 512

/**
 * A validator that has claims debated: one model argues for a claim, one finds flaws, a third decides. Three requests a claim.
 *
 * @param rates of its verdicts, as `measureRates` finds them; 0.2 both where they are left out
 * @example
 * ```js
 * import { debateValidator, judgeClaims, openEndpoint } from 'vector-mamba/curate'
 *
 * // One answer to all in place of a server; without it, `url` is asked by fetch.
 * const content = '{"reason":"A dog is a kind of animal.","verdict":"YES"}'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const debate = debateValidator({ pro: model, con: model, judge: model })
 * const [{ accepted }] = await judgeClaims([{ source: 'dog', type: 'parent', target: 'animal' }], [debate])
 * console.log(accepted) // true
 * ```
 */
export function debateValidator({ pro, con, judge }: Debaters, rates: ErrorRates = ASSUMED_RATES): Validator {
  const name = `debate: ${pro.model}, ${con.model}, ${judge.model}`
  const prompt = `${VERSIONS.pro}, ${VERSIONS.con}, ${VERSIONS.judge}`
  const debate = async (claim: Claim, signal: AbortSignal): Promise<Vote> => {
    const defence = await argument(pro, proPrompt(claim), signal)
    const flaws = await argument(con, conPrompt(claim, defence), signal)
    const question = {
      messages: judgePrompt(claim, defence, flaws),
      ...{ schema: VERDICT_SCHEMA, read: readVerdict, readWords: verdictInWords },
    }
    return voteOf({ by: name, prompt, sample: 0 }, () => askForJson(judge, question, signal))
  }
  return {
    name,
    rates,
    votes: async (claims, { signal } = {}) =>
      (await allTogether(claims, signal, debate)).map((vote) => [vote]),
  }
}

async function argument(
  model: ChatModel,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await model.chat({ messages, maxTokens: ARGUMENT_TOKENS }, { signal })).text
  } catch (error) {
    if (error instanceof LlmError && (error.reason === 'length' || error.reason === 'filtered'))
      return error.text
    throw error
  }
}
