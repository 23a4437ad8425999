import { type Field, isGiven, member } from '../fields.ts'
import { listedTokens, settingOf, type TokenizerConfig, tokenOf, unknownKind } from './config.ts'

const QWEN2 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const KINDS = ['gpt2', 'roberta', 'qwen2'] as const

/**
 * What a tokenizer.json would say of a vocab.json and a merges.txt: byte-level BPE, as GPT-2, RoBERTa and Qwen2
 * have it.
 *
 * @param vocab  the parsed vocab.json
 * @param merges what merges.txt holds, a pair on each line after the version
 * @throws VmmError UNSUPPORTED for other kinds; BAD_FILE
 */
export function jsonOfMergesTxt(vocab: Field, merges: string, config: TokenizerConfig): unknown {
  const kind = config.kind ?? 'gpt2'
  if (!(KINDS as readonly string[]).includes(kind)) throw unknownKind(vocab.file, kind, KINDS)
  const isPrefixed = settingOf(config, 'add_prefix_space', false)
  const lines = merges.split('\n').map((line) => line.replace(/\r$/, ''))
  const bytes = { type: 'ByteLevel', add_prefix_space: isPrefixed, use_regex: kind !== 'qwen2' }
  return {
    added_tokens: addedTokens(vocab, config, kind),
    normalizer: kind === 'qwen2' ? { type: 'NFC' } : null,
    pre_tokenizer:
      kind === 'qwen2'
        ? {
            type: 'Sequence',
            pretokenizers: [{ type: 'Split', pattern: { Regex: QWEN2 }, behavior: 'Isolated' }, bytes],
          }
        : bytes,
    post_processor: kind === 'roberta' ? roberta(vocab, config) : null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: vocab.value,
      merges: lines.filter((line) => line !== '' && !line.startsWith('#version')),
    },
  }
}

function roberta(vocab: Field, config: TokenizerConfig): unknown {
  const pair = (key: string, fallback: string) => {
    const token = tokenOf(config, key, fallback)
    return [token, member(vocab, token).value]
  }
  return { type: 'RobertaProcessing', cls: pair('cls_token', '<s>'), sep: pair('sep_token', '</s>') }
}

/** Those of tokenizer_config.json; where it has none, the special tokens that each kind has. */
function addedTokens(vocab: Field, config: TokenizerConfig, kind: string): readonly unknown[] {
  const listed = listedTokens(config)
  if (listed !== null) return listed
  const isKnown = (token: string) => isGiven(member(vocab, token))
  const names =
    kind === 'qwen2' ? QWEN2_TOKENS : (kind === 'roberta' ? ROBERTA_TOKENS : GPT2_TOKENS).filter(isKnown)
  return names.map((content) => ({
    content,
    special: true,
    normalized: false,
    lstrip: content === '<mask>',
  }))
}

/** Qwen2's are beyond its vocabulary. */
const QWEN2_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
const ROBERTA_TOKENS = ['<s>', '<pad>', '</s>', '<unk>', '<mask>']
const GPT2_TOKENS = ['<|endoftext|>']
