import type { Encoder } from '../../core/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { PAD, type Reading } from '../../models/vec2text/forward.ts'
import { type Vec2TextNetwork, writeFor } from '../../models/vec2text/network.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/load.ts'

/** A text that was written for a vector. */
export interface GreedyText {
  /** From the decoder's start on, as correctors read them. */
  readonly ids: readonly number[]
  readonly text: string
  readonly vector: Float32Array
}

/** Writes for the vectors of some texts. */
export type WriteGreedily = (
  texts: readonly string[],
  vectors: readonly Float32Array[],
  run: CallOptions,
) => Promise<GreedyText[]>

export interface Writer {
  readonly network: Vec2TextNetwork
  readonly encoder: Encoder
  readonly tokenizer: PublishedTokenizer
  /** Tokens of a text at most, its end included. */
  readonly maxTokens: number
}

/** The likeliest token each time, for readings; with the vectors of the texts. */
export async function greedyTexts(
  { network, encoder, tokenizer, maxTokens }: Writer,
  readings: readonly Reading[],
  run: CallOptions,
): Promise<GreedyText[]> {
  if (readings.length === 0) return []
  const found = await writeFor(network, readings, {
    ...{ stop: [], repetitionPenalty: 1, cacheBytes: 2 ** 32, lengthPenalty: 1, maxTokens },
    ...{ speculation: null, run },
    ...{ drawing: null, samples: 1, beams: 1 },
  })
  const written = found.map(([best]) => best!.tokens)
  const texts = written.map((tokens) => tokenizer.decode(tokens))
  const { vectors } = await encoder.encode(texts, run)
  return written.map((tokens, i) => ({
    ...{ ids: [PAD, ...tokens], text: texts[i]! },
    vector: vectors.row(i).slice(),
  }))
}

/** Bytes of the vectors that are kept: of a hundred thousand texts. */
const KEPT_BYTES = 2 ** 28

/**
 * What a hypothesizer writes. It stays as it is while its corrector is trained, so what was written for the vector of a text is
 * kept for the next epochs, as far as there is room.
 */
export function hypothesisWriter(writer: Writer): WriteGreedily {
  const most = Math.floor(KEPT_BYTES / (4 * writer.encoder.dims))
  const known = new Map<string, GreedyText>()
  return async (texts, vectors, run) => {
    const asked = texts.flatMap((text, i) => (known.has(text) ? [] : [i]))
    const found = await greedyTexts(
      writer,
      asked.map((i) => ({ target: vectors[i]!, written: null })),
      run,
    )
    const written = new Map(asked.map((i, at) => [texts[i]!, found[at]!]))
    for (const [text, one] of written) if (known.size < most) known.set(text, one)
    return texts.map((text) => (known.get(text) ?? written.get(text))!)
  }
}
