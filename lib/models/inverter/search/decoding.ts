import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import { createTensor } from '../../../tensor/device_tensor.ts'
import { packHypotheses, type WrittenText } from '../hypotheses.ts'
import { noiseLevels } from '../inputs.ts'
import type { InverterNetwork } from '../network.ts'
import {
  alsoTold,
  decoderRows,
  fillMemory,
  memoryBindings,
  nextTokens,
  type StepConfig,
  stepBindings,
  stepStates,
} from './step.ts'

/** A text that is being written for one of the vectors. */
export interface StepRow {
  /** Which of the vectors. */
  readonly vector: number
  /** Its last token; the config's `start` at first. */
  readonly token: number
  /** What `step` gave for the text before that token; empty at first. */
  readonly history: readonly number[]
  /** Tokens whose log-probabilities are wanted besides, at most maxAsked. */
  readonly asked?: readonly number[] | undefined
}

/** What may come next in a text. */
export interface NextTokens {
  /** The likeliest tokens, best first, and their log-probabilities in nats. */
  readonly tokens: Int32Array
  readonly logProbs: Float32Array
  /** Log-probabilities of the tokens that were asked for. */
  readonly asked: Float32Array
  /** For the rows that go on from this text. */
  readonly history: readonly number[]
}

/** Texts being written for some vectors, step by step. */
export interface Decoding extends Disposable {
  /** One more token for each row, all of the same length. */
  step(rows: readonly StepRow[], options: RunOptions): Promise<NextTokens[]>
}

export interface DecodingOptions extends RunOptions {
  /** Rows of a step at most, per vector. */
  readonly rowsPerVector: number
  /** How many of the likeliest tokens a step tells. */
  readonly k: number
  /** See nextTokens; 1 is none. */
  readonly guidance: number
  /** What was written for each vector so far, for a model that reads it. */
  readonly written?: readonly (WrittenText | null)[] | undefined
}

/** Vectors that are decoded side by side: few sizes, so that few programs are compiled. */
const vectorSizes = [1, 8, 64]
export const maxVectors = vectorSizes.at(-1)!
/** Tokens that may be asked for; rows ask for all of them, or none does. */
const askedSizes = [0, 8, 64]
export const maxAsked = askedSizes.at(-1)!

/** Begins to write texts for vectors [n · dims], n at most maxVectors. */
export async function openDecoding(
  network: InverterNetwork,
  vectors: Float32Array,
  { rowsPerVector, k, guidance, written, ...run }: DecodingOptions,
): Promise<Decoding> {
  const { config: model, weights, programs } = network
  const { dims } = model
  const n = vectors.length / dims
  const size = vectorSizes.find((s) => s >= n)!
  const base: StepConfig = {
    model,
    // One more, of zeros: no vector.
    vectors: size + 1,
    rows: size * rowsPerVector,
    k,
    asked: 0,
    guidance: guidance === 1 ? 0 : guidance,
  }
  const states = Object.fromEntries(
    Object.entries(stepStates(base)).map(([name, shape]) => [name, createTensor('f32', shape)]),
  )
  const dispose = () => {
    for (const state of Object.values(states)) state.dispose()
  }
  const bound = { ...weights.tensors, ...states }
  const ofMemory = Object.fromEntries(Object.entries(states).filter(([name]) => name.startsWith('memory.')))
  const given = new Float32Array(base.vectors * dims)
  given.set(vectors)
  const noise = noiseLevels(model, given, () => network.blur)
  const reads = model.hypothesisLayers > 0
  const { inputs: hypotheses, memoryRange } = packHypotheses(model, base.vectors, (reads && written) || [])
  try {
    const memory = programs.get(fillMemory, base, { ...weights.specs, ...memoryBindings(base) })
    const told = { ...noise, ...(reads ? hypotheses : {}), vectors: given }
    await memory.run({ ...weights.tensors, ...ofMemory, ...told }, run)
  } catch (error) {
    dispose()
    throw error
  }
  const sizes = askedSizes.map((asked) => {
    const config = { ...base, asked }
    return { config, bindings: { ...weights.specs, ...stepBindings(config) } }
  })
  return {
    step: async (rows, options) => {
      const wanted = Math.max(...rows.map(({ asked }) => asked?.length ?? 0))
      const { config, bindings } = sizes.find(({ config: { asked } }) => asked >= wanted)!
      const program = programs.get(nextTokens, config, bindings)
      const { inputs, scalars, histories } = packRows(config, rows, size, memoryRange)
      // Not `{ ...bound, ...inputs }`: a hundred names anew for each step are most of its garbage.
      const all = Object.assign(Object.create(bound) as typeof bound, inputs)
      const outputs = await program.run(all, { ...options, scalars })
      const tokens = new Int32Array(outputs.tokens!.buffer)
      const logits = toFloat32(outputs.logits!)
      const surprise = toFloat32(outputs.surprise!)
      const asked = outputs.asked && toFloat32(outputs.asked)
      return rows.map((row, r) => {
        const own = logits.subarray(r * k, (r + 1) * k)
        const logSum = own[0]! + surprise[r]!
        const others = asked?.subarray(r * config.asked, r * config.asked + (row.asked?.length ?? 0))
        return {
          tokens: tokens.subarray(r * k, (r + 1) * k),
          logProbs: own.map((logit) => logit - logSum),
          asked: others?.map((logit) => logit - logSum) ?? new Float32Array(0),
          history: histories[r]!,
        }
      })
    },
    [Symbol.dispose]: dispose,
  }
}

/** The inputs of a step. With guidance the rows without a vector come after all others. */
function packRows(config: StepConfig, rows: readonly StepRow[], zeroVector: number, rangeOf: Int32Array) {
  const { model, asked } = config
  const most = decoderRows(config)
  const n = rows.length
  const live = config.guidance === 0 ? n : 2 * n
  const at = rows[0]!.history.length
  const places = Int32Array.from({ length: live }, (_, r) => (r < n ? r : config.rows + r - n))
  const offsets = Int32Array.from({ length: most + 1 }, (_, r) => Math.min(r, live))
  const history = new Int32Array(live * (at + 1))
  const ownRange = new Int32Array(2 * most)
  const memoryRange = new Int32Array(2 * most)
  const vectorOf = new Int32Array(live)
  for (let r = 0; r < live; r++) {
    const row = rows[r % n]!
    const shift = r < n ? 0 : config.rows
    for (let t = 0; t < at; t++) history[r * (at + 1) + t] = row.history[t]! + shift
    history[r * (at + 1) + at] = at * most + places[r]!
    ownRange.set([r * (at + 1), (r + 1) * (at + 1)], 2 * r)
    const vector = r < n ? row.vector : zeroVector
    vectorOf[r] = vector
    memoryRange[2 * r] = rangeOf[2 * vector]!
    memoryRange[2 * r + 1] = rangeOf[2 * vector + 1]!
  }
  const perRow = (of: (row: StepRow) => number) =>
    Int32Array.from({ length: live }, (_, r) => of(rows[r % n]!))
  const questions = new Int32Array(n * asked)
  if (asked > 0) for (const [r, row] of rows.entries()) questions.set(row.asked ?? [], r * asked)
  return {
    inputs: {
      ids: perRow((row) => row.token),
      positions: new Int32Array(live).fill(at),
      place: places,
      offsets,
      history,
      ownRange,
      memoryRange,
      ...(alsoTold(model).length > 0 ? { vector: vectorOf } : {}),
      ...(config.guidance === 0
        ? {}
        : {
            told: Int32Array.from({ length: n }, (_, r) => r),
            untold: Int32Array.from({ length: n }, (_, r) => n + r),
          }),
      ...(asked === 0 ? {} : { asked: questions }),
    },
    scalars: { rows: live, keys: history.length, hypotheses: n },
    histories: rows.map((row, r) => [...row.history, at * most + places[r]!]),
  }
}
