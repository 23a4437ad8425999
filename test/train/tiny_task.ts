import { linear } from '../../lib/layers/linear.ts'
import { weightsOf } from '../../lib/layers/weights.ts'
import { mean, mul, reshape, square, sub, sum, tanh } from '../../lib/ops/index.ts'
import { readTensor } from '../../lib/tensor/device_tensor.ts'
import { optimiserDefaults } from '../../lib/train/core/optimiser.ts'
import type { TrainTask } from '../../lib/train/core/task.ts'
import type { TrainSettings } from '../../lib/train/core/trainer.ts'
import { spread } from './tiny_data.ts'

const [rows, dims, hidden] = [6, 5, 8]

export const tinySettings: TrainSettings = {
  seed: 1,
  steps: 10,
  accumulate: 1,
  optimiser: optimiserDefaults,
  schedule: { learningRate: 0.01, warmup: 2, final: 0.1 },
}

/** A regression with one hidden layer, and a parameter `fixed` that is not trained. */
export function tinyTask(config: { readonly width?: number; readonly blowUp?: number } = {}): TrainTask {
  const width = config.width ?? hidden
  const matrix = (shape: readonly number[]) => ({ shape, decay: true, trained: true })
  const bias = (n: number) => ({ shape: [n], decay: false, trained: true })
  const parameters = {
    'up.weight': matrix([width, dims]),
    'up.bias': bias(width),
    'down.weight': matrix([1, width]),
    'down.bias': bias(1),
    fixed: { shape: [1], decay: false, trained: false },
  }
  return {
    name: 'tiny',
    config,
    parameters,
    inputs: {
      x: { kind: 'input', dtype: 'f32', shape: [rows, dims] },
      y: { kind: 'input', dtype: 'f32', shape: [rows, 1] },
    },
    initial: (seed) =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape }], i) => [
          name,
          name === 'fixed' ? Float32Array.of(3) : spread(100 * seed + i, shape, 0, 0.5),
        ]),
      ),
    losses: (values) => {
      const w = weightsOf(values)
      const error = sub(linear(w.scope('down'), tanh(linear(w.scope('up'), w.get('x')))), w.get('y'))
      const mse = reshape(mean(square(error)), [1])
      return { loss: mse, scaled: mul(mse, values.fixed!), bias: reshape(sum(error), [1]) }
    },
    batch: async (number) => {
      const x = spread(5000 + number, [rows, dims], 0, 1)
      const y = Float32Array.from({ length: rows }, (_, r) => Math.sin(x[r * dims]! + 2 * x[r * dims + 1]!))
      if (number === config.blowUp) y[0] = 1e30
      return { inputs: { x, y }, count: rows }
    },
    evaluate: async ({ fixed, 'down.bias': bias }) => ({
      fixed: readTensor(fixed!)[0]!,
      bias: readTensor(bias!)[0]!,
    }),
  }
}
