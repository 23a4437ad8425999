import { describe, VmmError } from '../../../../core/errors.ts'
import { countOf, member } from '../fields.ts'
import { type TokenizerConfig, unknownKind } from './config.ts'
import { PIECE_TYPES, parseSentencePiece, type SentencePieceModel } from './model_file.ts'

/** Tokens that T5 has beyond its pieces. */
const EXTRA = 100
const MOST_EXTRA = 10_000
const T5 = ['t5', 'mt5', 'umt5']
const XLM_ROBERTA = ['xlmroberta']

/**
 * What a tokenizer.json would say of a model of SentencePiece: of T5 with its extra ids, and of XLM-RoBERTa with the
 * ids of fairseq. A model of neither kind needs a tokenizer.json, as it may split texts in other ways.
 *
 * @param file for messages
 * @throws VmmError UNSUPPORTED for other kinds and for merges; BAD_FILE
 */
export function jsonOfSentencePiece(bytes: Buffer, file: string, config: TokenizerConfig): unknown {
  const model = parseSentencePiece(bytes, file)
  if (!model.isUnigram)
    throw new VmmError(
      'UNSUPPORTED',
      `${file}: trainer_spec.model_type is not unigram; a tokenizer.json is needed`,
    )
  const { kind } = config
  if (kind !== null ? T5.includes(kind) : isLikeT5(model)) return ofT5(model, file, config)
  if (kind !== null && XLM_ROBERTA.includes(kind)) return ofXlmRoberta(model)
  throw unknownKind(file, kind, [...T5, ...XLM_ROBERTA])
}

function isLikeT5({ pieces }: SentencePieceModel): boolean {
  return ['<pad>', '</s>', '<unk>'].every((token, id) => pieces[id]?.text === token)
}

function ofT5(model: SentencePieceModel, file: string, config: TokenizerConfig): unknown {
  const extra = countOf(member(config.field, 'extra_ids'), MOST_EXTRA, EXTRA)
  const pieces = model.pieces.map(({ text, score }) => [text, score])
  const names = Array.from({ length: extra }, (_, i) => `<extra_id_${extra - 1 - i}>`)
  const end = model.pieces.findIndex(({ text }) => text === '</s>')
  if (end < 0) throw new VmmError('BAD_FILE', `${file}: no piece ${describe('</s>')}, which ends texts of T5`)
  return {
    added_tokens: [...controls(model), ...names].map(special),
    normalizer: { type: 'Precompiled', precompiled_charsmap: model.charsmap },
    pre_tokenizer: SPLIT,
    post_processor: template([], [['</s>', end]]),
    decoder: DECODER,
    model: { type: 'Unigram', unk_id: model.unkId, vocab: [...pieces, ...names.map((name) => [name, 0])] },
  }
}

/** fairseq has its own special tokens before the pieces, of which it leaves out the first three. */
function ofXlmRoberta(model: SentencePieceModel): unknown {
  const first = ['<s>', '<pad>', '</s>', '<unk>']
  const pieces = model.pieces.slice(3).map(({ text, score }) => [text, score])
  return {
    added_tokens: [...first.map(special), { ...special('<mask>'), lstrip: true }],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Precompiled', precompiled_charsmap: model.charsmap },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      ],
    },
    pre_tokenizer: SPLIT,
    post_processor: template([['<s>', 0]], [['</s>', 2]]),
    decoder: DECODER,
    model: {
      type: 'Unigram',
      unk_id: 3,
      vocab: [...first.map((token) => [token, 0]), ...pieces, ['<mask>', 0]],
    },
  }
}

const SPLIT = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'WhitespaceSplit' },
    { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  ],
}
const DECODER = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }

function controls({ pieces }: SentencePieceModel): string[] {
  const types: readonly number[] = [PIECE_TYPES.unknown, PIECE_TYPES.control]
  return pieces.flatMap(({ text, type }) => (types.includes(type) ? [text] : []))
}

function special(content: string) {
  return { content, special: true, normalized: false }
}

type NamedId = readonly [token: string, id: number]

/** A post-processor that puts tokens around a text. */
function template(before: readonly NamedId[], after: readonly NamedId[]): unknown {
  const items = (tokens: readonly NamedId[]) => tokens.map(([id]) => ({ SpecialToken: { id } }))
  return {
    type: 'TemplateProcessing',
    single: [...items(before), { Sequence: { id: 'A' } }, ...items(after)],
    special_tokens: Object.fromEntries([...before, ...after].map(([token, id]) => [token, { ids: [id] }])),
  }
}
