import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import type { BindingSpec, TraceResult } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { crossEntropy, reshape, takeAlong, topK } from '../../../ops/index.ts'
import type { InverterConfig } from '../config.ts'
import { inverterLogits, type TextCapacity, textInputs } from '../forward.ts'
import { noiseLevels, packOpened, packTexts } from '../inputs.ts'
import type { InverterNetwork } from '../network.ts'

/** A program that reads whole texts. */
interface ScoreConfig {
  readonly model: InverterConfig
  /** How many of the likeliest tokens are told at each place; 0 for none. */
  readonly k: number
}

/** What a decoder thinks of a text, place by place: one for each token, and one for the end. */
export interface TextScore {
  /** Negative log-probabilities of the tokens, and of the end, in nats. */
  readonly surprises: Float32Array
  /** The k likeliest tokens of each place, best first, [places · k], and their log-probabilities. */
  readonly tokens: Int32Array
  readonly logProbs: Float32Array
}

/** Texts of a run: few sizes, so that few programs are compiled. */
const textSizes = [4, 64]

/** @param sequences of a text: see packOpened */
function scoreBindings(
  config: ScoreConfig,
  capacity: TextCapacity,
  sequences: number,
): Record<string, BindingSpec> {
  const all = sequences * capacity.texts
  return {
    ...textInputs(config.model, capacity),
    offsets: { kind: 'input', dtype: 'i32', shape: [all + 1] },
    kvRange: { kind: 'input', dtype: 'i32', shape: [all, 2] },
    targets: { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'rows' },
  }
}

function textScores({ model, k }: ScoreConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const logits = inverterLogits(model, values)
  const surprises = crossEntropy({ logits, targets: values.targets! })
  if (k === 0) return { outputs: { surprises } }
  const best = topK({ x: logits }, { k })
  const own = takeAlong({ x: logits, index: reshape(values.targets!, [values.targets!.shape[0]!, 1]) })
  return { outputs: { surprises, own, tokens: best.indices, logits: best.values } }
}

/**
 * How likely texts are, each with the vector [dims] beside it; zeros stand for no vector, so that the decoder judges
 * the language alone. All texts fit the model's capacity.
 */
export async function scoreTexts(
  { config: model, weights, programs, blur, habits }: InverterNetwork,
  texts: readonly { readonly tokens: ArrayLike<number>; readonly vector: Float32Array }[],
  k: number,
  run: RunOptions,
): Promise<TextScore[]> {
  const scores: TextScore[] = []
  const most = textSizes.at(-1)!
  const { opening } = habits
  const sequences = opening === null ? 1 : 2
  for (let first = 0; first < texts.length; first += most) {
    const some = texts.slice(first, first + most)
    const size = textSizes.find((s) => s >= some.length)!
    const capacity = { rows: size * (model.capacityTokens + 1), texts: size }
    const config = { model, k }
    const program = programs.get(textScores, config, {
      ...weights.specs,
      ...scoreBindings(config, capacity, sequences),
    })
    const ids = some.map(({ tokens }) => Int32Array.from(tokens))
    const { inputs, scalars } =
      opening === null ? packTexts(model, capacity, ids) : packOpened(model, capacity, ids, opening)
    const vectors = new Float32Array(size * model.dims)
    for (const [i, { vector }] of some.entries()) vectors.set(vector, i * model.dims)
    const bindings = { ...weights.tensors, ...inputs, ...noiseLevels(model, vectors, () => blur), vectors }
    const outputs = await program.run(bindings, { ...run, scalars })
    const surprises = toFloat32(outputs.surprises!)
    const tokens = outputs.tokens ? new Int32Array(outputs.tokens.buffer) : new Int32Array(0)
    const logits = outputs.logits ? toFloat32(outputs.logits) : new Float32Array(0)
    const own = outputs.own ? toFloat32(outputs.own) : new Float32Array(0)
    let row = 0
    for (const { tokens: text } of some) {
      const end = row + text.length + 1
      const begin = row
      const told = surprises.slice(begin, end)
      // An end that was never taught says nothing about a text.
      if (habits.isWhole !== null) told[text.length] = 0
      const likeliest = tokens.subarray(begin * k, end * k)
      scores.push({
        surprises: told,
        tokens:
          opening === null ? likeliest : likeliest.map((token, i) => (i < k ? opening.first(token) : token)),
        // log p = logit - log Σ exp, and the surprise of a place is that sum less its own logit.
        logProbs: logits.subarray(begin * k, end * k).map((logit, i) => {
          const place = begin + Math.floor(i / k)
          return logit - own[place]! - surprises[place]!
        }),
      })
      row = end
    }
  }
  return scores
}

/** Mean surprise of a token of each text, its end included. */
export async function meanSurprises(
  network: InverterNetwork,
  texts: Parameters<typeof scoreTexts>[1],
  run: RunOptions,
): Promise<number[]> {
  const scores = await scoreTexts(network, texts, 0, run)
  return scores.map(({ surprises }) => surprises.reduce((sum, s) => sum + s, 0) / surprises.length)
}
