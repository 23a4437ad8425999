import {
  USE_LITE_EMBEDDING,
  USE_LITE_HEAD,
  type UseLiteSource,
  useLiteWeightNames,
} from '../../../../lib/models/families/use_lite/source.ts'

/** Row-major [rows, width], accumulated in f64. */
type Rows = { rows: number; width: number; data: Float64Array }
type Linear = { inputs: number; outputs: number; kernel: Float32Array; bias: Float32Array }
type Norm = { weight: Float32Array; bias: Float32Array }

const HEADS = 4
const WIDTH = 256
const DIMS = 512
const HIDDEN = 1536
const CAPACITY = 128
const NORM_EPSILON = 1e-6

/**
 * The forward pass of Universal Sentence Encoder Lite in f64, from the published weights as they are: the reference
 * for the converted bundle and the native kernels.
 *
 *     x  = E[ids];  x = x + (x + timing)           timing: sines, then cosines, of position * inv_freq
 *     h  = project(x) + attention(norm(x))         layer 0, width 256 -> 512
 *     h  = h + ffn(norm(h))
 *     h  = h + attention(norm(h));  h = h + ffn(norm(h))                      layer 1
 *     v  = tanh(head(mean(h)));  v / |v|
 *
 * @returns a function from token ids (the first 128 count) to the unit vector [512]
 */
export function useLiteOracle(source: UseLiteSource): (ids: ArrayLike<number>) => Float64Array {
  const vector = (name: string, size: number) => source.weight(name, [size]).data
  const norm = (names: { weight: string; bias: string }, width: number): Norm => ({
    weight: vector(names.weight, width),
    bias: vector(names.bias, width),
  })
  const linear = (
    names: { weight: string; bias: string },
    inputs: number,
    outputs: number,
    ones = 0,
  ): Linear => ({
    inputs,
    outputs,
    kernel: source.weight(names.weight, [...Array<number>(ones).fill(1), inputs, outputs]).data,
    bias: vector(names.bias, outputs),
  })
  const embedding = source.weight(USE_LITE_EMBEDDING, [8002, WIDTH]).data
  const first = useLiteWeightNames(0)
  const inverseFrequency = source.weight(first.timing, [1, WIDTH / 2]).data
  const project = linear(first.projection, WIDTH, DIMS)
  const head = linear(USE_LITE_HEAD, DIMS, DIMS)
  const layers = [WIDTH, DIMS].map((width, i) => {
    const names = useLiteWeightNames(i)
    return {
      attentionNorm: norm(names.attentionNorm, width),
      qkv: linear(names.qkv, width, 3 * width, 2),
      attentionOut: linear(names.attentionOut, width, DIMS, 2),
      ffnNorm: norm(names.ffnNorm, DIMS),
      ffnUp: linear(names.ffnUp, DIMS, HIDDEN),
      ffnDown: linear(names.ffnDown, HIDDEN, DIMS),
    }
  })

  return (allIds) => {
    const ids = Array.from(allIds).slice(0, CAPACITY)
    const x = rowsOf(ids.length, WIDTH, (position, column) => {
      const angle = position * inverseFrequency[column % (WIDTH / 2)]!
      const timing = column < WIDTH / 2 ? Math.sin(angle) : Math.cos(angle)
      return 2 * embedding[ids[position]! * WIDTH + column]! + timing
    })
    let input = x
    let residual = apply(project, x)
    for (const layer of layers) {
      const attended = attention(apply(layer.qkv, normalise(layer.attentionNorm, input)))
      residual = add(residual, apply(layer.attentionOut, attended))
      const up = apply(layer.ffnUp, normalise(layer.ffnNorm, residual))
      residual = add(residual, apply(layer.ffnDown, { ...up, data: up.data.map((v) => Math.max(v, 0)) }))
      input = residual
    }
    const pooled = apply(head, mean(residual)).data.map(Math.tanh)
    const square = pooled.reduce((sum, v) => sum + v * v, 0)
    return pooled.map((v) => v / Math.sqrt(Math.max(square, 1e-12)))
  }
}

function rowsOf(rows: number, width: number, at: (row: number, column: number) => number): Rows {
  const data = new Float64Array(rows * width)
  for (let i = 0; i < data.length; i++) data[i] = at(Math.floor(i / width), i % width)
  return { rows, width, data }
}

function add(a: Rows, b: Rows): Rows {
  return { ...a, data: a.data.map((v, i) => v + b.data[i]!) }
}

function apply({ inputs, outputs, kernel, bias }: Linear, x: Rows): Rows {
  const data = new Float64Array(x.rows * outputs)
  for (let row = 0; row < x.rows; row++) {
    const y = data.subarray(row * outputs, (row + 1) * outputs)
    y.set(bias)
    for (let i = 0; i < inputs; i++) {
      const v = x.data[row * inputs + i]!
      for (let o = 0, k = i * outputs; o < outputs; o++, k++) y[o]! += v * kernel[k]!
    }
  }
  return { rows: x.rows, width: outputs, data }
}

function normalise({ weight, bias }: Norm, x: Rows): Rows {
  const data = new Float64Array(x.data.length)
  for (let row = 0; row < x.rows; row++) {
    const values = x.data.subarray(row * x.width, (row + 1) * x.width)
    const average = values.reduce((sum, v) => sum + v, 0) / x.width
    const variance = values.reduce((sum, v) => sum + (v - average) ** 2, 0) / x.width
    const scale = 1 / Math.sqrt(variance + NORM_EPSILON)
    values.forEach((v, i) => {
      data[row * x.width + i] = (v - average) * scale * weight[i]! + bias[i]!
    })
  }
  return { ...x, data }
}

/** Softmax(q k^T / sqrt(size)) v in each of four heads; q, k and v stand side by side in a row. */
function attention(qkv: Rows): Rows {
  const width = qkv.width / 3
  const size = width / HEADS
  const data = new Float64Array(qkv.rows * width)
  const weights = new Float64Array(qkv.rows)
  for (let head = 0; head < HEADS; head++) {
    for (let row = 0; row < qkv.rows; row++) {
      const query = row * qkv.width + head * size
      for (let other = 0; other < qkv.rows; other++) {
        const key = other * qkv.width + width + head * size
        let score = 0
        for (let i = 0; i < size; i++) score += qkv.data[query + i]! * qkv.data[key + i]!
        weights[other] = score / Math.sqrt(size)
      }
      const largest = weights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
      const sum = weights.reduce((total, score) => total + Math.exp(score - largest), 0)
      for (let other = 0; other < qkv.rows; other++) {
        const share = Math.exp(weights[other]! - largest) / sum
        const value = other * qkv.width + 2 * width + head * size
        for (let i = 0; i < size; i++) data[row * width + head * size + i]! += share * qkv.data[value + i]!
      }
    }
  }
  return { rows: qkv.rows, width, data }
}

/** Mean over the rows; zero for an empty text, as in the published graph. */
function mean(x: Rows): Rows {
  return rowsOf(1, x.width, (_, column) => {
    let sum = 0
    for (let row = 0; row < x.rows; row++) sum += x.data[row * x.width + column]!
    return sum / Math.max(x.rows, 1)
  })
}
