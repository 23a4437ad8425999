import { describe, VmmError } from '../../../../core/errors.ts'
import { isGiven, member } from '../fields.ts'
import { listedTokens, settingOf, type TokenizerConfig, tokenOf, unknownKind } from './config.ts'

/** The tokens around a text and in it, as each kind has them where tokenizer_config.json does not say it. */
const KINDS: Readonly<Record<string, Readonly<Record<Role, string>>>> = {
  bert: { cls: '[CLS]', sep: '[SEP]', pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' },
  distilbert: { cls: '[CLS]', sep: '[SEP]', pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' },
  mpnet: { cls: '<s>', sep: '</s>', pad: '<pad>', unk: '[UNK]', mask: '<mask>' },
  new: { cls: '[CLS]', sep: '[SEP]', pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' },
}
type Role = 'cls' | 'sep' | 'pad' | 'unk' | 'mask'
const ROLES: readonly Role[] = ['pad', 'unk', 'cls', 'sep', 'mask']

/**
 * What a tokenizer.json would say of a vocab.txt, which has a token on each line: WordPiece, as BERT and MPNet have it.
 *
 * @param file for messages
 * @throws VmmError UNSUPPORTED for other kinds; BAD_FILE where a special token is missing
 */
export function jsonOfVocabTxt(bytes: Buffer, file: string, config: TokenizerConfig): unknown {
  const kind = config.kind ?? 'bert'
  if (!Object.hasOwn(KINDS, kind)) throw unknownKind(file, kind, Object.keys(KINDS))
  const lines = bytes.toString().split('\n')
  if (lines.at(-1) === '') lines.pop()
  const ids = new Map(lines.map((line, id) => [line.trimEnd(), id]))
  const names = Object.fromEntries(
    ROLES.map((role) => [role, tokenOf(config, `${role}_token`, KINDS[kind]![role])]),
  ) as Record<Role, string>
  const idOf = (role: Role): number => {
    const id = ids.get(names[role])
    if (id === undefined)
      throw new VmmError('BAD_FILE', `${file}: no line ${describe(names[role])}, the ${role}_token`)
    return id
  }
  const isLower = settingOf(config, 'do_lower_case', true)
  const accents = member(config.field, 'strip_accents')
  return {
    added_tokens:
      listedTokens(config) ??
      ROLES.filter((role) => ids.has(names[role])).map((role) => ({
        content: names[role],
        special: true,
        normalized: false,
        lstrip: role === 'mask' && kind === 'mpnet',
      })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: settingOf(config, 'tokenize_chinese_chars', true),
      strip_accents: isGiven(accents) ? accents.value : null,
      lowercase: isLower,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'BertProcessing',
      cls: [names.cls, idOf('cls')],
      sep: [names.sep, idOf('sep')],
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: names.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  }
}
