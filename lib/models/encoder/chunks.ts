import type { Texts } from '../../core/encoder.ts'
import { badArgument, describe } from '../../core/errors.ts'
import { isIterable, itemsOf } from '../../core/iterables.ts'

/** A chunk is full when it has so many texts, or so many characters. */
export interface ChunkSize {
  readonly texts: number
  readonly characters: number
}

/**
 * Texts in chunks, in order; no more of a source is read than the chunk that is asked for. Throws VmmError BAD_ARGUMENT
 * for what is no text, naming its index, and the signal's reason, also while an async source gives nothing.
 */
export async function* chunksOf(
  texts: Texts,
  size: ChunkSize,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[]> {
  const source = typeof texts === 'string' ? [texts] : texts
  if (!isIterable(source))
    throw badArgument('texts', describe(texts), 'a string, an iterable of strings, or an async one')
  let chunk: string[] = []
  let characters = 0
  let index = 0
  for await (const text of itemsOf(source, signal)) {
    if (typeof text !== 'string') throw badArgument(`texts[${index}]`, describe(text), 'a string')
    index++
    chunk.push(text)
    characters += text.length
    if (chunk.length < size.texts && characters < size.characters) continue
    yield chunk
    chunk = []
    characters = 0
  }
  if (chunk.length > 0) yield chunk
}
