import { readFileSync } from 'node:fs'
import type { Tokens } from '../../../lib/core/tokenizer.ts'
import { compile, type Program, toFloat32 } from '../../../lib/graph/program.ts'
import { trace } from '../../../lib/graph/trace.ts'
import { type InverterConfig, inverterConfig } from '../../../lib/models/inverter/config.ts'
import { inverterForward, textInputs } from '../../../lib/models/inverter/forward.ts'
import {
  hypothesisInputs,
  packHypotheses,
  type WrittenText,
} from '../../../lib/models/inverter/hypotheses.ts'
import { noiseLevels, packTexts } from '../../../lib/models/inverter/inputs.ts'
import { type InverterNetwork, makeInverterNetwork } from '../../../lib/models/inverter/network.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { createTensor, type DeviceTensor } from '../../../lib/tensor/device_tensor.ts'
import { makeTokens } from '../../../lib/text/tokenizers/tokens.ts'
import { packWeights } from '../../../lib/weights/pack.ts'
import { type ParameterSpecs, specBindings } from '../../../lib/weights/specs.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import type { Fingerprint } from '../../support/fingerprint.ts'
import { noise, spread } from '../../train/tiny_data.ts'

/** Centre and half width of each parameter's values, in the order of its parameters. */
type Start = Readonly<Record<string, readonly [number, number]>>

interface InverterGolden {
  readonly loss: number
  readonly start: Start
  readonly logits: readonly number[]
  readonly gradients: Readonly<Record<string, Fingerprint>>
}

/** What goldens/make_inverter.py wrote. */
export const golden: {
  readonly vectors: readonly number[]
  /** By adapterHidden. */
  readonly inverters: Readonly<Record<string, InverterGolden>>
  readonly surrogate: { readonly start: Start; readonly cosines: readonly number[] }
} = JSON.parse(readFileSync(new URL('../goldens/inverter.json', import.meta.url), 'utf8'))

export const sizes = { space: 'tiny-12', dims: 12, vocabulary: 37, capacityTokens: 7, dModel: 16 } as const
export const depth = { layers: 2, heads: 2, ffn: 24 } as const

/** A model small enough for any test, with everything that a large one has; that of the goldens if nothing is given. */
export function tinyConfig(given: Partial<InverterConfig> = {}): InverterConfig {
  return inverterConfig({ ...sizes, ...depth, scales: [2, 3], memoryDims: 8, adapterHidden: 10, ...given })
}

/** Everything that a model may be told of a vector. */
export const RICH = {
  preTanh: true,
  directUnits: 5,
  vectorInTokens: true,
  wordHints: true,
  noiseRange: [0.01, 1.5],
} as const

const lengths = [7, 0, 1, 4, 5]

/** Consecutive parts of an array. */
function parts<T extends { slice(begin: number, end: number): T }>(all: T, of: readonly number[]): T[] {
  let end = 0
  return of.map((length) => {
    end += length
    return all.slice(end - length, end)
  })
}

/** The goldens' texts. */
export const texts: readonly Int32Array[] = parts(
  Int32Array.from(noise(910, 17), (u) => Math.floor(u * sizes.vocabulary)),
  lengths,
)

/** The goldens' vectors, one for each text; of zeros where a text comes without it. */
export function textVectors(untold: number | null = 3): Float32Array[] {
  return texts.map((_, i) =>
    i === untold
      ? new Float32Array(sizes.dims)
      : Float32Array.from(golden.vectors.slice(i * sizes.dims, (i + 1) * sizes.dims)),
  )
}

/** Start of what the goldens' models do not have. */
const WITHOUT_GOLDEN = [0, 0.4] as const

/** Values of parameters as the golden's script computes them. */
export function valuesFrom(specs: ParameterSpecs, start: Start): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }], number) => [
      name,
      spread(number, shape, ...(start[name] ?? WITHOUT_GOLDEN)),
    ]),
  )
}

export function tensorsOf(
  specs: ParameterSpecs,
  values: Readonly<Record<string, Float32Array>>,
  dtype: 'f32' | 'bf16' = 'f32',
): Record<string, DeviceTensor> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, storage }]) => [
      name,
      createTensor(dtype === 'bf16' ? storage : 'f32', shape, values[name]!),
    ]),
  )
}

/** How weights lie in memory: as in training, or as a bundle is loaded. */
export const layouts = ['plain', 'packed', 'packed bf16'] as const
export type Layout = (typeof layouts)[number]

/** Some tokens, for models that spell nothing. */
export const noTokens = makeTokens(
  { kind: 'unigram', file: 'vocabulary.json', reserved: 6, start: 1, end: 2 },
  JSON.stringify(Array.from({ length: sizes.vocabulary }, (_, i) => [`<${i}>`, -1])),
)

/** A decoder with lively weights, those of the goldens where the config is theirs. Dispose it. */
export async function tinyNetwork(
  config: InverterConfig,
  layout: Layout = 'plain',
  tokens: Tokens = noTokens,
): Promise<InverterNetwork> {
  const specs = inverterParameters(config)
  const { start } = golden.inverters[config.adapterHidden]!
  const tensors = tensorsOf(specs, valuesFrom(specs, start), layout === 'packed bf16' ? 'bf16' : 'f32')
  const plain = weightSet(tensors)
  const tied = { head: 'tokens.weight' }
  return makeInverterNetwork(
    config,
    layout === 'plain' ? plain : await packWeights(plain, specs, { tied }),
    tokens,
  )
}

/** A text to be told of a vector, and what was written for it before. */
export interface Script {
  readonly vector: Float32Array
  readonly tokens: ArrayLike<number>
  readonly written?: WrittenText | null
}

/** Logits of whole texts by inverterForward, a [(length + 1) · vocabulary] each. Capacities are larger than needed. */
export function forwardLogits(
  { config, weights, programs }: InverterNetwork,
  some: readonly Script[],
): Float32Array[] {
  const capacity = { rows: some.length * (config.capacityTokens + 1) + 3, texts: some.length + 1 }
  const corrects = some.some(({ written }) => written)
  const program = programs.get(inverterForward, config, {
    ...weights.specs,
    ...textInputs(config, capacity),
    ...(corrects ? hypothesisInputs(config, capacity.texts) : {}),
  })
  const before = packHypotheses(
    config,
    capacity.texts,
    some.map(({ written = null }) => written),
  )
  const hypotheses = corrects ? { ...before.inputs, kvRange: before.memoryRange } : {}
  const ids = some.map(({ tokens }) => Int32Array.from(tokens))
  const { inputs, scalars } = packTexts(config, capacity, ids)
  const { targets: _, ...given } = inputs
  const vectors = new Float32Array(capacity.texts * config.dims)
  for (const [i, { vector }] of some.entries()) vectors.set(vector, i * config.dims)
  const bindings = { ...weights.tensors, ...given, ...noiseLevels(config, vectors), ...hypotheses, vectors }
  const { logits } = program.runSync(bindings, { scalars })
  const all = toFloat32(logits!)
  return parts(
    all,
    ids.map(({ length }) => (length + 1) * config.vocabulary),
  )
}

type Values = Readonly<Record<string, Float32Array>>
type Inputs = Parameters<typeof trace>[0]
export type Model = Parameters<typeof trace>[1]

interface RunSettings {
  readonly scalars?: Readonly<Record<string, number>>
  readonly instructionSet?: string
}

/** Runs functions of parameters and inputs; one that is run again is not compiled again. */
export function runner(specs: ParameterSpecs, inputs: Inputs) {
  const programs = new Map<Model, Program>()
  return (
    model: Model,
    values: Values,
    given: Readonly<Record<string, ArrayBufferView>>,
    settings: RunSettings = {},
  ): Values => {
    const program = programs.get(model) ?? compile(trace({ ...specBindings(specs), ...inputs }, model))
    programs.set(model, program)
    const tensors = tensorsOf(specs, values)
    try {
      const outputs = program.runSync({ ...tensors, ...given }, settings)
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, toFloat32(tensor)]))
    } finally {
      for (const tensor of Object.values(tensors)) tensor.dispose()
    }
  }
}

/** Runs a traced function of parameters and inputs once. */
export function runOnce(
  specs: ParameterSpecs,
  values: Values,
  inputs: Inputs,
  model: Model,
  given: Readonly<Record<string, ArrayBufferView>>,
  settings: RunSettings = {},
): Values {
  return runner(specs, inputs)(model, values, given, settings)
}

/** log softmax of a row. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const row = Float64Array.from(logits)
  const most = row.reduce((a, b) => Math.max(a, b))
  const sum = row.reduce((total, x) => total + Math.exp(x - most), 0)
  return row.map((x) => x - most - Math.log(sum))
}

export const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** Whether n tokens in a row occur twice; never for n 0. */
export function repeatsNgram(tokens: readonly number[], n: number): boolean {
  if (n === 0) return false
  const grams = tokens.slice(n - 1).map((_, i) => tokens.slice(i, i + n).join())
  return new Set(grams).size < grams.length
}
