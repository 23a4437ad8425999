import { join } from 'node:path'
import { check, VmmError } from '../../../core/errors.ts'
import { parseJson } from '../../../io/json.ts'
import { readOptionalFile } from '../../../io/read.ts'
import type { Field } from './fields.ts'
import { type TokenizerConfig, tokenizerConfigOf, tokenOf } from './sources/config.ts'
import { jsonOfMergesTxt } from './sources/merges_txt.ts'
import { jsonOfSentencePiece } from './sources/sentence_piece.ts'
import { jsonOfVocabTxt } from './sources/vocab_txt.ts'
import type { PublishedTokenizer } from './tokenizer.ts'
import { tokenizerOfJson } from './tokenizer_json.ts'

export type { PublishedTokenizer } from './tokenizer.ts'

/** Of a file: the largest that are published have 35 MB. */
const MOST_BYTES = 1 << 26
const SENTENCE_PIECE = ['spiece.model', 'tokenizer.model', 'sentencepiece.bpe.model']

/**
 * The tokenizer of a folder as models are published: its tokenizer.json, else what can be made of a model of
 * SentencePiece, of a vocab.txt, or of a vocab.json and a merges.txt, with what tokenizer_config.json and config.json
 * say. Ids are those of the Rust crate `tokenizers`, save for characters that are newer than its tables.
 *
 * @param options.maxTokens tokens of a text at most, special ones included, where encodeBatch is not told
 * @throws VmmError NOT_FOUND naming the files that were looked for; UNSUPPORTED naming a component that is not known;
 *   BAD_FILE naming file and field; BAD_ARGUMENT for `maxTokens`
 */
export async function readPublishedTokenizer(
  folder: string,
  options: { readonly maxTokens?: number | undefined } = {},
): Promise<PublishedTokenizer> {
  const { maxTokens } = options
  check(
    maxTokens === undefined || (Number.isInteger(maxTokens) && maxTokens > 0),
    'maxTokens',
    maxTokens,
    'a positive integer',
  )
  const config = tokenizerConfigOf(
    (await jsonFile(folder, 'tokenizer_config.json')) ?? { value: {}, file: folder, path: '' },
    (await jsonFile(folder, 'config.json')) ?? { value: {}, file: folder, path: '' },
  )
  const { value, file } = await describedBy(folder, config)
  return tokenizerOfJson(value, file, tokenOf(config, 'pad_token', '') || null, maxTokens)
}

/** What the tokenizer.json of a folder says, or would say. */
async function describedBy(folder: string, config: TokenizerConfig): Promise<Field> {
  const json = await jsonFile(folder, 'tokenizer.json')
  if (json) return json
  const made = (file: string, value: unknown): Field => ({ value, file, path: '' })
  for (const name of SENTENCE_PIECE) {
    const bytes = await readOptionalFile(join(folder, name), MOST_BYTES)
    const file = join(folder, name)
    if (bytes) return made(file, jsonOfSentencePiece(bytes, file, config))
  }
  const lines = await readOptionalFile(join(folder, 'vocab.txt'), MOST_BYTES)
  const file = join(folder, 'vocab.txt')
  if (lines) return made(file, jsonOfVocabTxt(lines, file, config))
  const vocab = await jsonFile(folder, 'vocab.json')
  const merges = await readOptionalFile(join(folder, 'merges.txt'), MOST_BYTES)
  if (vocab && merges) return made(vocab.file, jsonOfMergesTxt(vocab, merges.toString(), config))
  throw new VmmError(
    'NOT_FOUND',
    `${folder}: no tokenizer: looked for tokenizer.json, ${SENTENCE_PIECE.join(', ')}, vocab.txt, vocab.json with merges.txt`,
  )
}

async function jsonFile(folder: string, name: string): Promise<Field | null> {
  const bytes = await readOptionalFile(join(folder, name), MOST_BYTES)
  const file = join(folder, name)
  return bytes && { value: parseJson(bytes.toString(), file), file, path: '' }
}
