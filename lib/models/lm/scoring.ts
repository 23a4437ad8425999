import type { CallOptions } from '../../core/run_options.ts'
import { openDecoding, type ScoredPart } from './decoding/decoding.ts'
import { placesFor, roomFor, stateBytes } from './decoding/states.ts'
import type { LanguageNetwork } from './network.ts'

/** A text as tokens, and what stands before it. */
export interface ScoredTokens {
  /** Tokens that are read before the text and do not count. Without any, the first token of the text does not count either. */
  readonly before: readonly number[]
  readonly tokens: ArrayLike<number>
  /** What the encoder reads; null for a model that has none. */
  readonly encoded: ArrayLike<number> | null
}

/** A window of a text: its tokens, and those of them that count. */
interface Window extends Omit<ScoredPart, 'sequence'> {
  readonly text: number
}

const MOST_SEQUENCES = 16
/** Bytes of the caches at a time, where more than one sequence is read. */
const CACHE_BYTES = 2 ** 30

/**
 * The negative log-likelihoods in nats of the tokens that count, text by text: each after all before it, or where a model
 * takes fewer tokens, after half as many as it takes at least.
 */
export async function scoreTokens(
  network: LanguageNetwork,
  texts: readonly ScoredTokens[],
  run: CallOptions,
): Promise<number[][]> {
  const { family, config } = network
  const found = texts.map((): number[] => [])
  const windows = texts.flatMap((text, i) => windowsOf(text, i, config.contextTokens))
  for (let first = 0; first < windows.length; ) {
    run.signal?.throwIfAborted()
    const sizeOf = (count: number) => {
      const some = windows.slice(first, first + count)
      const longest = Math.max(...some.map(({ tokens }) => tokens.length))
      const read = some.reduce((sum, { text }) => sum + (texts[text]!.encoded?.length ?? 0), 0)
      return {
        sequences: placesFor(count),
        capacity: roomFor(longest, config.contextTokens),
        memory: roomFor(Math.max(1, read), null),
      }
    }
    let count = 1
    while (count < MOST_SEQUENCES && first + count < windows.length) {
      if (stateBytes(family.states(config), sizeOf(count + 1)) > CACHE_BYTES) break
      count++
    }
    const block = windows.slice(first, first + count)
    using decoding = openDecoding(network, sizeOf(count))
    if (family.encode !== null) {
      const prompts = block.map(({ text }) => texts[text]!.encoded ?? [])
      await decoding.encode(
        prompts,
        prompts.map((_, i) => i),
        run,
      )
    }
    const parts = block.map((window, sequence) => ({ ...window, sequence }))
    const surprises = await decoding.score(parts, run)
    for (const [i, { text }] of block.entries()) for (const nats of surprises[i]!) found[text]!.push(nats)
    first += count
  }
  return found
}

/** The windows of a text; of two that overlap the later one has half of its tokens for what stands before. */
function windowsOf({ before, tokens }: ScoredTokens, text: number, most: number | null): Window[] {
  const all = [...before, ...Array.from(tokens)]
  /** The first token that counts, and what is read to tell all of them. */
  let next = Math.max(1, before.length)
  const windows: Window[] = []
  while (next < all.length) {
    const begin =
      most === null || all.length - 1 <= most ? 0 : windows.length === 0 ? 0 : next - Math.ceil(most / 2)
    const end = most === null ? all.length - 1 : Math.min(all.length - 1, begin + most)
    windows.push({
      text,
      tokens: all.slice(begin, end),
      targets: all.slice(next, end + 1),
      from: next - 1 - begin,
    })
    next = end + 1
  }
  return windows
}
