import { VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import {
  readSafetensorsHeader,
  readTensorBytes,
  type SafetensorsEntry,
  writeSafetensors,
} from '../../io/safetensors/file.ts'
import type { Projection, ProjectionMethod, ProjectionQuality } from './projection.ts'

const FORMAT = 'projection-1'
const METHODS: readonly ProjectionMethod[] = ['ridge', 'procrustes', 'principal']
const FIGURES = ['pairs', 'cosine', 'error', 'neighbours', 'overlap'] as const

/**
 * Writes a projection to a safetensors file, under a temporary name that is renamed.
 *
 * @throws VmmError NOT_FOUND when the folder is missing, BAD_FILE when writing fails
 * @example
 * ```js
 * import { learnPrincipalAxes, readProjection, vectorsFrom, writeProjection } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const flat = turns.flatMap((t) => [Math.cos(t), 0.01 * Math.cos(9 * t), Math.sin(t)])
 * const projection = await learnPrincipalAxes(vectorsFrom(Float32Array.from(flat), 3, 'flat-3'), { dims: 2 })
 * await writeProjection('smaller.safetensors', projection)
 * console.log((await readProjection('smaller.safetensors')).to) // flat-3-principal-2
 * ```
 */
export async function writeProjection(path: string, projection: Projection): Promise<void> {
  const { from, to, fromDims, toDims, method, quality, weight, bias } = projection
  await writeSafetensors(
    path,
    [
      { name: 'weight', dtype: 'F32', shape: [fromDims, toDims], data: weight },
      { name: 'bias', dtype: 'F32', shape: [toDims], data: bias },
      {
        name: 'quality',
        dtype: 'F64',
        shape: [FIGURES.length],
        data: Float64Array.from(FIGURES, (name) => quality[name]),
      },
    ],
    { format: FORMAT, from, to, method },
  )
}

/**
 * Reads what `writeProjection` wrote.
 *
 * @throws VmmError NOT_FOUND when there is no such file, BAD_FILE when it is damaged or of another kind
 * @example
 * ```js
 * import { learnPrincipalAxes, readProjection, vectorsFrom, writeProjection } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const flat = turns.flatMap((t) => [Math.cos(t), 0.01 * Math.cos(9 * t), Math.sin(t)])
 * const projection = await learnPrincipalAxes(vectorsFrom(Float32Array.from(flat), 3, 'flat-3'), { dims: 2 })
 * await writeProjection('smallest.safetensors', projection)
 * const { method, fromDims, toDims } = await readProjection('smallest.safetensors')
 * console.log(method, fromDims, toDims) // principal 3 2
 * ```
 */
export async function readProjection(path: string): Promise<Projection> {
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const found = ['weight', 'bias', 'quality'].map((name) => tensors.find((tensor) => tensor.name === name))
  const [from, to] = [metadata.get('from'), metadata.get('to')]
  const method = METHODS.find((known) => known === metadata.get('method'))
  const [fromDims, toDims] = found[0]?.shape ?? []
  const shapes = [[fromDims, toDims], [toDims], [FIGURES.length]]
  const fits = found.every(
    (tensor, i) => tensor?.dtype === (i === 2 ? 'F64' : 'F32') && tensor.shape.join() === shapes[i]!.join(),
  )
  const known = metadata.get('format') === FORMAT && isSpace(from) && isSpace(to) && method !== undefined
  if (!known || !fits || !fromDims || !toDims) throw damaged(path)
  const [matrix, row, figures] = await readTensorBytes(path, found as SafetensorsEntry[])
  const [weight, bias, told] = [new Float32Array(matrix!), new Float32Array(row!), new Float64Array(figures!)]
  if (![weight, bias, told].every((numbers) => numbers.every((x: number) => Number.isFinite(x))))
    throw damaged(path)
  const quality = Object.fromEntries(
    FIGURES.map((name, i) => [name, told[i]!]),
  ) as unknown as ProjectionQuality
  return { from, to, fromDims, toDims, method, quality, weight, bias }
}

function damaged(path: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: not a projection between spaces, or a damaged one`)
}
