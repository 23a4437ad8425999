import type { Encoder } from '../../core/encoder.ts'
import type { WrittenText } from '../../models/inverter/hypotheses.ts'
import type { InverterNetwork } from '../../models/inverter/network.ts'
import { drawTexts } from '../../models/inverter/search/draw.ts'
import type { RandomNumbers } from '../../ops/random_numbers.ts'
import type { WriteBefore } from '../inverter/batches.ts'
import { corrupted } from './corrupt.ts'

export interface WriteOptions {
  /** How often a text comes with one that the inverter draws, and with a corrupted one of its own, 0 … 1 together. */
  readonly drawn: number
  readonly corrupted: number
  /** Of what is drawn. */
  readonly temperature: number
  readonly topP: number
}

/** What was written before, as training meets it: the inverter's own texts, corrupted truths, or nothing. */
export function writeBefore(network: InverterNetwork, encoder: Encoder, options: WriteOptions): WriteBefore {
  const { config, tokens } = network
  const { temperature, topP } = options
  return async (pieces, vectors, numbers) => {
    const kinds = pieces.map(() => kindOf(numbers.next(), options))
    const texts: (readonly number[] | null)[] = pieces.map(({ ids }, i) =>
      kinds[i] === 'corrupted'
        ? corrupted(ids, otherTokens(pieces, numbers), numbers, config.capacityTokens)
        : null,
    )
    const drawing = kinds.flatMap((kind, i) => (kind === 'drawn' ? [i] : []))
    const seed = numbers.below(2 ** 32)
    const found = await drawTexts(
      network,
      drawing.map((i) => vectors[i]!),
      (i) => seed + i,
      { samples: 1, temperature, topP },
    )
    for (const [at, i] of drawing.entries()) texts[i] = found[at]![0]!.tokens
    return embedded(texts, encoder, (own) => tokens.pieces.text(own), config.dims)
  }
}

type Kind = 'drawn' | 'corrupted' | 'none'

function kindOf(u: number, { drawn, corrupted }: WriteOptions): Kind {
  if (u < drawn) return 'drawn'
  return u < drawn + corrupted ? 'corrupted' : 'none'
}

/** Tokens of other texts of the batch, as often as they occur. */
function otherTokens(pieces: Parameters<WriteBefore>[0], numbers: RandomNumbers): () => number {
  return () => {
    const { ids } = pieces[numbers.below(pieces.length)]!
    return ids[numbers.below(ids.length)]!
  }
}

/** Texts with their own embeddings; what has no token is nothing. */
async function embedded(
  texts: readonly (readonly number[] | null)[],
  encoder: Encoder,
  spell: (tokens: readonly number[]) => string,
  dims: number,
): Promise<(WrittenText | null)[]> {
  const there = texts.flatMap((tokens, i) => (tokens !== null && tokens.length > 0 ? [i] : []))
  if (there.length === 0) return texts.map(() => null)
  const { vectors } = await encoder.encode(there.map((i) => spell(texts[i]!)))
  const all = vectors.toFloat32Array()
  const written: (WrittenText | null)[] = texts.map(() => null)
  for (const [at, i] of there.entries())
    written[i] = { tokens: texts[i]!, embedding: all.subarray(at * dims, (at + 1) * dims) }
  return written
}
