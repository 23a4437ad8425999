import { badArgument, check, describe } from '../../core/errors.ts'
import { completeConfig } from '../complete_config.ts'
import { checkSizes } from '../sizes.ts'
import { checkTokenIds } from '../token_ids.ts'

/** A model that turns a vector into tokens: an adapter that unfolds it into a memory, and a decoder. Plain JSON. */
export interface InverterConfig {
  /** The embedding space of its vectors, and their length. */
  readonly space: string
  readonly dims: number
  /** Token ids that there are; `start` and `end` are two of them that no text has. */
  readonly vocabulary: number
  readonly start: number
  readonly end: number
  /** Tokens of a text at most, `start` and `end` not counted. */
  readonly capacityTokens: number
  /** Width of the decoder's residual stream. */
  readonly dModel: number
  readonly layers: number
  readonly heads: number
  /** Hidden units of a layer's feed-forward part. */
  readonly ffn: number
  /** Memory rows that each scale of the adapter makes. */
  readonly scales: readonly number[]
  /** Width of a memory row. */
  readonly memoryDims: number
  /** Hidden units of the adapter, per scale; 0 for as many as the scale puts out, as Aparecium has them. */
  readonly adapterHidden: number
  /** Units of the adapter without a nonlinearity, per scale, beside the hidden ones; 0 for none. */
  readonly directUnits: number
  /** Whether it reads, beside a vector, what was there before the encoder's last tanh: for encoders that end with one. */
  readonly preTanh: boolean
  /** Whether the vector is added to each token as well. */
  readonly vectorInTokens: boolean
  /** Whether what the vector says of words is added to what the decoder says. */
  readonly wordHints: boolean
  /**
   * Least and most length of the random vectors that blur what it is trained on, and that it is told of; null for a model
   * that is not told.
   */
  readonly noiseRange: readonly [least: number, most: number] | null
  /** Layers that read what was written for a vector so far, so that the decoder writes a better text; 0 reads nothing. */
  readonly hypothesisLayers: number
  /** Mean surprise of a token of human text without its vector, in nats: set when training ends, 0 before. */
  readonly languageNll: number
  /** Of published decoders alone, whose layers are those of PyTorch: see DecoderOptions. No bundle has it. */
  readonly postNorm?: true | undefined
}

const defaults = {
  space: 'use-lite-512',
  dims: 512,
  vocabulary: 8000,
  start: 1,
  end: 2,
  capacityTokens: 32,
  dModel: 768,
  layers: 12,
  heads: 8,
  ffn: 3072,
  scales: [8, 16],
  memoryDims: 384,
  adapterHidden: 0,
  directUnits: 0,
  preTanh: false,
  vectorInTokens: false,
  wordHints: false,
  noiseRange: null,
  hypothesisLayers: 0,
  languageNll: 0,
} as const

const sizes = [
  'dims',
  'vocabulary',
  'capacityTokens',
  'dModel',
  'layers',
  'heads',
  'ffn',
  'memoryDims',
] as const

/** What an adapter may have. */
const MOST_SCALES = 64
const MOST_MEMORY_ROWS = 4096

/**
 * A complete config from some of its fields; the others are those of Aparecium v2 (dModel 768, 12 layers, memory of
 * 8 + 16 rows of 384). Throws VmmError BAD_ARGUMENT that names the field for unknown fields and wrong values.
 *
 * @example
 * ```js
 * import { inverterConfig } from 'vector-mamba'
 *
 * const { layers, dModel, scales } = inverterConfig({ layers: 2, dModel: 256 })
 * console.log(layers, dModel, scales) // 2 256 [ 8, 16 ]
 * ```
 */
export function inverterConfig(given: Partial<InverterConfig> = {}): InverterConfig {
  const config = completeConfig<InverterConfig>(given, defaults)
  const field = (name: keyof InverterConfig, ok: boolean, allowed: string) =>
    check(ok, `config.${name}`, config[name], allowed)
  const positive = (n: unknown) => Number.isSafeInteger(n) && (n as number) > 0
  checkSizes(config, sizes)
  field('heads', config.dModel % config.heads === 0, `a divisor of dModel, ${config.dModel}`)
  checkTokenIds(config)
  for (const name of ['adapterHidden', 'directUnits'] as const)
    field(
      name,
      config[name] === 0 || (positive(config[name]) && config[name] <= 1_048_576),
      '0, or a positive integer of at most 1048576',
    )
  for (const name of ['preTanh', 'vectorInTokens', 'wordHints'] as const)
    field(name, typeof config[name] === 'boolean', 'true or false')
  field(
    'hypothesisLayers',
    config.hypothesisLayers === 0 || (positive(config.hypothesisLayers) && config.hypothesisLayers <= 512),
    '0, or a positive integer of at most 512',
  )
  const range = config.noiseRange
  const lengths = Array.isArray(range) && range.length === 2 && range.every((x) => Number.isFinite(x))
  field(
    'noiseRange',
    range === null || (lengths && range[0]! > 0 && range[0]! < range[1]!),
    'null, or two lengths above 0, the smaller one first',
  )
  field(
    'languageNll',
    Number.isFinite(config.languageNll) && config.languageNll >= 0,
    'a number of 0 or more',
  )
  checkScales(config.scales)
  return config
}

/** Throws VmmError BAD_ARGUMENT for what are no scales of an adapter. */
export function checkScales(scales: readonly number[]): void {
  const isRows = Array.isArray(scales) && scales.every((n) => Number.isSafeInteger(n) && n > 0)
  const rows = isRows ? memoryRows({ scales }) : 0
  if (rows === 0 || rows > MOST_MEMORY_ROWS || scales.length > MOST_SCALES)
    throw badArgument(
      'config.scales',
      describe(scales),
      `positive integers, 1 to ${MOST_SCALES} of them, of at most ${MOST_MEMORY_ROWS} together`,
    )
}

/** Rows that a vector unfolds into. */
export function memoryRows({ scales }: Pick<InverterConfig, 'scales'>): number {
  return scales.reduce((sum, rows) => sum + rows, 0)
}

/** Rows of memory from a vector to the next, where texts that were written for them are read: see readHypotheses. */
export function memoryStride(config: InverterConfig): number {
  const rows = memoryRows(config)
  return config.hypothesisLayers === 0 ? rows : 2 * rows + config.capacityTokens
}
