import type { Server, ServerEngine, ServerOptions } from 'vector-mamba-server'
import { type BagOfWords, bagOfWords } from '../support/bag_of_words.ts'
import { realTokens } from '../support/real_tokens.ts'

/** The package as it was compiled for these tests; see optionalPackage. */
export const PACKAGE = new URL('../../packages/server/', import.meta.url)

/** The stand-in, which tells how many tokens its texts have. */
export function countingWords(): BagOfWords {
  const encoder = bagOfWords()
  const encode: typeof encoder.encode = async (texts, options) => {
    const result = await encoder.encode(texts, options)
    const count = (text: string) => realTokens.tokenizer.encode(text).length
    return { ...result, tokens: Int32Array.from([texts].flat() as string[], count) }
  }
  return { ...encoder, encode }
}

/** A server of stand-ins, which is closed by `await using`. */
export async function openServer(
  options: ServerOptions = {},
  engine: ServerEngine = { encoder: countingWords() },
): Promise<Server & AsyncDisposable> {
  const { createServer } = (await import(
    new URL('dist/index.js', PACKAGE).href
  )) as typeof import('vector-mamba-server')
  const server = await createServer(engine, { port: 0, ...options })
  await server.load()
  return { ...server, [Symbol.asyncDispose]: server.close }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

/** Waits until something holds, for as long as a test may take. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** A promise and what settles it. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
