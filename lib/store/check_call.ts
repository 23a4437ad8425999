import { badArgument, check, checkCount, describe, VmmError } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { checkRunOptions } from '../core/run_options.ts'
import { isSpace, type Space } from '../core/space.ts'
import { isVectors, notVectors, type Vectors } from '../core/vectors.ts'
import { checkFilter } from './check_filter.ts'
import { checkId, checkText, dimsOf, vectorLength } from './check_record.ts'
import type { Edge, EdgeKey } from './record.ts'
import type {
  MatchingOptions,
  NearestOptions,
  NeighbourOptions,
  ScanOptions,
  SpaceModel,
  WriteOptions,
} from './store.ts'

const NEAREST: OptionNames<NearestOptions> = { filter: true, effort: true, signal: true, threads: true }
const MATCHING: OptionNames<MatchingOptions> = { filter: true, signal: true }
const NEIGHBOURS: OptionNames<NeighbourOptions> = { types: true, direction: true, limit: true }
const SCAN: OptionNames<ScanOptions> = { filter: true, spaces: true, batch: true, signal: true }
const WRITE: OptionNames<WriteOptions> = { signal: true }
const MODEL: OptionNames<SpaceModel> = { name: true, fingerprint: true, options: true }
const EDGE_KEY: OptionNames<EdgeKey> = { source: true, type: true, target: true }
const EDGE: OptionNames<Edge> = { ...EDGE_KEY, weight: true, domainSpecific: true }

export const MOST_DIMS = 65_536

/** Throws BAD_ARGUMENT naming the first that is no id. */
export function checkIds(ids: readonly string[], name = 'ids'): void {
  check(Array.isArray(ids), name, ids, 'an array of ids')
  for (const [i, id] of ids.entries()) checkId(id, `${name}[${i}]`)
}

/** Throws BAD_ARGUMENT for what no space can be, and for what is no model. */
export function checkSpace(space: Space, dims: number, model: SpaceModel | undefined): void {
  check(isSpace(space), 'space', space, "a name such as 'use-lite-512'")
  const whole = Number.isInteger(dims) && dims > 0 && dims <= MOST_DIMS
  check(whole, 'dims', dims, `a whole number of 1 to ${MOST_DIMS}`)
  if (model === undefined) return
  refuseUnknown(model, MODEL, 'model.')
  checkText(model.name, 'model.name')
  checkText(model.fingerprint, 'model.fingerprint')
  const { options } = model
  check(typeof options === 'object' && options !== null, 'model.options', options, 'an object')
  for (const [key, value] of Object.entries(options)) {
    const fits = ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
    check(fits, `model.options.${key}`, value, 'a text, a number, true or false')
  }
}

/** The error for a space that a store has with other dimensions. */
export function otherDims(space: Space, there: number, dims: number): VmmError {
  return new VmmError('SPACE_MISMATCH', `the store's space '${space}' has ${there} dimensions, not ${dims}`)
}

/** Throws BAD_ARGUMENT for options of a write that do not exist, and the signal's reason. */
export function checkWrite(options: WriteOptions): void {
  refuseUnknown(options, WRITE)
  checkRunOptions(options)
  options.signal?.throwIfAborted()
}

/** The relations that `link` is given, each once: of equal ones the last is left. */
export function checkEdges(edges: readonly Edge[]): readonly Edge[] {
  check(Array.isArray(edges), 'edges', edges, 'an array of relations')
  const last = new Map<string, Edge>()
  for (const [i, edge] of edges.entries()) {
    const name = `edges[${i}]`
    checkEdgeKey(edge, name, EDGE)
    const { source, type, target, weight, domainSpecific = null } = edge
    if (!Number.isFinite(weight)) throw badArgument(`${name}.weight`, describe(weight), 'a finite number')
    const known = domainSpecific === null || typeof domainSpecific === 'boolean'
    check(known, `${name}.domainSpecific`, domainSpecific, 'true, false or null')
    last.set(edgeKey(edge), { source, type, target, weight, domainSpecific })
  }
  return [...last.values()]
}

/** The relations that `unlink` is given, each once. */
export function checkEdgeKeys(edges: readonly EdgeKey[]): readonly EdgeKey[] {
  check(Array.isArray(edges), 'edges', edges, 'an array of relations')
  const last = new Map<string, EdgeKey>()
  for (const [i, edge] of edges.entries()) {
    checkEdgeKey(edge, `edges[${i}]`, EDGE)
    last.set(edgeKey(edge), edge)
  }
  return [...last.values()]
}

function checkEdgeKey(edge: EdgeKey, name: string, fields: OptionNames<Edge>): void {
  check(typeof edge === 'object' && edge !== null, name, edge, 'a relation')
  refuseUnknown(edge, fields, `${name}.`)
  checkId(edge.source, `${name}.source`)
  checkId(edge.target, `${name}.target`)
  checkId(edge.type, `${name}.type`)
}

/** One text for what makes a relation one of its own: ids have no NUL. */
export function edgeKey({ source, type, target }: EdgeKey): string {
  return `${source}\0${type}\0${target}`
}

/**
 * The vectors of a search scaled to length 1, [count · dims]; those of zeros stay zeros.
 *
 * @throws VmmError BAD_ARGUMENT for vectors, k or options that are none, SPACE_MISMATCH
 */
export function checkNearest(
  vectors: Vectors,
  k: number,
  options: NearestOptions,
  spaces: ReadonlyMap<Space, number>,
): Float32Array {
  if (!isVectors(vectors)) throw notVectors('vectors', vectors)
  const dims = dimsOf(spaces, vectors.space)
  if (vectors.dims !== dims) throw badArgument('vectors', `${vectors.dims} dimensions`, `${dims} dimensions`)
  checkCount('k', k)
  refuseUnknown(options, NEAREST)
  checkRunOptions(options)
  const { filter, effort = 'good' } = options
  check(['fast', 'good', 'exact'].includes(effort), 'effort', effort, 'fast, good or exact')
  if (filter !== undefined) checkFilter(filter)
  options.signal?.throwIfAborted()
  const queries = new Float32Array(vectors.count * dims)
  for (const [i, vector] of [...vectors].entries()) {
    const length = vectorLength(vector, `vectors[${i}]`)
    for (let c = 0; c < dims; c++) queries[i * dims + c] = length === 0 ? 0 : vector[c]! / length
  }
  return queries
}

/** Throws BAD_ARGUMENT for what `matching` cannot search for, and the signal's reason. */
export function checkMatching(text: string, k: number, options: MatchingOptions): void {
  checkText(text, 'text')
  checkCount('k', k)
  refuseUnknown(options, MATCHING)
  checkRunOptions(options)
  if (options.filter !== undefined) checkFilter(options.filter)
  options.signal?.throwIfAborted()
}

/** Throws BAD_ARGUMENT for what is no option of `neighbours`. */
export function checkNeighbours(ids: readonly string[], options: NeighbourOptions): void {
  checkIds(ids)
  refuseUnknown(options, NEIGHBOURS)
  const { types, direction = 'out', limit = 1 } = options
  if (types !== undefined) {
    check(Array.isArray(types), 'types', types, 'an array of types')
    for (const [i, type] of types.entries()) checkText(type, `types[${i}]`)
  }
  check(direction === 'out' || direction === 'in', 'direction', direction, "'out' or 'in'")
  checkCount('limit', limit)
}

/** Throws BAD_ARGUMENT for what is no option of `scan`, SPACE_MISMATCH. */
export function checkScan(options: ScanOptions, spaces: ReadonlyMap<Space, number>): void {
  refuseUnknown(options, SCAN)
  checkRunOptions(options)
  const { filter, batch = 1, spaces: wanted = [] } = options
  if (filter !== undefined) checkFilter(filter)
  check(Array.isArray(wanted), 'spaces', wanted, 'an array of names')
  for (const space of wanted) dimsOf(spaces, space)
  checkCount('batch', batch)
}

/** The greatest weight first; equal ones by type, then by the concepts, so that all back ends tell the same order. */
export function byWeight(a: Edge, b: Edge): number {
  if (a.weight !== b.weight) return b.weight - a.weight
  return compare(a.type, b.type) || compare(a.target, b.target) || compare(a.source, b.source)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
