/** A tokenizer.json, and what a tokenizer_config.json says beside it. */
export interface TokenizerFiles {
  readonly json: object
  readonly config: object
}

/** All printable ASCII but the space: letters, digits and marks, so that every English text has tokens. */
const CHARACTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
const LOWER = CHARACTERS.filter((character) => character === character.toLowerCase())

const added = (tokens: readonly string[], idOf: (token: string) => number) =>
  tokens.map((content) => ({
    ...{ id: idOf(content), content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  }))

const around = (before: readonly string[], after: readonly string[], idOf: (token: string) => number) => {
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } })
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } })
  return {
    type: 'TemplateProcessing',
    single: [...before.map(token), text('A'), ...after.map(token)],
    pair: [...before.map(token), text('A'), ...after.map(token), text('B'), ...after.map(token)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map((id) => [id, { id, ids: [idOf(id)], tokens: [id] }]),
    ),
  }
}

/** The names of BERT's special tokens, and those of MPNet. */
const WORD_PIECE_TOKENS = {
  bert: {
    special: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
    pad: '[PAD]',
    begin: '[CLS]',
    end: '[SEP]',
  },
  mpnet: { special: ['<s>', '<pad>', '</s>', '[UNK]', '<mask>'], pad: '<pad>', begin: '<s>', end: '</s>' },
}

/** A WordPiece of `size` tokens as BERT has it: the most frequent words, and characters for all others. */
export function wordPiece(
  words: readonly string[],
  size: number,
  kind: keyof typeof WORD_PIECE_TOKENS,
): TokenizerFiles {
  const { special, pad, begin, end } = WORD_PIECE_TOKENS[kind]
  const all = [...special, ...LOWER, ...LOWER.map((character) => `##${character}`), ...words]
  const tokens = all.slice(0, size)
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const idOf = (token: string) => vocab[token]!
  return {
    json: {
      ...{ version: '1.0', truncation: null, padding: null },
      added_tokens: added(special, idOf),
      normalizer: {
        ...{ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true },
        ...{ strip_accents: null, lowercase: true },
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: around([begin], [end], idOf),
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##' },
        ...{ max_input_chars_per_word: 100, vocab },
      },
    },
    config: {
      tokenizer_class: kind === 'bert' ? 'BertTokenizer' : 'MPNetTokenizer',
      ...{ pad_token: pad, cls_token: begin, sep_token: end, unk_token: '[UNK]' },
      ...{ model_max_length: 512, do_lower_case: true },
    },
  }
}

/** A byte-level BPE as Qwen2 has it, but without a merge: each byte is a token. */
export function byteLevel(): TokenizerFiles {
  const isPlain = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const others = bytes.filter((byte) => !isPlain(byte))
  const characterOf = (byte: number) =>
    String.fromCodePoint(isPlain(byte) ? byte : 256 + others.indexOf(byte))
  const end = '<|endoftext|>'
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true }
  return {
    json: {
      ...{ version: '1.0', truncation: null, padding: null },
      added_tokens: added([end], () => bytes.length),
      normalizer: { type: 'NFC' },
      ...{ pre_tokenizer: level, post_processor: level, decoder: level },
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(bytes.map((byte) => [characterOf(byte), byte])),
        merges: [],
      },
    },
    config: { tokenizer_class: 'Qwen2Tokenizer', pad_token: end, eos_token: end },
  }
}

/** Log-probabilities that make whole words likelier than their characters. */
const [LIKELIEST, CHARACTER] = [-3, -15]

/** A Unigram of `size` pieces as T5 has it: words with the space before them, and characters. */
export function unigram(words: readonly string[], size: number): TokenizerFiles {
  const special = ['<pad>', '</s>', '<unk>']
  const pieces: [string, number][] = [
    ...special.map((token): [string, number] => [token, 0]),
    ['▁', CHARACTER],
    ...CHARACTERS.map((character): [string, number] => [character, CHARACTER]),
    ...words.map((word, rank): [string, number] => [`▁${word}`, LIKELIEST - Math.log(1 + rank)]),
  ]
  const vocab = pieces.slice(0, size)
  const idOf = (token: string) => special.indexOf(token)
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  return {
    json: {
      ...{ version: '1.0', truncation: null, padding: null },
      added_tokens: added(special, idOf),
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
      post_processor: around([], ['</s>'], idOf),
      decoder: metaspace,
      model: { type: 'Unigram', unk_id: 2, vocab, byte_fallback: false },
    },
    config: {
      ...{ tokenizer_class: 'T5Tokenizer', model_max_length: 512 },
      ...{ pad_token: '<pad>', eos_token: '</s>', unk_token: '<unk>' },
    },
  }
}
