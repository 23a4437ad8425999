import { fieldsOf, saidJson } from '../../models/remote/said.ts'
import type { TokenUsage } from './chat_model.ts'
import type { LlmReason } from './llm_error.ts'

/** What an endpoint has said to a request. */
export interface Completion {
  readonly text: string
  /** Why it ended; null where nobody has said. */
  readonly finish: string | null
  readonly usage: TokenUsage
}

/** Why what has come is no whole answer. */
export interface Flaw {
  readonly reason: LlmReason
  readonly message: string
  /** Whether another try may go well. */
  readonly again: boolean
  readonly text: string
}

/** Characters of an answer at most, its thoughts among them. */
export const LONGEST_ANSWER = 1 << 20
/** Bytes that are read for it at most: a token of four letters comes in an event of some hundred bytes. */
const MOST_BYTES = 1 << 28
/** What the lines of an event stream begin with that say something. */
const DATA = 'data:'

/**
 * Reads an answer of `/chat/completions`: a stream of events, each a line `data: …` with what is new, or one JSON
 * object from servers that do not stream.
 */
export async function readCompletion(chunks: AsyncIterable<Uint8Array>): Promise<Completion | Flaw> {
  const decoder = new TextDecoder()
  const answer = answerSoFar()
  const begun: string[] = [] // pieces of a line whose end has not come
  let [length, bytes] = [0, 0]
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) return answer.flaw('size', `an answer of over ${MOST_BYTES} bytes`, false)
    const [first, ...lines] = decoder.decode(chunk, { stream: true }).split('\n')
    begun.push(first!)
    length += first!.length
    for (const next of lines) {
      const flaw = answer.take(begun.join(''))
      if (flaw !== null) return flaw
      begun.splice(0, begun.length, next)
      length = next.length
    }
    if (length > 2 * LONGEST_ANSWER) return answer.tooLong()
    // Some servers leave the connection open.
    if (answer.isDone()) return answer.end()
  }
  return answer.take(begun.join('') + decoder.decode()) ?? answer.end()
}

/** An answer of which not all has come. */
function answerSoFar() {
  let text = ''
  let length = 0
  let finish: string | null = null
  let usage: TokenUsage = { input: null, output: null }
  let [streams, done] = [false, false]
  const plain: string[] = []
  const flaw = (reason: LlmReason, message: string, again: boolean): Flaw => ({
    reason,
    message,
    again,
    text,
  })
  const tooLong = () => flaw('size', `an answer of over ${LONGEST_ANSWER} characters`, false)
  const part = (json: string, which: 'delta' | 'message'): Flaw | null => {
    const event = fieldsOf(saidJson(json))
    if (event.error !== undefined && event.error !== null)
      return flaw('server', `the answer breaks off: ${wordsOf(event.error)}`, true)
    if (!Array.isArray(event.choices) && event.usage === undefined)
      return flaw('server', 'the answer is none of a chat', true)
    const counted = fieldsOf(event.usage)
    usage = {
      input: countOf(counted.prompt_tokens) ?? usage.input,
      output: countOf(counted.completion_tokens) ?? usage.output,
    }
    const choice = fieldsOf(Array.isArray(event.choices) ? event.choices[0] : null)
    const said = fieldsOf(choice[which])
    for (const words of [said.content, said.reasoning_content, said.reasoning])
      if (typeof words === 'string') length += words.length
    if (typeof said.content === 'string') text += said.content
    if (typeof choice.finish_reason === 'string') finish = choice.finish_reason
    return length > LONGEST_ANSWER ? tooLong() : null
  }
  return {
    flaw,
    tooLong,
    isDone: () => done,
    take(line: string): Flaw | null {
      if (!line.startsWith(DATA)) {
        if (streams || /^(:|event:|id:|retry:)/.test(line)) return null
        length += line.length
        plain.push(line)
        return length > 2 * LONGEST_ANSWER ? tooLong() : null
      }
      streams = true
      const event = line.slice(DATA.length).trim()
      done ||= event === '[DONE]'
      return done || event === '' ? null : part(event, 'delta')
    },
    end(): Completion | Flaw {
      if (!streams) {
        length = 0
        const wrong = part(plain.join('\n'), 'message')
        if (wrong !== null) return wrong
        if (finish === null) return flaw('server', 'the answer has no choices', true)
      } else if (!done && finish === null) return flaw('server', 'the answer ends early', true)
      return { text, finish, usage }
    },
  }
}

function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null
}

/** What an error in a stream says, on one line. */
function wordsOf(error: unknown): string {
  const said = typeof error === 'string' ? error : fieldsOf(error).message
  return (typeof said === 'string' ? said : 'an error').replace(/\s+/g, ' ').slice(0, 300)
}
