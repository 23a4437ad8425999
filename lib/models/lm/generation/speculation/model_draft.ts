import type { CallOptions } from '../../../../core/run_options.ts'
import { openDecoding, type Question } from '../../decoding/decoding.ts'
import type { DecodingSize } from '../../decoding/states.ts'
import type { LanguageNetwork } from '../../network.ts'
import type { Prompt } from '../prompt.ts'
import type { Draft } from './draft.ts'
import { placesOf } from './places.ts'

const LIKELIEST: Question = {
  telling: { k: 1, penalised: 0, tellsAll: false },
  sharpness: 1,
  penalty: 1,
  seen: null,
}

/**
 * Guesses what another language model would write: its likeliest token each time (Leviathan et al. 2023, arXiv 2211.17192, with
 * greedy texts on both sides). Nothing is guessed where its context ends.
 *
 * @param network of a model whose tokens are the same; either table may have more rows, which no token has
 * @param size of its states: as many places for each prompt as `placesOf` says
 * @param vocabulary rows of the table of the model that is guessed for
 */
export async function modelDraft(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  size: DecodingSize,
  vocabulary: number,
  options: CallOptions,
): Promise<Draft> {
  const { config, family } = network
  const places = placesOf(network)
  const decoding = openDecoding(network, size)
  /** What the first sequence of each text has read: tokens that are there, then guesses where they can be forgotten. */
  const read = prompts.map((): number[] => [])
  const { contextTokens } = config
  if (family.encode !== null)
    await decoding.encode(
      prompts.map(({ encoded }) => encoded ?? []),
      Array.from({ length: prompts.length * places }, (_, place) => Math.floor(place / places)),
      options,
    )

  /** The tokens of a text that are to be read; guesses that were wrong are forgotten. */
  const unreadOf = (text: number, tokens: readonly number[]): readonly number[] => {
    const own = read[text]!
    let same = 0
    while (same < own.length && same < tokens.length - 1 && own[same] === tokens[same]) same++
    if (same < own.length) decoding.forget(text * places, same)
    own.length = same
    return tokens.slice(same)
  }

  return {
    propose: async (texts, run) => {
      const guesses = texts.map((): number[] => [])
      const parts = texts.map(({ text, tokens }) => ({ text, tokens: unreadOf(text, tokens) }))
      const rooms = texts.map(({ tokens, most }, i) => {
        if (parts[i]!.tokens.some((token) => token >= config.vocabulary)) return 0
        return contextTokens === null ? most : Math.min(most, contextTokens - tokens.length)
      })
      /** Those that are guessed further. */
      let going = texts.map((_, i) => i).filter((i) => rooms[i]! > 0)
      for (const i of going) {
        const { text, tokens } = parts[i]!
        for (const token of tokens) read[text]!.push(token)
      }
      let unread = going.map((i) => ({ sequence: parts[i]!.text * places, tokens: parts[i]!.tokens }))
      for (let n = 1; going.length > 0; n++) {
        const next = await decoding.read(unread, LIKELIEST, run)
        const taken = next.map(({ tokens }) => tokens[0]!)
        const isRight = going.map((_, k) => taken[k]! < vocabulary)
        for (const [k, i] of going.entries()) if (isRight[k]) guesses[i]!.push(taken[k]!)
        going = going.filter((i, k) => isRight[k] && rooms[i]! > n)
        const sequences = going.map((i) => texts[i]!.text * places)
        if (places > 1 && n === 1) {
          const moves = sequences.map((from) => ({ from, to: from + 1 }))
          await decoding.copy(moves, run)
        }
        unread = going.map((i, k) => {
          const tokens = guesses[i]!.slice(-1)
          if (places === 1) read[texts[i]!.text]!.push(...tokens)
          return { sequence: sequences[k]! + places - 1, tokens }
        })
      }
      return guesses
    },
    [Symbol.dispose]: () => decoding[Symbol.dispose](),
  }
}
