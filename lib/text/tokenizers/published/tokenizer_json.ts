import { addedTokensOf } from './added_tokens.ts'
import { MOST_TOKENS } from './bounds.ts'
import { decoderOf } from './decoders.ts'
import { countOf, type Field, isGiven, member } from './fields.ts'
import { modelOf } from './models/model.ts'
import { normalizerOf } from './normalizers/normalizer.ts'
import { specialsOf } from './post_processors.ts'
import { preTokenizerOf } from './pre_tokenizers/pre_tokenizer.ts'
import { createPublishedTokenizer, type PublishedTokenizer } from './tokenizer.ts'

/**
 * The tokenizer that a tokenizer.json describes. How it truncates and pads is for callers to say.
 *
 * @param value     the parsed file
 * @param file      its path, for messages
 * @param padToken  what another file calls the token for padding
 * @param maxTokens tokens of a text at most where encodeBatch is not told
 * @throws VmmError UNSUPPORTED naming what is not known; BAD_FILE naming the field that is wrong
 */
export function tokenizerOfJson(
  value: unknown,
  file: string,
  padToken: string | null = null,
  maxTokens: number = Number.POSITIVE_INFINITY,
): PublishedTokenizer {
  const root: Field = { value, file, path: '' }
  const normalize = normalizerOf(member(root, 'normalizer'))
  const model = modelOf(member(root, 'model'))
  const added = addedTokensOf(member(root, 'added_tokens'), model, normalize)
  const padding = member(root, 'padding')
  const padId = isGiven(padding)
    ? countOf(member(padding, 'pad_id'), MOST_TOKENS - 1, 0)
    : padToken === null
      ? undefined
      : (added.find(({ content }) => content === padToken)?.id ?? model.idOf(padToken))
  return createPublishedTokenizer({
    normalize,
    preTokenize: preTokenizerOf(member(root, 'pre_tokenizer')),
    model,
    added,
    specials: specialsOf(member(root, 'post_processor')),
    decoder: decoderOf(member(root, 'decoder')),
    padId,
    maxTokens,
  })
}
