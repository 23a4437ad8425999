import { badArgument, check, describe } from '../../core/errors.ts'
import { completeConfig } from '../complete_config.ts'
import { checkSizes } from '../sizes.ts'

/**
 * A model over sequences of concept vectors that predicts the next one. Plain JSON.
 * `sequence`: a mixture of whole Mamba stacks, chosen once per sequence from its first concepts (VMM).
 * `concept`: one stack whose projections are mixtures, chosen for each concept from those so far, after Routing
 * Mamba (arXiv 2506.18145). With one expert both are a dense Mamba without a router.
 */
export interface PredictorConfig {
  readonly variant: 'sequence' | 'concept'
  /** The embedding space of its vectors, and their length. */
  readonly space: string
  readonly dims: number
  /** Width of the residual stream. */
  readonly dModel: number
  readonly experts: number
  /** Experts that a sequence or a concept is sent to. */
  readonly topK: number
  /** Mamba blocks of a stack. */
  readonly blocks: number
  /** States per channel of the scan. */
  readonly dState: number
  /** Taps of the causal convolutions. */
  readonly dConv: number
  /** Channels of a block per channel of the stream. */
  readonly expand: number
  /** Rank of the projection to time steps. */
  readonly dtRank: number
  /** Hidden units of the router. */
  readonly routerHidden: number
  /** What the cosine to a domain's centroid counts beside the router's own logits. */
  readonly centroidWeight: number
  /** What one more concept leaves of the older ones in the router's memory; variant `concept` alone. */
  readonly routerDecay: number
  /**
   * Whether the stack reads and predicts standardised vectors: less the mean of the space and over its scale, both per
   * coordinate, so that what is predicted can be told from what all vectors have in common.
   */
  readonly standardised: boolean
  /** How blurred a decoder is told that its predictions are, 0 … 1: see InvertOptions. */
  readonly blur: number
  /** Names of the rows of router.centroids; may be empty. */
  readonly domains: readonly string[]
}

const defaults = {
  variant: 'sequence',
  space: 'use-lite-512',
  dims: 512,
  dModel: 768,
  experts: 8,
  topK: 2,
  blocks: 4,
  dState: 16,
  dConv: 4,
  expand: 2,
  routerHidden: 128,
  centroidWeight: 0.5,
  routerDecay: 0.9,
  standardised: false,
  blur: 0,
  domains: [],
} as const

/** A centroid each. */
const MOST_DOMAINS = 65_536

const variants: readonly unknown[] = ['sequence', 'concept']
const sizes = [
  'dims',
  'dModel',
  'experts',
  'topK',
  'blocks',
  'dState',
  'dConv',
  'expand',
  'dtRank',
  'routerHidden',
] as const

/**
 * A complete config from some of its fields; the others are those of the original design (dModel 768, 8 experts of 4
 * blocks, top 2; 120 M parameters). Throws VmmError BAD_ARGUMENT that names the field for unknown fields and wrong
 * values.
 *
 * @example
 * ```js
 * import { predictorConfig } from 'vector-mamba'
 *
 * const { dModel, blocks, topK, variant } = predictorConfig({ dModel: 256, blocks: 2 })
 * console.log(dModel, blocks, topK, variant) // 256 2 2 sequence
 * ```
 */
export function predictorConfig(given: Partial<PredictorConfig> = {}): PredictorConfig {
  // What is no object or no number is refused below.
  const size = (name: 'dModel' | 'experts') => {
    const value = given?.[name]
    return typeof value === 'number' ? value : defaults[name]
  }
  const config = completeConfig<PredictorConfig>(given, {
    ...defaults,
    topK: Math.min(defaults.topK, size('experts')),
    dtRank: Math.ceil(size('dModel') / 16),
  })
  const field = (name: keyof PredictorConfig, ok: boolean, allowed: string) =>
    check(ok, `config.${name}`, config[name], allowed)
  field('variant', variants.includes(config.variant), variants.join(' | '))
  checkSizes(config, sizes)
  field('topK', config.topK <= config.experts, `at most ${config.experts}, the number of experts`)
  field('dConv', config.dConv >= 2 && config.dConv <= 16, '2 … 16')
  field('centroidWeight', Number.isFinite(config.centroidWeight), 'a number')
  const isNumber = Number.isFinite(config.routerDecay)
  field(
    'routerDecay',
    isNumber && config.routerDecay > 0 && config.routerDecay < 1,
    'a number between 0 and 1',
  )
  field('standardised', typeof config.standardised === 'boolean', 'true or false')
  field('blur', config.blur >= 0 && config.blur <= 1, 'a number from 0 to 1')
  const { domains } = config
  const names = Array.isArray(domains) && domains.every((name) => typeof name === 'string' && name !== '')
  if (!names || new Set(domains).size !== domains.length || domains.length > MOST_DOMAINS)
    throw badArgument('config.domains', describe(domains), `names that differ, at most ${MOST_DOMAINS}`)
  return config
}
