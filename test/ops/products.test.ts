// What products promise beyond their values: the same bits for a row alone and among others, for an expert and for
// its matrix alone, for any number of threads; and messages for bad indices.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { VmmError } from '../../lib/core/errors.ts'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import {
  cast,
  linear,
  linearGradWeight,
  matmul,
  nearestRows,
  packedLinear,
  packWeight,
  quantizedLinear,
  transpose,
} from '../../lib/ops/index.ts'
import { quantisedShapes } from '../../lib/ops/quantized_linear.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { count as elements } from '../../lib/tensor/shape.ts'
import { seeded } from '../support/values.ts'

type Arrays = Readonly<Record<string, Float32Array | Int32Array>>
type Shapes = Readonly<Record<string, readonly number[]>>

/** Traces and runs a function of f32 and i32 arrays, and gives the bits of its outputs. */
function run(
  arrays: Arrays,
  shapes: Shapes,
  model: (values: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
  instructionSet: string,
  threads = 2,
): Record<string, Uint32Array> {
  const bindings = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const dtype = array instanceof Int32Array ? 'i32' : 'f32'
      return [name, { kind: 'input', dtype, shape: shapes[name]! } as const]
    }),
  )
  const program = compile(trace(bindings, (values) => ({ outputs: model(values) })))
  const outputs = program.runSync(arrays, { scalars: {}, threads, instructionSet })
  program.dispose()
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { buffer }]) => [name, new Uint32Array(buffer)]),
  )
}

function values(n: number, seed: string): Float32Array {
  const random = seeded(seed)
  return Float32Array.from({ length: n }, () => random() * 2 - 1)
}

const rows = 37
const depth = 601
const out = 83
const x = values(rows * depth, 'x')
const weight = values(out * depth, 'weight')

for (const set of deviceInfo().instructionSets) {
  test(`${set}: a row alone has the bits that it has among others`, () => {
    const product = (v: Readonly<Record<string, Value>>) => ({
      linear: linear({ x: v.x!, weight: v.weight! }, { epilogue: 'gelu' }),
      matmul: matmul({ a: v.x!, b: transpose(v.weight!) }),
      packed: packedLinear({ x: v.x!, weight: packWeight({ weight: v.weight! }) }, { out, epilogue: 'gelu' }),
      mirrored: transpose(matmul({ a: v.weight!, b: transpose(v.x!) })),
    })
    const arrays = { x, weight }
    const all = run(arrays, { x: [rows, depth], weight: [out, depth] }, product, set)
    const alone = run(arrays, { x: [rows, depth], weight: [out, depth] }, product, set, 1)
    assert.equal(all, alone)
    assert.equal(all.mirrored, all.matmul)
    assert.equal(all.packed, all.linear)
    for (const row of [0, 13, rows - 1]) {
      const one = { x: x.slice(row * depth, (row + 1) * depth), weight }
      const single = run(one, { x: [1, depth], weight: [out, depth] }, product, set)
      for (const name of ['linear', 'packed', 'matmul', 'mirrored'])
        assert.equal(single[name], all[name]!.slice(row * out, (row + 1) * out), `${name}, row ${row}`)
    }
  })

  test(`${set}: a row alone has the bits that it has among others, through quantised weights`, () => {
    const [inputs, outputs] = [608, 41]
    const random = seeded('quants')
    const sizes = quantisedShapes(outputs, inputs, false)
    const scales = Uint16Array.from(
      { length: elements(sizes.scales) },
      () => 0x1800 + Math.floor(random() * 0x400),
    )
    const x = values(rows * inputs, 'x')
    for (const dtype of ['i8', 'u8'] as const) {
      const shapes = quantisedShapes(outputs, inputs, dtype === 'u8')
      const bytes = Uint8Array.from({ length: elements(shapes.quants) }, () => Math.floor(random() * 256))
      const quants = dtype === 'i8' ? new Int8Array(bytes.buffer) : bytes
      const product = (x: Float32Array, threads: number) => {
        const count = x.length / inputs
        const program = compile(
          trace(
            {
              x: { kind: 'input', dtype: 'f32', shape: [count, inputs] },
              quants: { kind: 'input', dtype, shape: shapes.quants },
              scales: { kind: 'input', dtype: 'f16', shape: shapes.scales },
            },
            ({ x, quants, scales }) => ({
              outputs: { y: quantizedLinear({ x: x!, quants: quants!, scales: scales! }, { out: outputs }) },
            }),
          ),
        )
        const { y } = program.runSync({ x, quants, scales }, { scalars: {}, threads, instructionSet: set })
        program.dispose()
        return new Uint32Array(y!.buffer)
      }
      const all = product(x, 2)
      for (const row of [0, 13, rows - 1])
        assert.equal(
          product(x.slice(row * inputs, (row + 1) * inputs), 1),
          all.slice(row * outputs, (row + 1) * outputs),
          `${dtype}, row ${row}`,
        )
      // Tiles of few rows are higher than those of many.
      for (const few of [2, 8, 11, 16])
        assert.equal(
          product(x.slice(0, few * inputs), 2),
          all.slice(0, few * outputs),
          `${dtype}, ${few} rows`,
        )
    }
  })

  test(`${set}: an expert gives the bits of its matrix alone`, () => {
    const experts = 5
    const stack = values(experts * out * depth, 'stack')
    const upstream = values(rows * out, 'upstream')
    const random = seeded('expert')
    const expert = Int32Array.from({ length: rows }, () => Math.floor(random() * (experts - 1)))
    const shapes = { x: [rows, depth], weight: [experts, out, depth], expert: [rows], upstream: [rows, out] }
    const model = (v: Readonly<Record<string, Value>>) => {
      const { bias, weight: gradient } = linearGradWeight(
        { x: v.x!, upstream: v.upstream!, expert: v.expert! },
        { experts },
      )
      return { y: linear({ x: v.x!, weight: v.weight!, expert: v.expert! }), bias, gradient }
    }
    const all = run({ x, weight: stack, expert, upstream }, shapes, model, set)
    for (let e = 0; e < experts; e++) {
      const own = Array.from({ length: rows }, (_, r) => r).filter((r) => expert[r] === e)
      const pick = (from: Float32Array, d: number) =>
        Float32Array.from(own.flatMap((r) => [...from.subarray(r * d, (r + 1) * d)]))
      const arrays = {
        x: pick(x, depth),
        weight: stack.slice(e * out * depth, (e + 1) * out * depth),
        upstream: pick(upstream, out),
      }
      const count = own.length
      const plain = run(
        arrays,
        { x: [count, depth], weight: [out, depth], upstream: [count, out] },
        (v) => {
          const { bias, weight: gradient } = linearGradWeight({ x: v.x!, upstream: v.upstream! })
          return { y: linear({ x: v.x!, weight: v.weight! }), bias, gradient }
        },
        set,
      )
      own.forEach((r, i) => {
        const bits = all.y!.slice(r * out, (r + 1) * out)
        assert.equal(bits, plain.y!.slice(i * out, (i + 1) * out), `row ${r}`)
      })
      assert.equal(all.bias!.slice(e * out, (e + 1) * out), plain.bias)
      assert.equal(all.gradient!.slice(e * out * depth, (e + 1) * out * depth), plain.gradient)
    }
  })

  test(`${set}: a query finds the same alone and among others`, () => {
    const queries = values(70 * 30, 'queries')
    const stored = values(3000 * 30, 'stored')
    const search = (v: Readonly<Record<string, Value>>) => {
      const whole = nearestRows({ queries: v.queries!, rows: v.rows! }, { k: 20 })
      const half = nearestRows({ queries: v.queries!, rows: cast({ x: v.rows! }, { to: 'bf16' }) }, { k: 20 })
      return {
        scores: whole.scores,
        indices: whole.indices,
        'scores of bf16': half.scores,
        'indices of bf16': half.indices,
      }
    }
    const all = run({ queries, rows: stored }, { queries: [70, 30], rows: [3000, 30] }, search, set)
    for (const q of [0, 63, 64, 69]) {
      const one = { queries: queries.slice(q * 30, (q + 1) * 30), rows: stored }
      const single = run(one, { queries: [1, 30], rows: [3000, 30] }, search, set, 1)
      for (const name of Object.keys(all))
        assert.equal(single[name], all[name]!.slice(q * 20, (q + 1) * 20), `${name} of query ${q}`)
    }
  })

  test(`${set}: an expert that does not exist is named`, () => {
    for (const [wrong, op] of [
      [-1, 'linear'],
      [2, 'linear_grad_weight'],
    ] as const) {
      const arrays = {
        x: values(3 * 4, 'x'),
        weight: values(2 * 5 * 4, 'w'),
        expert: Int32Array.of(0, wrong, 1),
      }
      const shapes = { x: [3, 4], weight: [2, 5, 4], expert: [3] }
      const model = (v: Readonly<Record<string, Value>>) => {
        const given = { x: v.x!, expert: v.expert! }
        return op === 'linear'
          ? { y: linear({ ...given, weight: v.weight! }) }
          : { y: linearGradWeight({ ...given, upstream: v.x! }, { experts: 2 }).weight }
      }
      try {
        run(arrays, shapes, model, set)
      } catch (error) {
        assert.match((error as VmmError).message, `${op}: expert[1] is ${wrong}; expected 0 ... 1`)
        continue
      }
      assert.unreachable('was accepted')
    }
  })
}

test.run()
