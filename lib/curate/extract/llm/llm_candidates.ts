import { linkedAbort } from '../../../core/aborts.ts'
import { checkCount } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import type { Candidates } from '../../candidates/candidate.ts'
import type { Drops } from '../../candidates/drops.ts'
import type { ChatModel } from '../../llm/chat_model.ts'
import {
  EXTRACT_OPTIONS,
  type ExtractedConcepts,
  type ExtractOptions,
  extractConcepts,
  type TextPassage,
} from './extract_concepts.ts'

/** How the concepts of many passages are asked for. */
export interface LlmCandidatesOptions extends ExtractOptions {
  /** Passages that are asked about at a time; the model has limits of its own. Default 4. */
  readonly atOnce?: number | undefined
  /** Called for each passage with what was left out. */
  readonly onDropped?: ((dropped: readonly Drops[], passage: TextPassage) => void) | undefined
}

/**
 * The concepts of passages one after another, as `extractConcepts` finds them, several passages at a time.
 *
 * @throws what `extractConcepts` throws
 * @example
 * ```js
 * import { llmCandidates, openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const content = 'photosynthesis :: requires :: [sunlight]'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const passages = [{ text: 'Plants need sunlight for photosynthesis.', source: 'leaves.txt' }]
 * for await (const { text } of llmCandidates(model, passages)) console.log(text) // photosynthesis
 * // sunlight
 * ```
 */
export async function* llmCandidates(
  model: ChatModel,
  passages: Iterable<TextPassage> | AsyncIterable<TextPassage>,
  options: LlmCandidatesOptions = {},
): Candidates {
  refuseUnknown(options, { ...EXTRACT_OPTIONS, atOnce: true, onDropped: true })
  const { atOnce = 4, onDropped, signal, ...how } = options
  checkCount('atOnce', atOnce)
  const asking = linkedAbort(signal)
  const waiting: { readonly passage: TextPassage; readonly found: Promise<ExtractedConcepts> }[] = []
  const next = async () => {
    const { passage, found } = waiting.shift()!
    const { candidates, dropped } = await found
    onDropped?.(dropped, passage)
    return candidates
  }
  try {
    for await (const passage of passages) {
      if (waiting.length === atOnce) yield* await next()
      const found = extractConcepts(model, passage, { ...how, signal: asking.signal })
      // It is waited for later; until then its failure is nobody's.
      found.catch(() => {})
      waiting.push({ passage, found })
    }
    while (waiting.length > 0) yield* await next()
  } finally {
    // What is still asked when nobody wants more.
    asking.release()
    asking.abort()
  }
}
