import { check, VmmError } from '../../core/errors.ts'
import { formatShape } from '../../tensor/shape.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { checkScales } from '../inverter/config.ts'
import { checkSizes } from '../sizes.ts'

/** What the tensors of a checkpoint say of its adapter and its decoder. */
export interface ApareciumSizes {
  readonly dims: number
  readonly scales: readonly number[]
  readonly memoryDims: number
  readonly vocabulary: number
  readonly dModel: number
  readonly layers: number
  readonly ffn: number
}

/** What they say of the surrogate. */
export interface SurrogateSizes {
  readonly vocabulary: number
  readonly dModel: number
  readonly layers: number
  readonly ffn: number
}

/**
 * The sizes of a checkpoint, by some of its tensors: the others are compared with them when they are read.
 *
 * @throws VmmError BAD_FILE naming file and tensor
 */
export function apareciumSizes(checkpoint: Checkpoint): ApareciumSizes {
  const axis = axesOf(checkpoint)
  const scales: number[] = []
  while (checkpoint.has(`adapter.freq.${scales.length}`))
    scales.push(axis(`adapter.freq.${scales.length}`, 0))
  const layers = layersOf(checkpoint, 'decoder.decoder.')
  const sizes: ApareciumSizes = {
    dims: axis('adapter.proj.0.0.weight', 1),
    memoryDims: axis('adapter.freq.0', 1),
    scales,
    vocabulary: axis('decoder.embed.weight', 0),
    dModel: axis('decoder.embed.weight', 1),
    layers,
    ffn: layers === 0 ? 0 : axis('decoder.decoder.layers.0.linear1.weight', 0),
  }
  within(checkpoint, () => {
    checkSizes(sizes, [...SHARED, 'dims', 'memoryDims'])
    checkScales(scales)
  })
  return sizes
}

/** The sizes of a surrogate whose tensors begin with a prefix. Throws likewise. */
export function surrogateSizes(checkpoint: Checkpoint, prefix: string): SurrogateSizes {
  const axis = axesOf(checkpoint)
  const layers = layersOf(checkpoint, `${prefix}text.enc.`)
  const sizes = {
    vocabulary: axis(`${prefix}text.emb.weight`, 0),
    dModel: axis(`${prefix}text.emb.weight`, 1),
    layers,
    ffn: layers === 0 ? 0 : axis(`${prefix}text.enc.layers.0.linear1.weight`, 0),
  }
  within(checkpoint, () => checkSizes(sizes, SHARED))
  return sizes
}

/** Throws VmmError BAD_ARGUMENT for heads that do not divide a width. */
export function checkHeads(heads: number, dModel: number): void {
  check(dModel % heads === 0, 'heads', heads, `a divisor of ${dModel}, the width of a layer`)
}

/** Reads the length of an axis of a matrix. */
function axesOf(checkpoint: Checkpoint) {
  return (name: string, axis: 0 | 1): number => {
    if (!checkpoint.has(name))
      throw new VmmError('BAD_FILE', `${checkpoint.files.join(', ')}: no tensor ${name}`)
    const { file, shape } = checkpoint.info(name)
    if (shape.length !== 2)
      throw new VmmError('BAD_FILE', `${file}: ${name} is ${formatShape(shape)}; the model needs a matrix`)
    return shape[axis]!
  }
}

function layersOf(checkpoint: Checkpoint, prefix: string): number {
  let layers = 0
  while (checkpoint.has(`${prefix}layers.${layers}.norm1.weight`)) layers++
  return layers
}

const SHARED = ['vocabulary', 'dModel', 'layers', 'ffn'] as const

/** Throws where a size is beyond what any model has. */
function within(checkpoint: Checkpoint, check: () => void): void {
  try {
    check()
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${checkpoint.files.join(', ')}: ${(cause as Error).message}`, { cause })
  }
}
