import { VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import { readSafetensorsHeader, readTensorBytes, writeSafetensors } from '../../io/safetensors/file.ts'
import { decodeNumbers, encodeNumbers } from '../../tensor/dtype.ts'
import type { Ridge } from './ridge.ts'

const FORMAT = '1'

/**
 * Writes a ridge regression to a safetensors file, under a temporary name that is renamed: `weight` bf16
 * [history · dims, dims] and `bias` f32 [dims].
 *
 * @throws VmmError NOT_FOUND when the folder is missing, BAD_FILE when writing fails
 * @example
 * ```js
 * import { readRidge, writeRidge } from 'vector-mamba/evaluate'
 *
 * const turn = Float32Array.from([0, 1, -1, 0])
 * const ridge = { space: 'example-2', dims: 2, history: 1, lambda: 1, weight: turn, bias: new Float32Array(2) }
 * await writeRidge('ridge.safetensors', ridge)
 * console.log((await readRidge('ridge.safetensors')).weight.join()) // 0,1,-1,0
 * ```
 */
export async function writeRidge(path: string, ridge: Ridge): Promise<void> {
  const { space, dims, history, lambda, weight, bias } = ridge
  const shape = [history * dims, dims]
  await writeSafetensors(
    path,
    [
      { name: 'weight', dtype: 'BF16', shape, data: encodeNumbers(weight, 'bf16') },
      { name: 'bias', dtype: 'F32', shape: [dims], data: bias },
    ],
    { format: FORMAT, kind: 'ridge', space, history: String(history), lambda: String(lambda) },
  )
}

/**
 * Reads what `writeRidge` wrote; weights are those that bf16 keeps.
 *
 * @throws VmmError NOT_FOUND when there is no such file, BAD_FILE when it is damaged or of another kind
 * @example
 * ```js
 * import { readRidge, writeRidge } from 'vector-mamba/evaluate'
 *
 * const zeros = { weight: new Float32Array(4), bias: new Float32Array(2) }
 * await writeRidge('ridge.safetensors', { space: 'example-2', dims: 2, history: 1, lambda: 0.5, ...zeros })
 * const { space, lambda } = await readRidge('ridge.safetensors')
 * console.log(space, lambda) // example-2 0.5
 * ```
 */
export async function readRidge(path: string): Promise<Ridge> {
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const [weight, bias] = ['weight', 'bias'].map((name) => tensors.find((tensor) => tensor.name === name))
  const space = metadata.get('space')
  const history = Number(metadata.get('history'))
  const lambda = Number(metadata.get('lambda'))
  const dims = bias?.shape[0] ?? 0
  const fits =
    metadata.get('kind') === 'ridge' &&
    metadata.get('format') === FORMAT &&
    bias?.dtype === 'F32' &&
    bias.shape.length === 1 &&
    weight?.dtype === 'BF16' &&
    weight.shape.length === 2 &&
    weight.shape[0] === history * dims &&
    weight.shape[1] === dims
  const damaged = () => new VmmError('BAD_FILE', `${path}: not a ridge regression, or a damaged one`)
  if (!fits || !isSpace(space) || !Number.isSafeInteger(history) || !(lambda > 0)) throw damaged()
  if (history < 1 || !Number.isFinite(lambda) || dims === 0) throw damaged()
  const [matrix, row] = await readTensorBytes(path, [weight, bias])
  const ridge = {
    weight: Float32Array.from(decodeNumbers(matrix!, 'bf16')),
    bias: new Float32Array(row!),
  }
  if (![ridge.weight, ridge.bias].every((values) => values.every(Number.isFinite))) throw damaged()
  return { space, dims, history, lambda, ...ridge }
}
