import { check } from '../../core/errors.ts'
import { unitLength } from '../../core/rows.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { BindingKind } from '../../graph/value.ts'
import { count, type Shape } from '../../tensor/shape.ts'
import {
  constantParameter as filled,
  matrixParameter as matrix,
  type ParameterSpec,
  type ParameterSpecs,
  specBindings,
  startValues,
} from '../../weights/specs.ts'
import { mambaBlockParameters } from '../mamba.ts'
import type { PredictorConfig } from './config.ts'

/** Vectors that mark the domains in the space, and the expert of each. */
export interface DomainCentroids {
  /** f32 [domains · dims] */
  readonly centroids: Float32Array
  /** Expert of each domain, [domains]. */
  readonly expertOf: ArrayLike<number>
}

/** Where the vectors of a space lie, f32 [dims] each: their mean, and how far they are from it. */
export interface SpaceCoordinates {
  readonly mean: Float32Array
  /** Above 0. */
  readonly scale: Float32Array
}

/**
 * Every parameter of a predictor by name, in a fixed order. Blocks are those of Mamba-1 (see mambaBlockParameters); with
 * several experts a first axis counts them.
 *
 * @example
 * ```js
 * import { predictorConfig, predictorParameters } from 'vector-mamba'
 *
 * const specs = predictorParameters(predictorConfig({ dModel: 16, experts: 1, blocks: 1 }))
 * console.log(specs['input.weight'].shape, specs['input.bias'].shape) // [ 16, 512 ] [ 16 ]
 * ```
 */
export function predictorParameters(config: PredictorConfig): ParameterSpecs {
  const { dims, dModel, experts, blocks, dConv, variant } = config
  const each = experts > 1 ? [experts] : []
  const own = variant === 'sequence' ? each : []
  return {
    ...(experts > 1 ? routerParameters(config) : {}),
    'input.weight': matrix(own, dModel, dims),
    'input.bias': filled([...own, dModel], 0),
    ...Object.assign(
      {},
      ...Array.from({ length: blocks }, (_, i) => mambaBlockParameters(`blocks.${i}`, config, own, each)),
    ),
    'norm_f.weight': filled([...own, dModel], 1),
    'output.weight': matrix([], dims, dModel),
    'output.bias': filled([dims], 0),
    'recent.weight': filled([dims, dConv], 0),
    ...(config.standardised
      ? { 'space.mean': fixed([dims], 0), 'space.scale': fixed([dims], 1 / Math.sqrt(dims)) }
      : {}),
  }
}

/** A parameter that training leaves as it begins. */
function fixed(shape: Shape, value: number): ParameterSpec {
  return { ...filled(shape, value), trained: false }
}

/** The router starts with small logits of its own, so that the centroids decide at first. */
function routerParameters({
  dims,
  experts,
  routerHidden,
  domains,
}: PredictorConfig): Record<string, ParameterSpec> {
  return {
    'router.hidden.weight': matrix([], routerHidden, dims),
    'router.hidden.bias': filled([routerHidden], 0),
    'router.out.weight': matrix([], experts, routerHidden, 0.1),
    'router.out.bias': filled([experts], 0),
    ...(domains.length > 0
      ? {
          'router.centroids': fixed([domains.length, dims], 0),
          'router.domain_experts': fixed([experts, domains.length], 0),
        }
      : {}),
  }
}

/**
 * Start values of all parameters, f32 by name. The same seed gives the same numbers. A config with domains takes
 * their centroids (scaled to unit length) and the expert of each; without them the centroids are zero and count
 * nothing. One that is standardised takes the coordinates of its space; without them vectors are read as they are, but
 * for one factor. Throws VmmError BAD_ARGUMENT for centroids of another count or width, an expert that does not exist,
 * and coordinates of another width or with a scale that is not above 0.
 */
export function initialParameters(
  config: PredictorConfig,
  seed: number,
  domains: DomainCentroids | null = null,
  coordinates: SpaceCoordinates | null = null,
): Record<string, Float32Array> {
  const values = startValues(predictorParameters(config), seed)
  if (domains && config.experts > 1) Object.assign(values, domainParameters(config, domains))
  if (coordinates && config.standardised) Object.assign(values, spaceParameters(config, coordinates))
  return values
}

function spaceParameters(
  { dims }: PredictorConfig,
  { mean, scale }: SpaceCoordinates,
): Record<'space.mean' | 'space.scale', Float32Array> {
  check(mean.length === dims, 'mean', mean, `${dims} numbers`)
  const isScale = scale.length === dims && scale.every((x) => x > 0)
  check(isScale, 'scale', scale, `${dims} numbers above 0`)
  return { 'space.mean': mean, 'space.scale': scale }
}

/**
 * router.centroids [domains, dims] of unit length, and router.domain_experts [experts, domains]: row e is the mean
 * over the domains of expert e.
 */
export function domainParameters(
  { dims, domains, experts }: PredictorConfig,
  { centroids, expertOf }: DomainCentroids,
): Record<'router.centroids' | 'router.domain_experts', Float32Array> {
  const n = domains.length
  check(centroids.length === n * dims, 'centroids', centroids, `${n} rows of ${dims} numbers`)
  check(expertOf.length === n, 'expertOf', expertOf, `the expert of each of ${n} domains`)
  const unit = Float32Array.from(centroids)
  const table = new Float32Array(experts * n)
  const members = new Float32Array(experts)
  for (let domain = 0; domain < n; domain++) {
    const expert = expertOf[domain]!
    check(
      Number.isInteger(expert) && expert >= 0 && expert < experts,
      'expertOf',
      expert,
      `0 … ${experts - 1}`,
    )
    members[expert]!++
    unit.set(unitLength(unit.subarray(domain * dims, (domain + 1) * dims)), domain * dims)
  }
  for (let domain = 0; domain < n; domain++)
    table[expertOf[domain]! * n + domain] = 1 / members[expertOf[domain]!]!
  return { 'router.centroids': unit, 'router.domain_experts': table }
}

/** Number of parameters, and of those that one concept passes through: what a dense model is compared at. */
export function parameterCounts(config: PredictorConfig): {
  readonly total: number
  readonly active: number
} {
  const { experts, topK } = config
  const dense = predictorParameters({ ...config, experts: 1, topK: 1 })
  let total = 0
  let active = 0
  for (const [name, { shape }] of Object.entries(predictorParameters(config))) {
    const n = count(shape)
    const stacked = name in dense && n !== count(dense[name]!.shape)
    total += n
    active += stacked ? (n / experts) * topK : n
  }
  return { total, active }
}

/** Parameters as bindings of a program: states to be trained, or weights. All f32. */
export function parameterBindings(
  config: PredictorConfig,
  kind: BindingKind = 'state',
): Record<string, BindingSpec> {
  return specBindings(predictorParameters(config), kind)
}
