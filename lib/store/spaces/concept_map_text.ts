import { badArgument, check, describe, VmmError } from '../../core/errors.ts'
import type { Space } from '../../core/space.ts'
import { base64OfVector, vectorOfBase64 } from '../../io/base64_vector.ts'
import { parseJson } from '../../io/json.ts'
import { jsonFields } from '../../io/json_fields.ts'
import { dimsOf } from '../check_record.ts'
import { type ConceptMap, makeConceptMap } from './concept_map.ts'

const FORMAT = 'concept-map-1'

/** A map as stores keep it: JSON with the numbers' bytes in base64. The space is known where it is kept. */
export function conceptMapText({ mean, axes, shares }: ConceptMap): string {
  return JSON.stringify({
    format: FORMAT,
    mean: base64OfVector(mean),
    axes: axes.map(base64OfVector),
    shares,
  })
}

/** Reads what `conceptMapText` wrote. Throws VmmError BAD_FILE for what is none of this space. */
export function conceptMapOf(text: string, space: Space, dims: number): ConceptMap {
  const name = `the map of space '${space}'`
  const fields = jsonFields(name, parseJson(text, name))
  fields.only('format', FORMAT)
  const mean = vectorOf(fields.text('mean'), dims)
  const axes = fields.texts('axes').map((axis) => vectorOf(axis, dims))
  const shares = fields.raw('shares')
  const fits = mean !== null && axes.length > 0 && axes.every((axis) => axis !== null)
  if (!fits || !areShares(shares, axes.length)) throw new VmmError('BAD_FILE', `${name} is damaged`)
  return makeConceptMap(space, mean, axes, shares)
}

/** Throws BAD_ARGUMENT for what is no map, SPACE_MISMATCH for one of a space that a store does not have. */
export function checkConceptMap(map: ConceptMap, spaces: ReadonlyMap<Space, number>): void {
  check(typeof map === 'object' && map !== null, 'map', map, 'a map as placeConcepts gives it')
  const { space, mean, axes, shares } = map
  const dims = dimsOf(spaces, space)
  const isVector = (x: unknown) =>
    x instanceof Float32Array && x.length === dims && x.every((number) => Number.isFinite(number))
  if (!isVector(mean)) throw badArgument('map.mean', describe(mean), `${dims} finite numbers`)
  check(Array.isArray(axes) && axes.length > 0, 'map.axes', axes, 'one or more axes')
  for (const [i, axis] of axes.entries())
    if (!isVector(axis)) throw badArgument(`map.axes[${i}]`, describe(axis), `${dims} finite numbers`)
  check(areShares(shares, axes.length), 'map.shares', shares, 'a number for each axis')
}

function areShares(value: unknown, count: number): value is number[] {
  return Array.isArray(value) && value.length === count && value.every((share) => Number.isFinite(share))
}

function vectorOf(text: string, dims: number): Float32Array | null {
  const vector = vectorOfBase64(text)
  return vector?.length === dims && vector.every((x) => Number.isFinite(x)) ? vector : null
}
