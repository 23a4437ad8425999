// Tokenizers of a few tokens, of every kind of model: what fuzzers and hostile files change.
import type { Json } from './goldens.ts'

export const TEXT = "The tide's café went  out,\r\n[MASK] ab abab 12 你好 👍🏽 e\u0301 <x> ﬁ\u00a0½"

const vocabulary = (tokens: readonly string[]): Json =>
  Object.fromEntries(tokens.map((token, id) => [token, id]))
const BYTES = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
)

/** A character map with one entry: "a" becomes "b". */
const CHARSMAP = (() => {
  const units = new Uint32Array(512)
  units[0] = 1 << 10 // its children are at 1 ^ byte
  units[1 ^ 0x61] = ((0x100 ^ 1 ^ 0x61) << 10) | 0x100 | 0x61
  units[0x100] = 0x80000000
  return Buffer.concat([
    Buffer.from(Uint32Array.of(4 * units.length).buffer),
    Buffer.from(units.buffer),
    Buffer.from('b\0'),
  ]).toString('base64')
})()

const special = (content: string, more: Json = {}): Json => ({
  content,
  special: true,
  normalized: false,
  ...more,
})

export const tiny: Readonly<Record<'bert' | 't5' | 'bpe' | 'bytes', Json>> = {
  bert: {
    version: '1.0',
    truncation: null,
    padding: { strategy: 'BatchLongest', direction: 'Right', pad_id: 0, pad_token: '[PAD]' },
    added_tokens: [
      ...['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((token) => special(token)),
      special('[MASK]', { lstrip: true, rstrip: true }),
      { content: 'Tide', single_word: true, normalized: true, special: false },
    ],
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { ids: [3] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary([
        '[PAD]',
        '[UNK]',
        '[CLS]',
        '[SEP]',
        '[MASK]',
        'the',
        'a',
        '##b',
        '##a',
        'cafe',
        ',',
        '你',
      ]),
    },
  },
  t5: {
    added_tokens: ['<pad>', '</s>', '<unk>'].map((token) => special(token)),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Precompiled', precompiled_charsmap: CHARSMAP },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        { type: 'Strip', strip_left: false, strip_right: true },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      ],
    },
    post_processor: {
      type: 'Sequence',
      processors: [{ type: 'RobertaProcessing', cls: ['<pad>', 0], sep: ['</s>', 1] }],
    },
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    model: {
      type: 'Unigram',
      unk_id: 2,
      byte_fallback: false,
      vocab: [
        ...['<pad>', '</s>', '<unk>'].map((token) => [token, 0]),
        ...['▁', '▁The', 'b', 'bb', 'e', '▁1', 'é', '你好'].map((piece, i) => [piece, -1 - i / 2]),
      ],
    },
  },
  bpe: {
    added_tokens: [special('<x>')],
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: {
            Regex: "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
          },
          behavior: 'Isolated',
          invert: false,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      ignore_merges: false,
      vocab: vocabulary([
        'a',
        'b',
        'ab',
        'Ġ',
        'Ġab',
        'T',
        'h',
        'e',
        'Th',
        'The',
        'Ã',
        '©',
        'Ã©',
        '1',
        '2',
        '<x>',
      ]),
      merges: [['a', 'b'], ['Ġ', 'ab'], ['T', 'h'], ['Th', 'e'], 'Ã ©'].map((pair) =>
        typeof pair === 'string' ? pair.split(' ') : pair,
      ),
    },
  },
  bytes: {
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: vocabulary(['<unk>', ...BYTES, '▁', 'a', 'b', 'ab', '▁ab']),
      merges: ['a b', '▁ ab'],
    },
  },
}
