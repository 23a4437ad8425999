import { join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import type { Pieces, TokenizerAbout, Tokens } from '../../core/tokenizer.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import { createPieces } from './pieces.ts'
import { createUnigramTokenizer, parseVocabulary } from './unigram.ts'

/** Of a vocabulary's file: 64 for each of a million pieces. */
const MOST_BYTES = 1 << 26

/**
 * The tokens that a bundle's file says.
 *
 * @param content what the file holds
 * @param source  the file's path, for messages
 * @throws VmmError BAD_FILE for a file that is no vocabulary, or whose ids are fewer than `about` needs
 */
export function makeTokens(about: TokenizerAbout, content: string, source: string = about.file): Tokens {
  const { reserved, start, end } = about
  const vocabulary = parseVocabulary(parseJson(content, source), source)
  const last = Math.max(reserved, start, end) // the id after the reserved ones stands for the first piece
  if (vocabulary.length <= last)
    throw new VmmError('BAD_FILE', `${source}: ${vocabulary.length} pieces; ids up to ${last} are needed`)
  let pieces: Pieces | null = null
  return {
    about,
    content,
    tokenizer: createUnigramTokenizer(vocabulary, reserved),
    // An encoder's are hardly ever asked for.
    get pieces() {
      pieces ??= createPieces(vocabulary, reserved)
      return pieces
    },
  }
}

/** The tokens of a bundle's folder. Throws VmmError NOT_FOUND where the file is missing, and as makeTokens does. */
export async function readTokens(folder: string, about: TokenizerAbout): Promise<Tokens> {
  const path = join(folder, about.file)
  return makeTokens(about, (await readSmallFile(path, MOST_BYTES)).toString(), path)
}

/** What tells tokens apart. */
type Spelled = Pick<Tokens, 'content' | 'pieces'> & { readonly about: Pick<TokenizerAbout, 'reserved'> }

/** Whether the ids of two models stand for the same characters. */
export function sameTokens(a: Spelled, b: Spelled): boolean {
  if (a === b || (a.content === b.content && a.about.reserved === b.about.reserved)) return true
  if (a.pieces.size !== b.pieces.size) return false
  for (let id = 0; id < a.pieces.size; id++) if (a.pieces.piece(id) !== b.pieces.piece(id)) return false
  return true
}
