import { badArgument, describe } from '../../core/errors.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { cosine } from '../../core/similarity.ts'
import { requireSameSpace } from '../../core/space.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { Inverter } from '../inverter/inverter.ts'
import type { PredictorConfig } from './config.ts'

/** A sentence that was written for a predicted vector. */
export interface WrittenSentence {
  readonly text: string
  /** Of the angle between its own vector and the predicted one, that of an average of what may come. */
  readonly cosine: number
  /**
   * Of the angle between its own vector and the direction by which the predictor chooses among known sentences: how well
   * it follows. It is the same as `cosine` but in a standardised model.
   */
  readonly fit: number
  /** Natural log of the decoder's probability of it, given the predicted vector: per token, its end counted as one. */
  readonly perToken: number
}

/**
 * Why a continuation came to its end: it has as many sentences as were asked for; every next one would have said again what
 * was said before; or there was no text for it.
 */
export type Ending = 'steps' | 'repetition' | 'silence'

/** Sentences that were written one after the other, each for what is predicted after the one before. */
export interface WrittenContinuation {
  readonly sentences: readonly WrittenSentence[]
  readonly ended: Ending
}

/** A written sentence and its own vector. */
export type ReadSentence = WrittenSentence & { readonly vector: Float32Array }

/** What is predicted: the vector to write for, of unit length, and the direction to choose by, [dims] each. */
export interface Ahead {
  readonly vector: Float32Array
  readonly direction: Float32Array
}

/** Writes sentences for each prediction, best first; none where the inverter has none. */
export type Writer = (
  ahead: readonly Ahead[],
  seed: number,
  run: RunOptions,
) => Promise<readonly (readonly ReadSentence[])[]>

/** A text is not refined towards a vector that no sentence may have, nor is that vector exaggerated. */
const PLAIN = { refine: 0, guidance: 1 } as const
/** The likeliest sentence after any other says nothing ("I don't know."): some are drawn, and what fits best is taken. */
const DRAWN = 16
const DRAWING = { samples: DRAWN, temperature: 0.6, topP: 0.9 } as const
/** What a nat of a token counts beside the fit. */
const NAT_OF_FIT = 0.03

/** Throws VmmError BAD_ARGUMENT for what is no inverter, SPACE_MISMATCH for one of another space. */
export function writerOf(inverter: Inverter, { space, dims, blur }: PredictorConfig): Writer {
  if (typeof (inverter as Partial<Inverter> | null)?.invert !== 'function')
    throw badArgument('inverter', describe(inverter), 'an inverter, as loadInverter gives it')
  requireSameSpace(inverter, { space })
  const told = inverter.config.noiseRange === null ? 0 : blur
  return async (ahead, seed, { signal, threads, device }) => {
    const run = { signal, threads, device }
    const options = { ...PLAIN, ...run, blur: told, candidates: DRAWN, sampling: { ...DRAWING, seed } }
    const vectors = trustedVectors(
      ahead.map(({ vector }) => vector),
      dims,
      space,
    )
    const drawn = (await inverter.invert(vectors, options)).map(({ candidates }) =>
      candidates.filter(({ text }) => text !== ''),
    )
    const texts = drawn.flatMap((some) => some.map(({ text }) => text))
    const read = texts.length === 0 ? null : (await inverter.encoder.encode(texts, run)).vectors
    let row = 0
    return drawn.map((some, i) =>
      some
        .map(({ text, cosine: near, perToken }): ReadSentence => {
          const vector = read!.row(row++)
          return { text, cosine: near, perToken, fit: cosine(vector, ahead[i]!.direction), vector }
        })
        .sort((a, b) => worthOf(b) - worthOf(a)),
    )
  }
}

const worthOf = ({ fit, perToken }: ReadSentence) => fit + NAT_OF_FIT * perToken

/** From this cosine on a sentence says what the other one says. */
const SAME = 0.98
/** Sentences of a context that are remembered, the last ones. */
const REMEMBERED = 16

/** What was said before, so that it is not said again. */
export interface Memory {
  /** Whether a sentence repeats one that is remembered; it is remembered itself if it does not. */
  repeats(sentence: ReadSentence): boolean
}

/** Remembers the last sentences of a context, f32 [n · dims], and all that follow. */
export function remember(context: Float32Array, dims: number): Memory {
  const vectors: Float32Array[] = []
  const texts = new Set<string>()
  for (let at = Math.max(0, context.length - REMEMBERED * dims); at < context.length; at += dims)
    vectors.push(context.subarray(at, at + dims))
  return {
    repeats: ({ text, vector }) => {
      if (texts.has(text) || vectors.some((known) => cosine(known, vector) >= SAME)) return true
      texts.add(text)
      vectors.push(vector)
      return false
    },
  }
}
