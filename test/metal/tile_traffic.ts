import { dtypeBytes } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'
import type { Sample } from '../support/op_runs.ts'
import type { Traffic } from './ops/cases.ts'

/**
 * Of a product of the first tensor by the others: each tensor once if caches hold all, else the first once for each
 * column of tiles and the others once for each row of them; `outputs` of [rows, cols] are written.
 */
export function tileTraffic(
  sample: Sample,
  [rows, cols]: readonly [number, number],
  [height, width]: readonly [number, number],
  outputs = 1,
): Traffic[] {
  const bytes = Object.values(sample.inputs).map((tensor, i) => {
    const times = i === 0 ? Math.ceil(cols / width) : Math.ceil(rows / height)
    return tensor ? count(tensor.shape) * dtypeBytes[tensor.dtype] * times : 0
  })
  const least = bytes.reduce((sum, part) => sum + part, 4 * rows * cols * outputs)
  return [
    { sample, counted: 'distinct' },
    { sample, least },
  ]
}
