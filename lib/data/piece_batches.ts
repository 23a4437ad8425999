import { badArgument, check } from '../core/errors.ts'
import type { Tokenizer } from '../core/tokenizer.ts'
import { type RandomNumbers, randomNumbers, sampleWithout } from '../ops/random_numbers.ts'
import { type PieceOptions, pieceOf, type TextPiece } from './text_pieces.ts'

/** Batch b draws from stream PIECES + b; epochs have the streams below. */
const PIECES = 2 ** 31

/** Pieces of texts in random order, each text once an epoch. */
export interface PieceBatches {
  readonly perEpoch: number
  /** The pieces of batch 0, 1, 2…, and random numbers of its own. */
  batch(number: number): { readonly pieces: readonly TextPiece[]; readonly numbers: RandomNumbers }
}

/** Throws VmmError BAD_ARGUMENT that names `sizeKey` where there are fewer texts than a batch has. */
export function pieceBatches(
  texts: readonly string[],
  tokenizer: Tokenizer,
  options: PieceOptions & { readonly size: number; readonly sizeKey: string; readonly seed: number },
): PieceBatches {
  const { size, sizeKey, seed } = options
  check(texts.length >= size, sizeKey, size, `at most ${texts.length}, the texts to train on`)
  const perEpoch = Math.floor(texts.length / size)
  let known: { readonly epoch: number; readonly order: Int32Array } | null = null
  const orderOf = (epoch: number): Int32Array => {
    if (known?.epoch !== epoch)
      known = { epoch, order: sampleWithout(randomNumbers(seed, epoch), texts.length, texts.length) }
    return known.order
  }
  return {
    perEpoch,
    batch: (number) => {
      const numbers = randomNumbers(seed, PIECES + number)
      const order = orderOf(Math.floor(number / perEpoch))
      const first = (number % perEpoch) * size
      const pieces: TextPiece[] = []
      for (let i = 0; pieces.length < size; i++) {
        if (i >= texts.length)
          throw badArgument('documents', 'no usable text', 'texts that the tokenizer knows')
        // Texts that cannot be used give their place to the next ones.
        const piece = pieceOf(texts[order[(first + i) % texts.length]!]!, tokenizer, numbers, options)
        if (piece) pieces.push(piece)
      }
      return { pieces, numbers }
    },
  }
}
