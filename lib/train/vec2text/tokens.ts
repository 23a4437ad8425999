import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import type { Tokenizer, Tokens } from '../../core/tokenizer.ts'
import { parseJson } from '../../io/json.ts'
import { readOptionalFile } from '../../io/read.ts'
import { firstTokenizer } from '../../models/published/first_tokenizer.ts'
import { END, PAD } from '../../models/vec2text/forward.ts'
import { readT5Tokenizer, TOKENIZERS } from '../../models/vec2text/open.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { tokenizerOfJson } from '../../text/tokenizers/published/tokenizer_json.ts'
import { parseVocabulary } from '../../text/tokenizers/unigram.ts'

/** The tokens that a model of vec2text writes, and the files that say what they are. */
export interface TextTokens {
  readonly tokenizer: PublishedTokenizer
  readonly files: Readonly<Record<string, string | Uint8Array>>
}

const JSON_FILE = 'tokenizer.json'
const CONFIG = 'tokenizer_config.json'
const FILES = [JSON_FILE, 'spiece.model', CONFIG, 'special_tokens_map.json']
const MOST_BYTES = 1 << 26
const UNKNOWN = 2
/** T5's special tokens by their ids. */
const SPECIAL = ['<pad>', '</s>', '<unk>']
const ABOUT = {
  tokenizer_class: 'T5Tokenizer',
  ...{ pad_token: SPECIAL[PAD], eos_token: SPECIAL[END], unk_token: SPECIAL[UNKNOWN] },
}

/**
 * The tokens of a folder, or of one of its files.
 *
 * @param vocabulary tokens that the model has; null where any will do
 * @throws VmmError NOT_FOUND for a folder without a tokenizer, BAD_FILE for one that is not T5's
 */
export async function tokensOfFolder(path: string, vocabulary: number | null): Promise<TextTokens> {
  const folder = FILES.includes(basename(path)) ? dirname(path) : path
  const tokenizer = await readT5Tokenizer(folder, vocabulary)
  const files: Record<string, string | Uint8Array> = {}
  for (const name of FILES) {
    const bytes = await readOptionalFile(join(folder, name), MOST_BYTES)
    if (bytes) files[name] = bytes
  }
  return { tokenizer, files: { [CONFIG]: JSON.stringify(ABOUT), ...files } }
}

/**
 * The tokens of the first of some folders that has any, or else of T5's repositories that were downloaded.
 *
 * @throws VmmError NOT_FOUND where there are none; as tokensOfFolder does
 */
export async function tokensOfFolders(folders: readonly string[], vocabulary: number): Promise<TextTokens> {
  const read = (folder: string) => tokensOfFolder(folder, vocabulary)
  const found = await firstTokenizer(folders, TOKENIZERS, read)
  if (found !== null) return found
  throw new VmmError(
    'NOT_FOUND',
    `${folders[0]}: no tokenizer; \`vmm pull ${TOKENIZERS[0]}\` downloads T5's, or name a folder that has it`,
    { argument: 'tokenizer' },
  )
}

/** The pieces of another vocabulary, with T5's special tokens before them in place of its own. */
export function tokensOfVocabulary({ content, about }: Pick<Tokens, 'content' | 'about'>): TextTokens {
  const vocabulary = parseVocabulary(parseJson(content, about.file), about.file)
  const pieces = vocabulary.slice(about.reserved).filter(([piece]) => !SPECIAL.includes(piece))
  const separator = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  const end = SPECIAL[END]!
  const added = SPECIAL.map((token, id) => ({
    ...{ id, content: token, single_word: false, lstrip: false, rstrip: false },
    ...{ normalized: false, special: true },
  }))
  const json = {
    version: '1.0',
    ...{ truncation: null, padding: null },
    added_tokens: added,
    normalizer: { type: 'NFKC' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, separator] },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
      pair: [
        ...[{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
        ...[{ Sequence: { id: 'B', type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
      ],
      special_tokens: { [end]: { id: end, ids: [END], tokens: [end] } },
    },
    decoder: separator,
    model: {
      type: 'Unigram',
      unk_id: UNKNOWN,
      vocab: [...SPECIAL.map((token) => [token, 0]), ...pieces],
      byte_fallback: false,
    },
  }
  return {
    tokenizer: tokenizerOfJson(json, JSON_FILE, SPECIAL[PAD]!),
    // Readers of T5's tokenizers would add a hundred tokens that the model does not have.
    files: { [JSON_FILE]: JSON.stringify(json), [CONFIG]: JSON.stringify({ ...ABOUT, extra_ids: 0 }) },
  }
}

/** What tells tokens apart. */
export function hashOfTokens({ files }: TextTokens): string {
  const hash = createHash('sha256')
  for (const [name, content] of Object.entries(files)) hash.update(`${name}\n`).update(content)
  return hash.digest('hex')
}

/** What no text of training may have in it, as pieceOf calls it. */
const UNUSABLE = 0

/** The tokens of texts without their ends; special ones and what the vocabulary cannot spell are unusable. */
export function bareTokenizer(tokenizer: PublishedTokenizer): Tokenizer {
  const { unkId } = tokenizer
  return {
    ...tokenizer,
    encode: (text) =>
      tokenizer
        .encode(text)
        .subarray(0, -1)
        .map((id) => (id === unkId || id === END ? UNUSABLE : id)),
  }
}
