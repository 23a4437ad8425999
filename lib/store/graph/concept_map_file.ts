import { VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import {
  readSafetensorsHeader,
  readTensorBytes,
  type SafetensorsEntry,
  writeSafetensors,
} from '../../io/safetensors/file.ts'
import { type ConceptMap, makeConceptMap } from './concept_map.ts'

const FORMAT = 'concept-map-1'
const TENSORS = ['mean', 'axes', 'shares'] as const

/**
 * Writes a map, so that concepts that are added later get their places on it.
 *
 * @throws VmmError BAD_FILE where the file cannot be written
 * @example
 * ```js
 * import { openStore, placeConcepts, readConceptMap, writeConceptMap } from 'vector-mamba'
 *
 * const store = await openStore('written.store')
 * await store.addSpace('example-2', 2)
 * const at = (id, ...vector) => ({ id, text: id, vectors: { 'example-2': Float32Array.from(vector) } })
 * await store.upsert([at('east', 1, 0), at('north', 0, 1), at('west', -1, 0), at('north-east', 1, 1)])
 * const map = await placeConcepts(store, { coordinates: 2 })
 * await writeConceptMap('written.safetensors', map)
 * const again = await readConceptMap('written.safetensors')
 * const west = Float32Array.of(-1, 0)
 * console.log(again.space, again.place(west).join() === map.place(west).join()) // example-2 true
 * await store.dispose()
 * ```
 */
export async function writeConceptMap(path: string, map: ConceptMap): Promise<void> {
  const { space, dims, mean, axes, shares } = map
  const all = new Float32Array(axes.length * dims)
  for (const [i, axis] of axes.entries()) all.set(axis, i * dims)
  await writeSafetensors(
    path,
    [
      { name: 'mean', dtype: 'F32', shape: [dims], data: mean },
      { name: 'axes', dtype: 'F32', shape: [axes.length, dims], data: all },
      { name: 'shares', dtype: 'F64', shape: [axes.length], data: Float64Array.from(shares) },
    ],
    { format: FORMAT, space },
  )
}

/**
 * Reads a map that `writeConceptMap` wrote.
 *
 * @throws VmmError NOT_FOUND when there is no such file, BAD_FILE when it is damaged or of another kind
 * @example
 * ```js
 * import { openStore, placeConcepts, readConceptMap, writeConceptMap } from 'vector-mamba'
 *
 * const store = await openStore('read.store')
 * await store.addSpace('example-2', 2)
 * const at = (id, ...vector) => ({ id, text: id, vectors: { 'example-2': Float32Array.from(vector) } })
 * await store.upsert([at('east', 1, 0), at('north', 0, 1), at('west', -1, 0), at('north-east', 1, 1)])
 * const map = await placeConcepts(store, { coordinates: 2 })
 * await writeConceptMap('read.safetensors', map)
 * const again = await readConceptMap('read.safetensors')
 * const west = Float32Array.of(-1, 0)
 * console.log(again.space, again.place(west).join() === map.place(west).join()) // example-2 true
 * await store.dispose()
 * ```
 */
export async function readConceptMap(path: string): Promise<ConceptMap> {
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const found = TENSORS.map((name) => tensors.find((tensor) => tensor.name === name))
  const space = metadata.get('space')
  const [count, dims] = found[1]?.shape ?? []
  const shapes = [[dims], [count, dims], [count]]
  const fits = found.every(
    (tensor, i) => tensor?.dtype === (i === 2 ? 'F64' : 'F32') && tensor.shape.join() === shapes[i]!.join(),
  )
  if (metadata.get('format') !== FORMAT || !isSpace(space) || !fits || !count || !dims) throw damaged(path)
  const [mean, axes, shares] = await readTensorBytes(path, found as SafetensorsEntry[])
  const [centre, all] = [new Float32Array(mean!), new Float32Array(axes!)]
  const parts = [...new Float64Array(shares!)]
  if (![centre, all, parts].every((numbers) => numbers.every((x: number) => Number.isFinite(x))))
    throw damaged(path)
  const rows = Array.from({ length: count }, (_, i) => all.slice(i * dims, (i + 1) * dims))
  return makeConceptMap(space, centre, rows, parts)
}

function damaged(path: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: not a map of concepts, or a damaged one`)
}
