import type { BindingSpec } from '../../graph/trace.ts'
import type { BindingKind } from '../../graph/value.ts'
import { check } from '../../runtime/errors.ts'
import { count, type Shape } from '../../tensor/shape.ts'
import { innerChannels, type PredictorConfig } from './config.ts'
import { uniforms } from './uniforms.ts'

/** How the start values of a parameter are made. */
export type Init =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** ln(1 … n) along the last axis, so that A = -1 … -n (S4D-real). */
  | { readonly kind: 'a_log' }
  /** softplus⁻¹ of time steps that are log-uniform in 0.001 … 0.1. */
  | { readonly kind: 'time_steps' }

export interface ParameterSpec {
  readonly shape: Shape
  readonly init: Init
  /** Whether weight decay applies. */
  readonly decay: boolean
  /** false: set once, from the domains. */
  readonly trained: boolean
  /** The narrowest type in which kernels read it. */
  readonly storage: 'bf16' | 'f32'
}

/** Vectors that mark the domains in the space, and the expert of each. */
export interface DomainCentroids {
  /** f32 [domains · dims] */
  readonly centroids: Float32Array
  /** Expert of each domain, [domains]. */
  readonly expertOf: ArrayLike<number>
}

/**
 * Every parameter of a predictor by name, in a fixed order. Names and start values of a block are those of Mamba-1
 * (Gu and Dao, arXiv 2312.00752; state-spaces/mamba); with several experts a first axis counts them.
 */
export function predictorParameters(config: PredictorConfig): Readonly<Record<string, ParameterSpec>> {
  const { dims, dModel, experts, blocks, dState, dConv, dtRank, variant } = config
  const inner = innerChannels(config)
  const each = experts > 1 ? [experts] : []
  const own = variant === 'sequence' ? each : []
  const of = (spec: Partial<ParameterSpec> & Pick<ParameterSpec, 'shape' | 'init'>): ParameterSpec => ({
    decay: false,
    trained: true,
    storage: 'f32',
    ...spec,
  })
  const matrix = (stack: Shape, out: number, width: number, factor = 1): ParameterSpec =>
    of({
      shape: [...stack, out, width],
      init: { kind: 'uniform', bound: factor / Math.sqrt(width) },
      decay: true,
      storage: 'bf16',
    })
  const filled = (shape: Shape, value: number) => of({ shape, init: { kind: 'constant', value } })
  const taps = { kind: 'uniform', bound: 1 / Math.sqrt(dConv) } as const

  const block = (name: string): Record<string, ParameterSpec> => ({
    [`${name}.norm.weight`]: filled([...own, dModel], 1),
    [`${name}.mixer.in_proj.weight`]: matrix(each, 2 * inner, dModel),
    [`${name}.mixer.conv1d.weight`]: of({ shape: [...own, inner, 1, dConv], init: taps, decay: true }),
    [`${name}.mixer.conv1d.bias`]: of({ shape: [...own, inner], init: taps }),
    [`${name}.mixer.x_proj.weight`]: matrix(own, dtRank + 2 * dState, inner),
    [`${name}.mixer.dt_proj.weight`]: matrix(own, inner, dtRank),
    [`${name}.mixer.dt_proj.bias`]: of({ shape: [...own, inner], init: { kind: 'time_steps' } }),
    [`${name}.mixer.A_log`]: of({ shape: [...own, inner, dState], init: { kind: 'a_log' } }),
    [`${name}.mixer.D`]: filled([...own, inner], 1),
    [`${name}.mixer.out_proj.weight`]: matrix(each, dModel, inner, 1 / Math.sqrt(blocks)),
  })
  return {
    ...(experts > 1 ? routerParameters(config, matrix, filled) : {}),
    'input.weight': matrix(own, dModel, dims),
    'input.bias': filled([...own, dModel], 0),
    ...Object.assign({}, ...Array.from({ length: blocks }, (_, i) => block(`blocks.${i}`))),
    'norm_f.weight': filled([...own, dModel], 1),
    'output.weight': matrix([], dims, dModel),
    'output.bias': filled([dims], 0),
    'recent.weight': filled([dims, dConv], 0),
  }
}

/** The router starts with small logits of its own, so that the centroids decide at first. */
function routerParameters(
  { dims, experts, routerHidden, domains }: PredictorConfig,
  matrix: (stack: Shape, out: number, width: number, factor?: number) => ParameterSpec,
  filled: (shape: Shape, value: number) => ParameterSpec,
): Record<string, ParameterSpec> {
  const fixed = (shape: Shape): ParameterSpec => ({ ...filled(shape, 0), trained: false })
  return {
    'router.hidden.weight': matrix([], routerHidden, dims),
    'router.hidden.bias': filled([routerHidden], 0),
    'router.out.weight': matrix([], experts, routerHidden, 0.1),
    'router.out.bias': filled([experts], 0),
    ...(domains.length > 0
      ? {
          'router.centroids': fixed([domains.length, dims]),
          'router.domain_experts': fixed([experts, domains.length]),
        }
      : {}),
  }
}

/**
 * Start values of all parameters, f32 by name. The same seed gives the same numbers. A config with domains takes
 * their centroids (scaled to unit length) and the expert of each; without them the centroids are zero and count
 * nothing. Throws VmmError BAD_ARGUMENT for centroids of another count or width, or an expert that does not exist.
 */
export function initialParameters(
  config: PredictorConfig,
  seed: number,
  domains: DomainCentroids | null = null,
): Record<string, Float32Array> {
  const values = Object.fromEntries(
    Object.entries(predictorParameters(config)).map(([name, { shape, init }]) => [
      name,
      startValues(init, shape, uniforms(seed, name)),
    ]),
  )
  if (domains && config.experts > 1) Object.assign(values, domainParameters(config, domains))
  return values
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
    const row = unit.subarray(domain * dims, (domain + 1) * dims)
    const length = Math.hypot(...row)
    if (length > 0) for (let i = 0; i < dims; i++) row[i]! /= length
  }
  for (let domain = 0; domain < n; domain++)
    table[expertOf[domain]! * n + domain] = 1 / members[expertOf[domain]!]!
  return { 'router.centroids': unit, 'router.domain_experts': table }
}

function startValues(init: Init, shape: Shape, random: () => number): Float32Array {
  const n = count(shape)
  const last = shape.at(-1)!
  const values = new Float32Array(n)
  if (init.kind === 'constant') return values.fill(init.value)
  for (let i = 0; i < n; i++) {
    if (init.kind === 'uniform') values[i] = init.bound * (2 * random() - 1)
    else if (init.kind === 'a_log') values[i] = Math.log(1 + (i % last))
    else {
      const dt = 0.001 * 100 ** random()
      values[i] = dt + Math.log(-Math.expm1(-dt))
    }
  }
  return values
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
  return Object.fromEntries(
    Object.entries(predictorParameters(config)).map(([name, { shape }]) => [
      name,
      { kind, dtype: 'f32', shape },
    ]),
  )
}
