import { join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import type { Pieces } from '../../core/tokenizer.ts'
import { parseJson } from '../../io/json.ts'
import { readOptionalFile } from '../../io/read.ts'
import { bytesOfCharacters } from '../../text/tokenizers/published/byte_characters.ts'
import { type PublishedTokenizer, readPublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { piecesOf } from '../../text/tokenizers/published/pieces.ts'
import type { WrittenTokens } from '../inverter/habits.ts'
import { spelledBytes } from './spelled_bytes.ts'

/** GPT-2's end of a text, which it also begins with here. */
const END = '<|endoftext|>'
const MOST_BYTES = 1 << 26

/** The tokens that Aparecium writes: GPT-2's, which spell bytes. */
export interface ByteTokens {
  readonly tokens: WrittenTokens
  /** The same, with the space that a text may begin with, as the original gives it. */
  readonly spaced: WrittenTokens
  readonly end: number
  /** The same as pieces of bytes (see spelledBytes), so that characters which several tokens spell are seen whole. */
  readonly spelled: Pieces
}

/**
 * GPT-2's tokens.
 *
 * @param folder has tokenizer.json, or vocab.json and merges.txt
 * @throws VmmError NOT_FOUND for a folder without a tokenizer, told what to do; BAD_FILE for another one than the model's
 */
export async function readByteTokens(folder: string, vocabulary: number): Promise<ByteTokens> {
  const tokenizer = await readPublishedTokenizer(folder).catch((error: unknown) => {
    if (!(error instanceof VmmError) || error.code !== 'NOT_FOUND') throw error
    const advice =
      "the checkpoint holds none; name a folder with GPT-2's by the option tokenizer, or get it: vmm pull gpt2"
    throw new VmmError('NOT_FOUND', `${error.message}; ${advice}`, { argument: 'tokenizer', cause: error })
  })
  const end = tokenizer.idOf(END)
  if (tokenizer.size !== vocabulary || end === undefined)
    throw new VmmError(
      'BAD_FILE',
      `${folder}: a tokenizer of ${tokenizer.size} tokens${end === undefined ? ` without ${END}` : ''}; the model writes GPT-2's, ${vocabulary} with ${END}`,
    )
  const own = await tokenCharacters(folder)
  const spelled = Array.from({ length: vocabulary }, (_, id) => {
    const characters = own.get(id)
    return characters === undefined || id === end ? '' : spelledBytes(bytesOfCharacters(characters))
  })
  const tokens = writtenTokens(tokenizer)
  return {
    tokens,
    spaced: { ...tokens, pieces: { ...tokens.pieces, text: (ids) => tokenizer.decode(ids) } },
    end,
    spelled: piecesOf(spelled, (ids) => withoutSpace(joinedOf(spelled, ids))),
  }
}

/** The characters that a folder's vocabulary writes its tokens with, by id. It has been read as a tokenizer before. */
async function tokenCharacters(folder: string): Promise<ReadonlyMap<number, string>> {
  for (const [name, inside] of [
    ['tokenizer.json', true],
    ['vocab.json', false],
  ] as const) {
    const path = join(folder, name)
    const bytes = await readOptionalFile(path, MOST_BYTES)
    if (bytes === null) continue
    const json = parseJson(bytes.toString(), path) as { readonly model?: { readonly vocab?: unknown } }
    const vocabulary = inside ? json.model?.vocab : json
    if (typeof vocabulary === 'object' && vocabulary !== null && !Array.isArray(vocabulary))
      return new Map(Object.entries(vocabulary as Record<string, number>).map(([token, id]) => [id, token]))
  }
  throw new VmmError('BAD_FILE', `${folder}: no vocabulary of bytes, as GPT-2's is`)
}

function writtenTokens(tokenizer: PublishedTokenizer): WrittenTokens {
  const spelled = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.decode([id]))
  const pieces = piecesOf(spelled, (ids) => withoutSpace(tokenizer.decode(ids)))
  // `end` is the only token that no text has, and rules know it by itself.
  return { about: { reserved: 0 }, content: '', tokenizer, pieces }
}

const joinedOf = (spelled: readonly string[], ids: ArrayLike<number>) =>
  Array.from(ids, (id) => spelled[id]!).join('')

const withoutSpace = (text: string) => (text.startsWith(' ') ? text.slice(1) : text)
