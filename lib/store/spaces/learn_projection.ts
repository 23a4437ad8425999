import { badArgument, check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { unitLength } from '../../core/rows.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { isSpace, type Space } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { nearestOrthogonal } from '../../linear/orthogonal.ts'
import { type PairSums, sumPairs } from '../../linear/pair_sums.ts'
import { principalAxes } from '../../linear/principal_axes.ts'
import { type LinearMap, solveRidge } from '../../linear/ridge_regression.ts'
import type { Projection, ProjectionMethod } from './projection.ts'
import { qualityOf } from './quality.ts'

/** How a projection is learned. */
export interface LearnProjectionOptions extends CallOptions {
  /**
   * 'ridge' (default) is the best linear map with a bias; 'procrustes' only turns, so that what was near stays as near, and is
   * found from fewer pairs.
   */
  readonly method?: 'ridge' | 'procrustes' | undefined
  /** Of ridge: what is added to the diagonal, as a share of its mean; the best on pairs held out stays. Default 1e-4, 1e-2, 1. */
  readonly lambdas?: readonly number[] | undefined
  /** Told with the pairs that have been read. */
  readonly onProgress?: ((pairs: number) => void) | undefined
}

/** How a smaller space is made of a larger one. */
export interface PrincipalOptions extends CallOptions {
  /** Dimensions that are left. */
  readonly dims: number
  /** The name of the smaller space. Default: that of the larger one with `-principal-DIMS` behind it. */
  readonly space?: Space | undefined
  readonly seed?: number | undefined
}

const LEARN: OptionNames<LearnProjectionOptions> = {
  ...CALL_OPTIONS,
  method: true,
  lambdas: true,
  onProgress: true,
}
const PRINCIPAL: OptionNames<PrincipalOptions> = { ...CALL_OPTIONS, dims: true, space: true, seed: true }

/** Of so many pairs one is held out. */
const HELD_OUT = 10
const FEWEST = 2 * HELD_OUT

/**
 * A projection from one space to another, learned from the same texts in both: row i of the one goes with row i of the other.
 * All vectors are scaled to length 1. Each tenth pair is held out: half of those choose lambda, the others tell the quality.
 *
 * Sources: ridge regression, Hoerl and Kennard 1970; orthogonal Procrustes, Schönemann 1966.
 *
 * @throws VmmError BAD_ARGUMENT for fewer than 20 pairs, different numbers of rows, or a bad option; the signal's reason
 * @example
 * ```js
 * import { learnProjection, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const small = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.cos(t), Math.sin(t)])), 2, 'small-2')
 * const large = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.sin(t), 0, Math.cos(t)])), 3, 'large-3')
 * const { method, quality } = await learnProjection(small, large)
 * console.log(method, quality.pairs, quality.cosine.toFixed(3)) // ridge 2 1.000
 * ```
 */
export async function learnProjection(
  from: Vectors,
  to: Vectors,
  options: LearnProjectionOptions = {},
): Promise<Projection> {
  if (!isVectors(from)) throw notVectors('from', from)
  if (!isVectors(to)) throw notVectors('to', to)
  refuseUnknown(options, LEARN)
  checkRunOptions(options)
  const { method = 'ridge', lambdas = [1e-4, 1e-2, 1], onProgress, ...run } = options
  check(method === 'ridge' || method === 'procrustes', 'method', method, "'ridge' or 'procrustes'")
  const positive = Array.isArray(lambdas) && lambdas.length > 0 && lambdas.every((x) => x > 0 && x < Infinity)
  check(positive, 'lambdas', lambdas, 'one or more positive numbers')
  if (from.space === to.space)
    throw badArgument('to', `vectors of '${to.space}' too`, 'those of another space')
  if (to.count !== from.count) throw badArgument('to', `${to.count} rows`, `${from.count}, as many as from`)
  if (from.count < FEWEST) throw badArgument('from', `${from.count} rows`, `${FEWEST} or more`)
  const parts = heldOut(from.count)
  const sums = await sumsOf(from, to, parts.fitted, { ...run, onProgress })
  const about = { from: from.space, to: to.space, fromDims: from.dims, toDims: to.dims }
  const judged = (map: LinearMap, kind: ProjectionMethod, rows: readonly number[]) =>
    qualityOf({ ...about, ...map, method: kind }, rowsOf(from, rows), rowsOf(to, rows), run)
  if (method === 'procrustes') {
    const map = await turnOf(sums, from.dims, to.dims, run)
    return { ...about, ...map, method, quality: await judged(map, method, parts.judging) }
  }
  let best: { readonly map: LinearMap; readonly error: number } | null = null
  for (const lambda of lambdas) {
    const map = await solveRidge(sums, lambda, run.signal)
    const { error } = lambdas.length === 1 ? { error: 0 } : await judged(map, method, parts.choosing)
    if (best === null || error < best.error) best = { map, error }
  }
  const { map } = best!
  return { ...about, ...map, method, quality: await judged(map, method, parts.judging) }
}

/**
 * A projection to fewer dimensions that keeps products of vectors as well as so few can: on the principal axes about the origin.
 * It needs no second model; search in the smaller space first (see nearestInStages).
 *
 * Source: Eckart and Young 1936.
 *
 * @throws VmmError BAD_ARGUMENT for fewer than 20 vectors, or no fewer dimensions; the signal's reason
 * @example
 * ```js
 * import { learnPrincipalAxes, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const flat = turns.flatMap((t) => [Math.cos(t), 0.01 * Math.cos(9 * t), Math.sin(t)])
 * const { to, quality } = await learnPrincipalAxes(vectorsFrom(Float32Array.from(flat), 3, 'flat-3'), { dims: 2 })
 * console.log(to, quality.cosine.toFixed(2)) // flat-3-principal-2 1.00
 * ```
 */
export async function learnPrincipalAxes(vectors: Vectors, options: PrincipalOptions): Promise<Projection> {
  if (!isVectors(vectors)) throw notVectors('vectors', vectors)
  refuseUnknown(options, PRINCIPAL)
  checkRunOptions(options)
  const { dims, space = `${vectors.space}-principal-${dims}`, seed = 0, ...run } = options
  const fewer = Number.isInteger(dims) && dims > 0 && dims < vectors.dims
  check(fewer, 'dims', dims, `a whole number below ${vectors.dims}`)
  check(isSpace(space), 'space', space, "a name such as 'use-lite-512-principal-128'")
  check(Number.isInteger(seed), 'seed', seed, 'a whole number')
  if (vectors.count < FEWEST) throw badArgument('vectors', `${vectors.count} rows`, `${FEWEST} or more`)
  const { fitted, choosing, judging } = heldOut(vectors.count)
  const { xx } = await sumsOf(vectors, vectors, fitted, run)
  const { axes } = await principalAxes(xx, vectors.dims, dims, seed, run)
  const map = {
    from: vectors.space,
    to: space,
    fromDims: vectors.dims,
    toDims: dims,
    weight: axes.data,
    bias: new Float32Array(dims),
    method: 'principal' as const,
  }
  const judged = rowsOf(vectors, [...choosing, ...judging])
  return { ...map, quality: await qualityOf(map, judged, null, run) }
}

/** Rows that are fitted to, that choose between maps, and that tell their quality. */
function heldOut(count: number): Readonly<Record<'fitted' | 'choosing' | 'judging', readonly number[]>> {
  const rows = Array.from({ length: count }, (_, i) => i)
  const part = (i: number) => i % HELD_OUT
  const turn = (i: number) => Math.floor(i / HELD_OUT) % 2
  return {
    fitted: rows.filter((i) => part(i) !== 0),
    choosing: rows.filter((i) => part(i) === 0 && turn(i) === 0),
    judging: rows.filter((i) => part(i) === 0 && turn(i) === 1),
  }
}

async function sumsOf(
  from: Vectors,
  to: Vectors,
  rows: readonly number[],
  options: CallOptions & Pick<LearnProjectionOptions, 'onProgress'>,
): Promise<PairSums> {
  const summing = sumPairs(from.dims, to.dims, options)
  for (const i of rows) {
    const { x, y } = summing.next()
    x.set(unitLength(from.row(i)))
    y.set(unitLength(to.row(i)))
    await summing.settle()
  }
  return summing.end()
}

function rowsOf(vectors: Vectors, rows: readonly number[]): Vectors {
  return vectorsFrom(
    rows.map((i) => vectors.row(i)),
    vectors.dims,
    vectors.space,
  )
}

/** The turn that brings x nearest to y. */
async function turnOf({ xy }: PairSums, rows: number, columns: number, run: CallOptions): Promise<LinearMap> {
  const { data } = await nearestOrthogonal({ rows, columns, data: Float32Array.from(xy) }, run)
  return { weight: data, bias: new Float32Array(columns) }
}
