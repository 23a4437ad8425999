import { badArgument } from '../../../core/errors.ts'
import { type DecodingSize, placesFor, roomFor, stateBytes } from '../decoding/states.ts'
import type { LanguageNetwork } from '../network.ts'
import type { Plan } from './options.ts'
import { type Prompt, tokensAfter } from './prompt.ts'
import { placesOf } from './speculation/places.ts'

const MOST_SEQUENCES = 64

/** How many of some prompts are written at a time, and the sizes of the states that this takes. */
export interface Block {
  readonly count: number
  readonly size: DecodingSize
  /** Of the model that guesses; null where there is none. */
  readonly draftSize: DecodingSize | null
}

/** Texts that a prompt has at once. */
export function textsOf({ beams, samples }: Plan): number {
  return beams > 1 ? beams : samples
}

/**
 * As many of some prompts, from the first one on, as `cacheBytes` suffice for.
 *
 * @throws VmmError BAD_ARGUMENT where that is not one
 */
export function blockOf(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  plan: Plan,
  drafting: LanguageNetwork | null,
): Block {
  const places = plan.speculation === null ? textsOf(plan) : placesOf(network)
  const sizeOf = (count: number, { config }: LanguageNetwork, own: number): DecodingSize => {
    const some = prompts.slice(0, count)
    const tokens = some.map(
      (prompt) => prompt.tokens.length + tokensAfter(prompt, network.config, plan.maxTokens),
    )
    const memory = some.reduce((sum, { encoded }) => sum + (encoded?.length ?? 0), 0)
    return {
      sequences: placesFor(count * own),
      capacity: roomFor(Math.max(...tokens), config.contextTokens),
      memory: roomFor(Math.max(1, memory), null),
    }
  }
  const blockWith = (count: number): Block => ({
    count,
    size: sizeOf(count, network, places),
    draftSize: drafting && sizeOf(count, drafting, placesOf(drafting)),
  })
  const bytesOf = ({ size, draftSize }: Block) =>
    [
      { size, of: network },
      { size: draftSize, of: drafting },
    ].reduce((sum, { size, of }) => sum + (size && of ? stateBytes(of.family.states(of.config), size) : 0), 0)
  let block = blockWith(1)
  const needed = bytesOf(block)
  if (needed > plan.cacheBytes) {
    const { beams, samples, maxTokens } = plan
    const [name, value] =
      beams > 1 ? ['beams', beams] : samples > 1 ? ['samples', samples] : ['maxTokens', maxTokens]
    throw badArgument(
      name as string,
      `${value}, which takes ${needed} bytes of caches`,
      `what fits into ${plan.cacheBytes}, the cacheBytes`,
    )
  }
  while (block.count < prompts.length && (block.count + 1) * places <= MOST_SEQUENCES) {
    const larger = blockWith(block.count + 1)
    if (bytesOf(larger) > plan.cacheBytes) break
    block = larger
  }
  return block
}
