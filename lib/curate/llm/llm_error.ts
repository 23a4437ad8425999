import { VmmError } from '../../core/errors.ts'
import type { TokenUsage } from './chat_model.ts'

/** Why a language model has given no answer that can be used, as a stable word that callers can switch on. */
export type LlmReason =
  | 'network' // nothing answers, or the connection is lost again and again
  | 'silence' // it has said nothing for too long
  | 'busy' // it asks to wait for longer than is waited, or is busy again and again
  | 'server' // it fails, or what comes is no answer
  | 'length' // the answer has no end within the tokens that it may have
  | 'size' // the answer is longer than any may be
  | 'filtered' // who runs it withholds the answer
  | 'shape' // the answer is not what was asked for, also when asked again

/**
 * A VmmError SERVICE of a language model, with its reason.
 *
 * @example
 * ```js
 * import { LlmError, openEndpoint } from 'vector-mamba/curate'
 *
 * const fetch = async () => Response.json({ choices: [{ message: { content: 'On and' }, finish_reason: 'length' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const error = await model.chat({ messages: [{ role: 'user', content: 'Write a book.' }] }).catch((e) => e)
 * console.log(error instanceof LlmError, error.reason, error.text) // true length On and
 * ```
 */
export class LlmError extends VmmError {
  readonly reason: LlmReason
  /** What was said until then. */
  readonly text: string
  /** What that has cost. */
  readonly usage: TokenUsage

  constructor(
    reason: LlmReason,
    message: string,
    { text = '', usage = { input: null, output: null } }: { text?: string; usage?: TokenUsage } = {},
  ) {
    super('SERVICE', message)
    this.reason = reason
    this.text = text
    this.usage = usage
  }
}
