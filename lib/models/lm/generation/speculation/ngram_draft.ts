import type { Prompt } from '../prompt.ts'
import type { Draft } from './draft.ts'

/** The places in a growing list of tokens at which each n-gram was followed by something last. */
interface History {
  readonly tokens: number[]
  /** By n - 1. */
  readonly followed: readonly Map<string, number>[]
}

/**
 * Guesses that a text goes on as it did before, where its last tokens were the same (prompt lookup, Saxena 2023,
 * https://github.com/apoorvumang/prompt-lookup-decoding): after the longest of the ends of 1 … `maxNgram` tokens that has been
 * there, where it was last. A guess that reaches the end of the text repeats what it has guessed, as LZ77 copies do.
 *
 * @param prompts what an encoder reads is part of what was there
 */
export function ngramDraft(prompts: readonly Prompt[], maxNgram: number): Draft {
  const histories = prompts.map(({ encoded }): History => {
    const history = { tokens: [], followed: Array.from({ length: maxNgram }, () => new Map()) }
    if (encoded !== null) for (let i = 0; i < encoded.length; i++) push(history, encoded[i]!)
    return history
  })
  const before = histories.map(({ tokens }) => tokens.length)
  return {
    propose: async (texts) =>
      texts.map(({ text, tokens, most }) => {
        const history = histories[text]!
        for (let i = history.tokens.length - before[text]!; i < tokens.length; i++) push(history, tokens[i]!)
        return continuation(history, most)
      }),
    [Symbol.dispose]: () => {},
  }
}

function push({ tokens, followed }: History, token: number): void {
  for (const [i, places] of followed.entries())
    if (i < tokens.length) places.set(lastTokens(tokens, i + 1), tokens.length)
  tokens.push(token)
}

function continuation({ tokens, followed }: History, most: number): readonly number[] {
  for (let n = Math.min(followed.length, tokens.length); n > 0; n--) {
    const begin = followed[n - 1]!.get(lastTokens(tokens, n))
    if (begin === undefined) continue
    const guess: number[] = []
    for (let at = begin; guess.length < most; at++) guess.push(tokens[at] ?? guess[at - tokens.length]!)
    return guess
  }
  return []
}

function lastTokens(tokens: readonly number[], n: number): string {
  return tokens.slice(-n).join(' ')
}
