import type { Encoder } from '../../core/encoder.ts'
import { evenlySpread } from '../../core/evenly.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { cosine } from '../../core/similarity.ts'
import { bleu } from '../../evaluate/metrics/bleu.ts'
import { exactMatch, tokenF1 } from '../../evaluate/metrics/overlap.ts'
import { words } from '../../evaluate/metrics/words.ts'
import { WORDS } from '../../models/lm/families/t5/forward.ts'
import type { Vec2TextConfig } from '../../models/vec2text/config.ts'
import { END } from '../../models/vec2text/forward.ts'
import { scoreFor, vec2textNetwork } from '../../models/vec2text/network.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { weightSet } from '../../weights/weight_set.ts'
import type { TrainTask } from '../core/task.ts'
import { bareTokenizer } from './tokens.ts'
import { greedyTexts, type WriteGreedily } from './write.ts'

export interface Vec2TextEvaluationOptions {
  readonly encoder: Encoder
  readonly tokenizer: PublishedTokenizer
  /** What a corrector reads beside the vectors; null for a hypothesizer. */
  readonly write: WriteGreedily | null
  /** Texts at most. */
  readonly most: number
  /** Of what is done before training begins. */
  readonly run: CallOptions
}

/**
 * Measures a model in training on texts that it does not train on, as the original does (Morris et al. 2023, arXiv 2310.06816):
 * `nll`, the mean negative log-likelihood of a token in nats, its end included; and of what it writes, the likeliest token each
 * time, in one step: `tokenF1` of sets of words, 0 … 1; `bleu`, the mean of the sentences', 0 … 100; `exact`, the share of texts
 * that are given back to the character; `cosine` of their vectors to the wanted ones; for a corrector also `hypothesisCosine`,
 * that of what it reads. Texts are compared with what their tokens spell. Those that are longer than the model's capacity are
 * left out; null where none is left.
 */
export async function vec2textEvaluation(
  model: Vec2TextConfig,
  texts: readonly string[],
  { encoder, tokenizer, write, most, run: opening }: Vec2TextEvaluationOptions,
): Promise<TrainTask['evaluate'] | null> {
  const bare = bareTokenizer(tokenizer)
  const fitting = texts.flatMap((text) => {
    const ids = bare.encode(text)
    return ids.length > 0 && ids.length < model.maxTokens && !ids.includes(0) ? [{ text, ids }] : []
  })
  if (fitting.length === 0) return null
  const pieces = evenlySpread(fitting, most)
  const wholes = pieces.map(({ text }) => text)
  const { vectors } = await encoder.encode(wholes, opening)
  const targets = Array.from(vectors, (row) => row.slice())
  const written = await write?.(wholes, targets, opening)
  const readings = targets.map((target, i) => ({ target, written: written?.[i] ?? null }))
  const references = pieces.map(({ ids }) => tokenizer.decode(ids))
  const wanted = pieces.map(({ ids }) => [...ids, END])
  return async (parameters, { signal, threads, device }) => {
    const run = { signal, threads, device }
    const head = model.t5.isTied ? { 'head.weight': parameters[WORDS]! } : {}
    using network = vec2textNetwork(model, weightSet({ ...parameters, ...head }, 'shared'), 'f32')
    const nats = (await scoreFor(network, readings, wanted, run)).flat()
    const writer = { network, encoder, tokenizer, maxTokens: model.maxTokens - 1 }
    const found = await greedyTexts(writer, readings, run)
    const meanOf = (measure: (text: string, reference: string) => number) =>
      mean(found.map(({ text }, i) => measure(text, references[i]!)))
    const cosines = (some: readonly { readonly vector: Float32Array }[]) =>
      mean(some.map(({ vector }, i) => cosine(vector, targets[i]!)))
    return {
      nll: mean(nats),
      tokenF1: meanOf((text, reference) => tokenF1(words(text), words(reference))),
      bleu: meanOf(bleu),
      exact: meanOf((text, reference) => (exactMatch(text, reference) ? 1 : 0)),
      cosine: cosines(found),
      ...(written ? { hypothesisCosine: cosines(written) } : {}),
    }
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}
