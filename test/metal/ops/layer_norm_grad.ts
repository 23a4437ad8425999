import { normal, uniform } from '../../../lib/graph/samples.ts'
import { normGradCases } from '../norm_grad_cases.ts'

const rowsOf = (rows: number, d: number) => ({
  x: normal([rows, d]),
  mean: normal([rows], 0.1),
  invStd: uniform([rows], 0.5, 2),
  upstream: normal([rows, d]),
})

export const cases = normGradCases('layer_norm_grad', rowsOf, [['dx'], ['dx', 'dBias'], ['dx', 'dWeight']])
