import { type Resource, workingLifetime } from '../../core/disposable.ts'
import { badArgument, check, describe } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions } from '../../core/run_options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { makeNetwork } from '../network.ts'
import type { LanguageModelConfig } from './config.ts'
import { CONTEXT_TOKENS, contextTokens } from './context.ts'
import { scoreTexts, type TextSurprise } from './score.ts'

/** How texts are judged. */
export interface SurpriseOptions extends CallOptions {
  /** The sentences before each text, one list for each: the model has read them when the text begins. */
  readonly before?: readonly (readonly string[])[] | undefined
  /**
   * Tokens that are read before a text at most, the ends of sentences included: its last whole sentences, or the last
   * tokens of the last one where that alone is longer. Default 256.
   */
  readonly context?: number | undefined
  /** Called with the texts done so far. */
  readonly onProgress?: ((texts: number) => void) | undefined
}

/** A model of a language, which tells how natural texts are. */
export interface LanguageModel extends Resource {
  readonly name: string
  /** Another one wherever the same text may get another result. */
  readonly fingerprint: string
  readonly config: LanguageModelConfig
  /**
   * How unlike the language each text is, in order; the same alone and among others. A text is one sentence as a rule.
   * Throws VmmError BAD_ARGUMENT for what is no text, a text of more than 8,192 tokens, and options that are wrong.
   */
  surprise(texts: readonly string[], options?: SurpriseOptions): Promise<TextSurprise[]>
  /** Tokens of a text, its end not counted. */
  countTokens(text: string): number
}

export interface LanguageModelParts {
  readonly name: string
  readonly fingerprint: string
  readonly config: LanguageModelConfig
  /** All of languageModelParameters. */
  readonly weights: WeightSet
  readonly tokens: Tokens
}

/** Texts that are prepared and read at a time. */
const BLOCK = 256
/** The logits of a longer text would take much memory. */
const MOST_TOKENS = 8192

/** A language model over parts that are there already. */
export function makeLanguageModel({
  name,
  fingerprint,
  config,
  weights,
  tokens: { tokenizer },
}: LanguageModelParts): LanguageModel {
  const network = makeNetwork(config, weights)
  const { during, ends } = workingLifetime(`${name}: the model was disposed`, network.dispose)
  return {
    name,
    fingerprint,
    config,
    surprise: (texts, options = {}) =>
      during(async () => {
        refuseUnknown(options, { ...CALL_OPTIONS, before: true, context: true, onProgress: true })
        const { before, context = CONTEXT_TOKENS, onProgress, ...run } = options
        check(Array.isArray(texts), 'texts', texts, 'an array of strings')
        checkContext(texts, before, context)
        const found: TextSurprise[] = []
        for (let first = 0; first < texts.length; first += BLOCK) {
          run.signal?.throwIfAborted()
          const { ids, offsets } = tokenizer.encodeBatch(texts.slice(first, first + BLOCK), undefined, first)
          // Texts that follow each other have most of their context in common.
          const known = new Map<string, Int32Array>()
          const tokensOf = (text: string): Int32Array => {
            const own = known.get(text) ?? tokenizer.encode(text)
            known.set(text, own)
            return own
          }
          const block = Array.from({ length: offsets.length - 1 }, (_, i) => {
            const tokens = ids.subarray(offsets[i]!, offsets[i + 1]!)
            if (tokens.length > MOST_TOKENS)
              throw badArgument(`texts[${first + i}]`, `${tokens.length} tokens`, `at most ${MOST_TOKENS}`)
            const list = before?.[first + i] ?? []
            return {
              before: contextTokens(list.length, (s) => tokensOf(list[s]!), config.end, context),
              tokens,
            }
          })
          found.push(...(await scoreTexts(network, block, run)))
          onProgress?.(found.length)
        }
        return found
      }),
    countTokens: (text) => tokenizer.encode(text).length,
    ...ends,
  }
}

function checkContext(
  texts: readonly string[],
  before: readonly (readonly string[])[] | undefined,
  context: number,
): void {
  const isCount = Number.isInteger(context) && context >= 0 && context <= MOST_TOKENS
  check(isCount, 'context', context, `a whole number from 0 to ${MOST_TOKENS}`)
  if (before === undefined) return
  check(Array.isArray(before), 'before', before, 'a list of sentences for each text')
  if (before.length !== texts.length)
    throw badArgument('before', `${before.length} lists`, `${texts.length}, one for each text`)
  for (const [i, list] of before.entries())
    if (!Array.isArray(list) || !list.every((text) => typeof text === 'string'))
      throw badArgument(`before[${i}]`, describe(list), 'an array of strings')
}
