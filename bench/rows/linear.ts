import { linear, packedLinear, quantizedLinear } from '../../lib/ops/index.ts'
import { packedShape } from '../../lib/ops/pack_weight.ts'
import { quantisedShapes } from '../../lib/ops/quantized_linear.ts'
import { count } from '../../lib/tensor/shape.ts'
import { copiesFor, programJob, type Tensor, uniform } from '../program_job.ts'
import type { Group, Job, Row } from '../row.ts'

type Storage = 'f32' | 'bf16'
type Format = 'q8_0' | 'q4_0'

const bytesOf = { f32: 4, bf16: 2 }

/** Rows through a weight that lies in memory as models have it. */
function manyRows(rows: number, inputs: number, outputs: number, dtype: Storage): Row {
  const flops = 2 * rows * inputs * outputs
  return {
    name: `linear ${dtype} ${rows}x${inputs}x${outputs}`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops, precision: dtype },
    prepare: () =>
      programJob(
        { x: uniform([rows, inputs]), weight: uniform([outputs, inputs], -1, 1, dtype) },
        ({ x, weight }) => ({ y: linear({ x, weight }, { compute: dtype }) }),
      ),
    peers: [{ peer: 'torch', call: 'linear', args: { rows, inputs, outputs, dtype, copies: 1 } }],
  }
}

/** Rows through a weight that was packed when its model was loaded. */
function packedRows(rows: number, inputs: number, outputs: number, dtype: Storage): Row {
  const flops = 2 * rows * inputs * outputs
  const weight = uniform(packedShape(outputs, inputs, dtype === 'bf16'), -1, 1, dtype)
  return {
    name: `linear ${dtype} ${rows}x${inputs}x${outputs}, packed weight`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops, precision: dtype },
    prepare: () =>
      programJob({ x: uniform([rows, inputs]), weight }, ({ x, weight }) => ({
        y: packedLinear({ x, weight }, { out: outputs, compute: dtype }),
      })),
    peers: [{ peer: 'torch', call: 'linear', args: { rows, inputs, outputs, dtype, copies: 1 } }],
  }
}

/** One row: bound by the weight's bytes. The product is f32, whatever the storage. */
function oneRow(outputs: number, inputs: number, dtype: Storage): Row {
  const bytes = inputs * outputs * bytesOf[dtype]
  const copies = copiesFor(bytes)
  return {
    name: `matrix-vector ${dtype} ${outputs}x${inputs}`,
    unit: 'GB/s',
    amount: bytes,
    work: { bytes, flops: 2 * inputs * outputs },
    prepare: () =>
      programJob(
        { x: uniform([1, inputs]), weight: uniform([outputs, inputs], -1, 1, dtype) },
        ({ x, weight }) => ({ y: linear({ x, weight }) }),
        { copies },
      ),
    peers: [{ peer: 'torch', call: 'linear', args: { rows: 1, inputs, outputs, dtype, copies } }],
  }
}

/** A weight in blocks of 32 integers with a scale of 16 bits, as tensors, and its bytes. */
function quantised(outputs: number, inputs: number, format: Format) {
  const isBytes = format === 'q8_0'
  const shapes = quantisedShapes(outputs, inputs, !isBytes)
  return {
    quants: isBytes ? uniform(shapes.quants, -128, 128, 'i8') : uniform(shapes.quants, 0, 256, 'u8'),
    scales: uniform(shapes.scales, 0.001, 0.01, 'f16'),
    bytes: count(shapes.quants) + 2 * count(shapes.scales),
  }
}

/** As many rows as a beam or a block of tokens has, through a weight that is read from memory. */
function fewRows(rows: number, size: number, dtype: Storage): Row {
  const bytes = size * size * bytesOf[dtype]
  const copies = copiesFor(bytes)
  const weight = uniform(packedShape(size, size, dtype === 'bf16'), -1, 1, dtype)
  return {
    name: `${rows} rows, ${dtype} ${size}x${size}, packed weight`,
    unit: 'GB/s',
    amount: bytes,
    work: { bytes, flops: 2 * rows * size * size },
    prepare: () =>
      programJob(
        { x: uniform([rows, size]), weight },
        ({ x, weight }) => ({ y: packedLinear({ x, weight }, { out: size }) }),
        { copies },
      ),
    peers: [{ peer: 'torch', call: 'linear', args: { rows, inputs: size, outputs: size, dtype, copies } }],
  }
}

/** The same through a quantised weight. */
function fewQuantised(rows: number, size: number, format: Format): Row {
  const { quants, scales, bytes } = quantised(size, size, format)
  return {
    name: `${rows} rows, ${format} ${size}x${size}`,
    unit: 'GB/s',
    amount: bytes,
    work: { bytes, flops: 2 * rows * size * size, precision: 'int8' },
    prepare: () =>
      programJob(
        { x: uniform([rows, size]), quants, scales },
        ({ x, quants, scales }) => ({ y: quantizedLinear({ x, quants, scales }, { out: size }) }),
        { copies: copiesFor(bytes) },
      ),
  }
}

/** Rows through a quantised weight that stays in the cache. */
function quantisedRows(rows: number, inputs: number, outputs: number, format: Format): Row {
  const flops = 2 * rows * inputs * outputs
  const { quants, scales } = quantised(outputs, inputs, format)
  return {
    name: `linear ${format} ${rows}x${inputs}x${outputs}`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops, precision: 'int8' },
    prepare: () =>
      programJob({ x: uniform([rows, inputs]), quants, scales }, ({ x, quants, scales }) => ({
        y: quantizedLinear({ x, quants, scales }, { out: outputs }),
      })),
  }
}

/** Each row through the weight of its own expert, beside the same work through one weight. */
function expertRows(rows: number, experts: number, inputs: number, outputs: number): Row {
  const flops = 2 * rows * inputs * outputs
  const x = uniform([rows, inputs])
  const expert: Tensor = { dtype: 'i32', shape: [rows], data: { low: 0, high: experts } }
  const plain = (): Job =>
    programJob({ x, weight: uniform([outputs, inputs]) }, ({ x, weight }) => ({ y: linear({ x, weight }) }))
  return {
    name: `linear f32 ${rows}x${inputs}x${outputs}, ${experts} experts`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops },
    prepare: () =>
      programJob({ x, weight: uniform([experts, outputs, inputs]), expert }, ({ x, weight, expert }) => ({
        y: linear({ x, weight, expert }),
      })),
    beside: { name: 'ours, one expert', prepare: plain },
  }
}

export const linearRows: Group = {
  name: 'linear',
  rows: [
    manyRows(2048, 2048, 2048, 'f32'),
    manyRows(2048, 2048, 2048, 'bf16'),
    manyRows(512, 14336, 4096, 'f32'),
    manyRows(512, 14336, 4096, 'bf16'),
    manyRows(256, 1536, 768, 'f32'),
    manyRows(31, 127, 513, 'f32'),
    manyRows(8, 512, 512, 'f32'),
    expertRows(512, 8, 768, 1536),
    oneRow(4096, 14336, 'f32'),
    oneRow(4096, 14336, 'bf16'),
    ...[1, 4, 8, 16].flatMap((rows) => [
      fewRows(rows, 4096, 'f32'),
      fewRows(rows, 4096, 'bf16'),
      fewQuantised(rows, 4096, 'q8_0'),
      fewQuantised(rows, 4096, 'q4_0'),
    ]),
    quantisedRows(512, 384, 1536, 'q8_0'),
    quantisedRows(512, 1536, 384, 'q8_0'),
    quantisedRows(512, 384, 1536, 'q4_0'),
    packedRows(16, 512, 1536, 'f32'),
    packedRows(256, 512, 1536, 'f32'),
    packedRows(2048, 2048, 2048, 'bf16'),
  ],
}
