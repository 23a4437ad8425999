import { joinBlocks } from '../../core/rows.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import { gather } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { createTensor } from '../../tensor/device_tensor.ts'
import { type WeightSet, weightSet } from '../../weights/weight_set.ts'
import type { Constraints } from '../constraints/constraints.ts'
import type { SpareStates } from '../lm/decoding/spare_states.ts'
import { defineLanguageFamily, type LanguageFamily } from '../lm/families/define.ts'
import type { T5Config } from '../lm/families/t5/config.ts'
import { t5Parameters, t5States, t5Tensor } from '../lm/families/t5/family.ts'
import { t5Advance, t5Memory, WORDS } from '../lm/families/t5/forward.ts'
import type { Plan } from '../lm/generation/options.ts'
import type { WrittenText } from '../lm/generation/search.ts'
import { writeTexts } from '../lm/generation/write.ts'
import { type LanguageNetwork, languageNetwork } from '../lm/network.ts'
import { scoreTokens } from '../lm/scoring.ts'
import type { Vec2TextConfig } from './config.ts'
import {
  END,
  type EncodeConfig,
  encodeBindings,
  encodeReadings,
  PAD,
  packReadings,
  type Reading,
  readingRows,
} from './forward.ts'

/** A model of vec2text that can run. */
export interface Vec2TextNetwork extends Disposable {
  readonly config: Vec2TextConfig
  readonly encoder: EncodeConfig
  readonly language: LanguageNetwork
  dispose(): void
}

/** What the encoder has made of all readings of a call, [rows, width]: bound as if it were a weight. */
const ROWS = 'prompt.rows'

/** T5 whose prompts are rows that its encoder has made before, by their numbers. */
const family: LanguageFamily = defineLanguageFamily<T5Config>({
  modelTypes: [],
  config: () => {
    throw new Error('the models of vec2text are no language models')
  },
  tensors: t5Tensor,
  parameters: t5Parameters,
  tied: ({ isTied }) => (isTied ? WORDS : null),
  states: t5States,
  advance: t5Advance,
  encode: (config, w, { ids }) => t5Memory(config, w, gather({ x: w.get(ROWS), index: ids })),
})

/** @param compute what the products of weights of bf16 multiply */
export function vec2textNetwork(
  config: Vec2TextConfig,
  weights: WeightSet,
  compute: Compute,
): Vec2TextNetwork {
  const language = languageNetwork(family, config.t5, weights, compute)
  const { dispose } = language
  return { config, encoder: { model: config, compute }, language, dispose, [Symbol.dispose]: dispose }
}

/** Readings that are encoded at a time, and the least rows of a program: few sizes, so that few are compiled. */
const READINGS = [1, 4, 16, 64] as const
const MOST_READINGS = READINGS.at(-1)!
const LEAST_ROWS = 64
const sizeOf = (rows: number) => Math.max(LEAST_ROWS, 2 ** Math.ceil(Math.log2(rows)))

/**
 * Texts for readings, in order, the best first: the same for a reading alone and among others.
 *
 * @param more `spare`, of a caller that writes again and again: see openDecoding; `constraints` on the texts
 */
export async function writeFor(
  network: Vec2TextNetwork,
  readings: readonly Reading[],
  plan: Plan,
  more: { readonly spare?: SpareStates; readonly constraints?: Constraints | null } = {},
): Promise<readonly (readonly WrittenText[])[]> {
  if (readings.length === 0) return []
  using prompts = await promptsOf(network, readings, plan.run)
  const told = prompts.rows.map((encoded) => ({ tokens: [PAD], encoded, before: [] }))
  // Texts are spelled when they are whole.
  const { spare, constraints = null } = more
  const rules = { ends: new Set([END]), stops: [], decode: () => '', constraints }
  const writing = writeTexts(prompts.language, told, rules, plan, { spare })
  for (;;) {
    const { done, value } = await writing.next()
    if (done) return value
  }
}

/** The surprise in nats of the tokens of a text for each reading. */
export async function scoreFor(
  network: Vec2TextNetwork,
  readings: readonly Reading[],
  texts: readonly ArrayLike<number>[],
  run: CallOptions,
): Promise<number[][]> {
  if (readings.length === 0) return []
  using prompts = await promptsOf(network, readings, run)
  const scored = texts.map((tokens, i) => ({ before: [PAD], tokens, encoded: prompts.rows[i]! }))
  return await scoreTokens(prompts.language, scored, run)
}

/** A network that has what its encoder made of readings, and the rows of each. */
async function promptsOf(network: Vec2TextNetwork, readings: readonly Reading[], run: CallOptions) {
  const { language, config } = network
  const { rows, keptOf } = await encodedReadings(network, readings, run)
  const { width } = config.t5
  const capacity = sizeOf(rows.length / width)
  const all = new Float32Array(capacity * width)
  all.set(rows)
  const told = createTensor('f32', [capacity, width], all)
  const weights = weightSet({ ...language.weights.tensors, [ROWS]: told }, 'shared')
  let first = 0
  return {
    language: { ...language, weights },
    rows: keptOf.map((count) => {
      first += count
      return Int32Array.from({ length: count }, (_, i) => first - count + i)
    }),
    [Symbol.dispose]: () => told.dispose(),
  }
}

/** What the encoder makes of readings, [rows, width] that the decoder sees, and how many of them are of each. */
export async function encodedReadings(
  { config, encoder, language }: Vec2TextNetwork,
  readings: readonly Reading[],
  run: CallOptions,
): Promise<{ readonly rows: Float32Array; readonly keptOf: readonly number[] }> {
  const { weights, programs } = language
  const parts: Float32Array[] = []
  const counts: number[] = []
  for (let first = 0; first < readings.length; first += MOST_READINGS) {
    const some = readings.slice(first, first + MOST_READINGS)
    const capacity = {
      readings: READINGS.find((size) => size >= some.length)!,
      rows: sizeOf(some.reduce((sum, reading) => sum + readingRows(config, reading), 0)),
    }
    const bindings = { ...weights.specs, ...encodeBindings(config, capacity) }
    const { inputs, scalars, keptOf } = packReadings(config, capacity, some)
    const program = programs.get(encodeReadings, encoder, bindings)
    const outputs = await program.run({ ...weights.tensors, ...inputs }, { ...run, scalars })
    parts.push(toFloat32(outputs.encoded!).subarray(0, scalars.kept * config.t5.width))
    counts.push(...keptOf)
  }
  return { rows: joinBlocks(parts), keptOf: counts }
}
