// What the samples cannot say of attention: equal bits for decoding, batches, threads and keys that lie apart, and
// refused ranges and places.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../lib/graph/differentiate.ts'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { attention, sum } from '../../lib/ops/index.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { type Dtype, encodeNumbers } from '../../lib/tensor/dtype.ts'
import { seeded } from '../support/values.ts'

const heads = 4
const kvHeads = 2
const d = 24

/** How keys and values are stored, and heads, where they are not those above. */
interface Layout {
  readonly dtype?: 'f32' | 'bf16' | 'f16'
  readonly heads?: number
  readonly kvHeads?: number
}

interface Call extends Layout {
  readonly q: Float32Array
  readonly k: Float32Array
  readonly v: Float32Array
  readonly offsets: readonly number[]
  readonly kvRange?: readonly (readonly [number, number])[]
  readonly bias?: Float32Array
  readonly keyIndex?: readonly number[]
}

function attend(call: Call, set: string, threads = 1): Float32Array {
  const { kvRange, bias, keyIndex, dtype = 'f32' } = call
  const [queryHeads, keyHeads] = [call.heads ?? heads, call.kvHeads ?? kvHeads]
  const input = (type: Dtype, shape: readonly number[]) => ({ kind: 'input', dtype: type, shape }) as const
  const bindings = {
    q: input('f32', [call.q.length / (queryHeads * d), queryHeads, d]),
    k: input(dtype, [call.k.length / (keyHeads * d), keyHeads, d]),
    v: input(dtype, [call.v.length / (keyHeads * d), keyHeads, d]),
    offsets: input('i32', [call.offsets.length]),
    ...(kvRange ? { kvRange: input('i32', [kvRange.length, 2]) } : {}),
    ...(bias ? { bias: input('f32', [queryHeads, bias.length / queryHeads]) } : {}),
    ...(keyIndex ? { keyIndex: input('i32', [keyIndex.length]) } : {}),
  }
  const program = compile(trace(bindings, (x) => ({ outputs: { y: attention(x, { causal: true }) } })))
  try {
    const given: Record<string, ArrayLike<number> | undefined> = {
      ...{ q: call.q, k: call.k, v: call.v, offsets: call.offsets, bias, keyIndex },
      kvRange: kvRange?.flat(),
    }
    const values = Object.fromEntries(
      Object.entries(bindings).map(([name, spec]) => [
        name,
        encodeNumbers(Array.from(given[name]!), spec.dtype),
      ]),
    )
    const { y } = program.runSync(values, { instructionSet: set, threads })
    return new Float32Array(y!.buffer)
  } finally {
    program.dispose()
  }
}

function random(rows: number, columns: number, seed: string): Float32Array {
  const next = seeded(seed)
  return Float32Array.from({ length: rows * columns }, () => next() * 4 - 2)
}

const rows = 203
const q = random(rows, heads * d, 'q')
const k = random(rows, kvHeads * d, 'k')
const v = random(rows, kvHeads * d, 'v')
const bias = random(heads, 31, 'bias')
const rowOf = (x: Float32Array, row: number) => x.slice(row * heads * d, (row + 1) * heads * d)

for (const set of deviceInfo().instructionSets) {
  test(`a decoding step gives the bits of the full causal pass (${set})`, () => {
    const full = attend({ q, k, v, offsets: [0, rows], bias }, set, 2)
    for (const row of [0, 1, 15, 16, 17, 62, 63, 64, 65, 127, 128, 150, rows - 1]) {
      const step = attend({ q: rowOf(q, row), k, v, offsets: [0, 1], kvRange: [[0, row + 1]], bias }, set)
      assert.equal(step, rowOf(full, row), `row ${row}`)
    }
  })

  // Several parts of the keys, which threads share where there are few queries, and each form of few rows.
  const long = 700
  const layouts: Required<Layout>[] = [
    { dtype: 'f32', heads: 2, kvHeads: 2 },
    { dtype: 'bf16', heads: 2, kvHeads: 2 },
    { dtype: 'f16', heads: 4, kvHeads: 2 },
    { dtype: 'bf16', heads: 6, kvHeads: 1 },
  ]
  for (const layout of layouts)
    test(`long caches of ${layout.dtype}, ${layout.heads} heads of ${layout.kvHeads}: the same bits for each (${set})`, () => {
      const width = layout.heads * d
      const queries = random(long, width, 'long q')
      const cache = {
        k: random(long, layout.kvHeads * d, 'long k'),
        v: random(long, layout.kvHeads * d, 'long v'),
      }
      const rowsOf = (begin: number, end: number) => queries.slice(begin * width, end * width)
      const full = attend({ ...layout, ...cache, q: queries, offsets: [0, long] }, set)
      for (const threads of [2, 3])
        assert.equal(attend({ ...layout, ...cache, q: queries, offsets: [0, long] }, set, threads), full)
      for (const [begin, end] of [
        [255, 256],
        [256, 257],
        [300, 302],
        [509, 516],
        [590, 599],
        [long - 1, long],
      ] as const)
        for (const threads of [1, 2, 3]) {
          const call = { ...layout, ...cache, offsets: [0, end - begin], kvRange: [[0, end] as const] }
          assert.equal(
            attend({ ...call, q: rowsOf(begin, end) }, set, threads),
            full.slice(begin * width, end * width),
            `rows ${begin} to ${end} with ${threads} threads`,
          )
        }
      const ends = [700, 256, 257, 40, 513]
      const batch = attend(
        {
          ...layout,
          ...cache,
          q: Float32Array.from(ends.flatMap((end) => [...rowsOf(end - 1, end)])),
          offsets: [0, 1, 2, 3, 4, 5],
          kvRange: ends.map((end) => [0, end] as const),
        },
        set,
        2,
      )
      ends.forEach((end, i) => {
        assert.equal(
          batch.slice(i * width, (i + 1) * width),
          full.slice((end - 1) * width, end * width),
          `${end} keys in a batch`,
        )
      })
    })

  for (const layout of layouts)
    test(`keys of ${layout.dtype} that lie apart, ${layout.heads} heads of ${layout.kvHeads}: the bits of those side by side (${set})`, () => {
      const width = layout.heads * d
      const columns = layout.kvHeads * d
      const next = seeded('places')
      const order = Array.from({ length: long }, (_, i) => i)
      for (let i = long - 1; i > 0; i--) {
        const other = Math.floor(next() * (i + 1))
        ;[order[i], order[other]] = [order[other]!, order[i]!]
      }
      // Key j lies in row order[j] of twice as many; the others are NaN, for nobody is to read them.
      const apart = (x: Float32Array) => {
        const rows = new Float32Array(2 * x.length).fill(Number.NaN)
        order.forEach((row, j) => {
          rows.set(x.subarray(j * columns, (j + 1) * columns), 2 * row * columns)
        })
        return rows
      }
      const call = {
        ...layout,
        q: random(11, width, 'apart q'),
        offsets: [0, 1, 2, 4, 11],
        kvRange: [
          [0, long],
          [3, 300],
          [100, 357],
          [0, 70],
        ] as const,
      }
      const [k, v] = [random(long, columns, 'apart k'), random(long, columns, 'apart v')]
      const keyIndex = order.map((row) => 2 * row)
      for (const threads of [1, 2, 3])
        assert.equal(
          attend({ ...call, k: apart(k), v: apart(v), keyIndex }, set, threads),
          attend({ ...call, k, v }, set),
          `${threads} threads`,
        )
    })

  test(`many queries of keys that lie apart have the bits of those side by side (${set})`, () => {
    const keyIndex = Array.from({ length: rows }, (_, j) => (j * 5) % rows) // 5 and 203 have no divisor in common
    const side = (x: Float32Array) =>
      Float32Array.from(
        keyIndex.flatMap((row) => [...x.subarray(row * kvHeads * d, (row + 1) * kvHeads * d)]),
      )
    const call = {
      q,
      offsets: [0, 150, rows],
      kvRange: [
        [0, rows],
        [20, 90],
      ] as const,
      bias,
    }
    assert.equal(
      attend({ ...call, k, v, keyIndex }, set, 2),
      attend({ ...call, k: side(k), v: side(v) }, set),
    )
  })

  test(`a sequence gives the same bits alone and in a batch (${set})`, () => {
    const offsets = [0, 7, 7, 40, 110, rows]
    const batch = attend({ q, k, v, offsets }, set, 2)
    for (let s = 0; s + 1 < offsets.length; s++) {
      const [begin, end] = [offsets[s]!, offsets[s + 1]!]
      const part = (x: Float32Array, columns: number) => x.slice(begin * columns, end * columns)
      const alone = attend(
        {
          q: part(q, heads * d),
          k: part(k, kvHeads * d),
          v: part(v, kvHeads * d),
          offsets: [0, end - begin],
        },
        set,
      )
      assert.equal(alone, part(batch, heads * d), `sequence ${s}`)
    }
  })

  test(`what no query sees does not matter, even NaN (${set})`, () => {
    const call = { q: q.slice(0, 2 * heads * d), offsets: [0, 2], kvRange: [[10, 80]] as const }
    const spoiled = (x: Float32Array) =>
      x.map((value, i) => {
        const key = Math.floor(i / (kvHeads * d))
        return key < 10 || key >= 80 ? Number.NaN : value
      })
    assert.equal(attend({ ...call, k: spoiled(k), v: spoiled(v) }, set), attend({ ...call, k, v }, set))
  })
}

test('bad offsets and ranges are refused', () => {
  const set = deviceInfo().instructionSets[0]!
  const refuse = (call: Partial<Call>, message: string) =>
    assert.throws(
      () => attend({ q, k, v, offsets: [0, rows], ...call }, set),
      (error: Error) => error.message.includes(message) || assert.unreachable(error.message),
    )
  refuse({ offsets: [0, 5, 3] }, 'attention: offsets[2] is 3; expected 5 to 203')
  refuse({ offsets: [0, rows + 1] }, 'attention: offsets[1] is 204; expected 0 to 203')
  refuse({ offsets: [1, 5] }, 'attention: offsets[0] is 1; expected 0 to 0')
  refuse({ kvRange: [[-1, 5]] }, 'attention: kvRange[0] is -1 to 5; expected a range within 0 to 203')
  refuse({ kvRange: [[9, 5]] }, 'attention: kvRange[0] is 9 to 5; expected a range within 0 to 203')
  refuse({ kvRange: [[0, rows + 1]] }, 'attention: kvRange[0] is 0 to 204; expected a range within 0 to 203')
  const keyIndex = [0, 1, 2, rows, -1, 7]
  refuse({ keyIndex, kvRange: [[0, 7]] }, 'attention: kvRange[0] is 0 to 7; expected a range within 0 to 6')
  refuse({ keyIndex, kvRange: [[0, 6]] }, 'attention: keyIndex[3] is 203; expected 0 to 202')
  refuse({ keyIndex, kvRange: [[4, 6]] }, 'attention: keyIndex[4] is -1; expected 0 to 202')
  // What no query sees is not looked at.
  attend({ q, k, v, offsets: [0, rows], keyIndex, kvRange: [[0, 3]] }, set)
})

test('keys that lie apart have no gradient', () => {
  const float = { kind: 'weight', dtype: 'f32', shape: [3, 1, 2] } as const
  const integers = (...shape: number[]) => ({ kind: 'input', dtype: 'i32', shape }) as const
  const bindings = {
    q: float,
    k: float,
    v: float,
    offsets: integers(2),
    kvRange: integers(1, 2),
    keyIndex: integers(3),
  }
  assert.throws(
    () =>
      trace(bindings, (x) => {
        const loss = sum(attention(x, { causal: true }))
        return { outputs: { dq: differentiate(loss, [x.q!])[0]! } }
      }),
    (error: Error) =>
      error.message === 'attention: with keyIndex there is no gradient' || assert.unreachable(error.message),
  )
})

test.run()
