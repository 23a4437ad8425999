import { isUtf8 } from 'node:buffer'
import { VmmError } from '../../../../core/errors.ts'
import { MOST_TOKENS } from '../bounds.ts'
import { bytesOf, fieldsOf, type MessageName, numberOf } from './protobuf.ts'

/** What a piece is; the numbers of sentencepiece_model.proto. */
export const PIECE_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface Piece {
  readonly text: string
  readonly score: number
  readonly type: number
}

/** What a file of SentencePiece says of how it tokenizes. */
export interface SentencePieceModel {
  readonly pieces: readonly Piece[]
  readonly isUnigram: boolean
  /** The compiled character map, in base64. */
  readonly charsmap: string
  /** The piece that stands for what no other spells. */
  readonly unkId: number
}

const UNIGRAM = 1

/**
 * Reads a model of SentencePiece, a protobuf message.
 *
 * @param file for messages
 * @throws VmmError BAD_FILE naming the field that is wrong
 */
export function parseSentencePiece(bytes: Buffer, file: string): SentencePieceModel {
  const pieces: Piece[] = []
  let charsmap = ''
  let type: number = UNIGRAM
  for (const [field, value] of fieldsOf(bytes, { file, path: 'the model' })) {
    if (field === 1) {
      const name = { file, path: `pieces[${pieces.length}]` }
      if (pieces.length >= MOST_TOKENS)
        throw new VmmError('BAD_FILE', `${file}: more than ${MOST_TOKENS} pieces`)
      pieces.push(pieceOf(bytesOf(value, name), name))
    } else if (field === 2) {
      const name = { file, path: 'trainer_spec' }
      for (const [inner, own] of fieldsOf(bytesOf(value, name), name))
        if (inner === 3) type = numberOf(own, { file, path: 'trainer_spec.model_type' })
    } else if (field === 3) {
      const name = { file, path: 'normalizer_spec' }
      for (const [inner, own] of fieldsOf(bytesOf(value, name), name))
        if (inner === 2)
          charsmap = bytesOf(own, { file, path: 'normalizer_spec.precompiled_charsmap' }).toString('base64')
    }
  }
  const unkId = pieces.findIndex((piece) => piece.type === PIECE_TYPES.unknown)
  if (unkId < 0) throw new VmmError('BAD_FILE', `${file}: none of ${pieces.length} pieces is the unknown one`)
  return { pieces, isUnigram: type === UNIGRAM, charsmap, unkId }
}

function pieceOf(bytes: Buffer, name: MessageName): Piece {
  let text = ''
  let score = 0
  let type: number = PIECE_TYPES.normal
  for (const [field, value] of fieldsOf(bytes, name)) {
    const part = (key: string) => ({ ...name, path: `${name.path}.${key}` })
    if (field === 1) {
      const piece = bytesOf(value, part('piece'))
      if (!isUtf8(piece)) throw new VmmError('BAD_FILE', `${name.file}: ${name.path}.piece: no UTF-8`)
      text = piece.toString()
    } else if (field === 2) score = numberOf(value, part('score'))
    else if (field === 3) type = numberOf(value, part('type'))
  }
  if (!Number.isFinite(score))
    throw new VmmError('BAD_FILE', `${name.file}: ${name.path}.score: got ${score}; expected a number`)
  return { text, score, type }
}
