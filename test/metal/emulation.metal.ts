// The emulation itself: what it says of kernels with a mistake each, at which line, and what the lanes of a simdgroup
// compute together.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildKernel, type Mode } from '../../scripts/metal/build.ts'
import { dispatchOnce, kernelsIn, librariesOf } from '../support/metal.ts'
import { seeded, stored } from '../support/values.ts'

const built = async (name: string, mode: Mode): Promise<string> => {
  const output = `${librariesOf(mode)}/test/${name}.so`
  await buildKernel({ source: `test/metal/kernels/${name}.metal`, output, mode })
  return output
}
const [mistakes, mistakesChecked, library] = await Promise.all([
  built('mistakes', 'plain'),
  built('mistakes', 'checked'),
  built('library', 'checked'),
])
const seeds = [0, 1, 2, 3, 4, 5, 6, 7]
const lines = readFileSync(new URL('kernels/mistakes.metal', import.meta.url), 'utf8').split('\n')

function numbers(seed: string, count = 64): Float32Array {
  const random = seeded(seed)
  return Float32Array.from({ length: count }, () => 0.5 + 1.5 * random())
}

function mistake(kernel: string, where: string, seed: number, groups = [1]) {
  const out = new Float32Array(64)
  const { problems } = dispatchOnce(
    {
      library: where,
      kernel,
      groups,
      threads: [64],
      buffers: [
        { index: 0, values: out, ...(kernel.includes('atomic') ? {} : { written: true }) },
        { index: 1, values: numbers(kernel) },
      ],
    },
    seed,
  )
  return { out, problems }
}

/** Kernels of mistakes.metal, and what is said of each in the checked build; null: nothing. */
const said: Readonly<Record<string, string | null>> = {
  right: null,
  no_barrier: 'race|uninitialised',
  write_after_read: 'race',
  wrong_flags: 'race',
  device_flags: 'race',
  simdgroup_enough: null,
  simdgroup_too_little: 'race|uninitialised',
  divergent_barrier: 'barrier that not all threads reach',
  two_barriers: 'barrier that not all threads reach',
  divergent_sum: 'operation that not all lanes reach',
  beyond_end: 'read out of bounds: thread 63, byte 256 of buffer 1, which has 256',
  before_begin: 'write out of bounds: thread 0, byte -4 of buffer 0, which has 256',
  beyond_shared: 'write out of bounds: thread 63, byte 252 of shared, which has 252',
  wild: 'access outside of all memory',
  unwritten_shared: 'read of uninitialised memory',
  unwritten_device: 'read of uninitialised memory',
  other_groups: 'race of two writes',
  atomic_groups: null,
  half_atomic: 'race',
  far_lane: 'undefined in Metal: reads a lane beyond the simdgroup',
  much_memory: 'too much threadgroup memory: 32772 bytes with shared',
  matrix_apart: 'lanes load or store a matrix at different addresses',
  gone: 'operation that not all lanes reach',
}

test('every kernel of mistakes.metal is looked at', () => {
  assert.equal([...kernelsIn(mistakesChecked)].sort(), Object.keys(said).sort())
})

for (const [kernel, message] of Object.entries(said))
  test(`checked: ${kernel}`, () => {
    for (const seed of seeds) {
      const { problems } = mistake(kernel, mistakesChecked, seed, [kernel.endsWith('groups') ? 3 : 1])
      if (message === null) {
        assert.equal(problems, [], `seed ${seed}`)
        continue
      }
      const [, file, line, text] = /^(.*):(\d+): (.*)$/.exec(problems[0] ?? '') ?? []
      assert.match(text ?? problems.join(), new RegExp(message), `seed ${seed}`)
      assert.is(file, 'test/metal/kernels/mistakes.metal')
      assert.match(
        lines[Number(line) - 1]!,
        new RegExp(`// ${kernel}: |simd_sum`),
        `seed ${seed}, line ${line}`,
      )
    }
  })

test('a barrier that not all reach is reported with both lines', () => {
  const { problems } = mistake('two_barriers', mistakes, 0)
  const [first, second] = [...problems.join().matchAll(/mistakes\.metal:(\d+)/g)].map(([, line]) =>
    Number(line),
  )
  assert.match(lines[first! - 1]!, /two_barriers: these/)
  assert.match(lines[second! - 1]!, /two_barriers: and those/)
})

test('plain: a missing barrier shows in most schedules, and never in all', () => {
  const wrong = seeds.filter((seed) => {
    const { out } = mistake('no_barrier', mistakes, seed)
    return !Buffer.from(out.buffer).equals(Buffer.from(numbers('no_barrier').reverse().buffer))
  })
  assert.ok(wrong.length >= 6, `${wrong.length} of 8`)
})

test('plain: a write beside a buffer is seen', () => {
  assert.match(mistake('before_begin', mistakes, 0).problems.join(), /beside buffer 0/)
  assert.match(mistake('beyond_shared', mistakes, 0).problems.join(), /behind shared/)
})

const fold = (f: (a: number, b: number) => number) => (x: readonly number[]) => x.map(() => x.reduce(f))
const prefix =
  (f: (a: number, b: number) => number, start: number, inclusive: boolean) => (x: readonly number[]) =>
    x.map((_, i) => x.slice(0, i + (inclusive ? 1 : 0)).reduce(f, start))
const add = (a: number, b: number) => a + b
const multiply = (a: number, b: number) => a * b

/** What lanes.metal computes of the values of a simdgroup, by the number of the operation. */
const together: readonly ((x: readonly number[]) => number[])[] = [
  fold(add),
  fold(multiply),
  fold((a, b) => Math.max(a, b)),
  fold((a, b) => Math.min(a, b)),
  prefix(add, 0, true),
  prefix(add, 0, false),
  prefix(multiply, 1, true),
  prefix(multiply, 1, false),
  (x) => [...x].reverse(),
  (x) => x.map(() => x[5]!),
  (x) => x.map(() => x[0]!),
  (x) => x.map((_, i) => x[i ^ 6]!),
  (x) => x.map((_, i) => x[i < 3 ? i : i - 3]!),
  (x) => x.map((_, i) => x[i > 28 ? i : i + 3]!),
  (x) => x.map(() => Number(x.every((v) => v > 0))),
  (x) => x.map(() => Number(x.some((v) => v > Math.fround(1.9)))),
  (x) => x.map((_, i) => Number(i === 0)),
  (x) => x.map(() => 127),
  (x) => x.map(() => 128),
  (x) => x.map((_, i) => i).map(() => 0),
]

for (const [which, expected] of together.entries())
  test(`lanes, operation ${which}`, () => {
    const x = numbers(`lanes ${which}`)
    const y = new Float32Array(64)
    const buffers = [
      { index: 0, values: y, written: true },
      { index: 1, values: x },
    ] as const
    const { problems } = dispatchOnce(
      { library, kernel: 'lanes', constants: [which], threads: [64], buffers },
      5,
    )
    assert.equal(problems, [])
    const want = [...expected([...x.subarray(0, 32)]), ...expected([...x.subarray(32)])]
    for (const [i, value] of want.entries())
      assert.ok(Math.abs(y[i]! - value) <= 1e-4 * Math.abs(value), `lane ${i}: ${y[i]}, expected ${value}`)
  })

for (let which = 0; which < 8; which++)
  test(`matrices, ${which}`, () => {
    const [a, b, c] = [numbers('a'), numbers('b'), numbers('c')]
    const out = new Float32Array(64)
    const buffers = [
      { index: 0, values: out, written: true } as const,
      ...[a, b, c].map((values, i) => ({ index: i + 1, values })),
    ]
    const { problems } = dispatchOnce(
      { library, kernel: 'matrices', constants: [which], threads: [32], buffers },
      5,
    )
    assert.equal(problems, [])
    for (let row = 0; row < 8; row++)
      for (let col = 0; col < 8; col++) {
        let sum = c[row * 8 + col]!
        for (let k = 0; k < 8; k++)
          sum += a[which & 1 ? k * 8 + row : row * 8 + k]! * b[which & 2 ? col * 8 + k : k * 8 + col]!
        const value = out[which & 4 ? col * 8 + row : row * 8 + col]!
        assert.ok(Math.abs(value - sum) < 1e-4, `${row}, ${col}: ${value}, expected ${sum}`)
      }
  })

test('threads are told where they are', () => {
  const [width, height, across, down] = [16, 4, 3, 2]
  const out = new Uint32Array(width * height * across * down * 17)
  const buffers = [{ index: 0, values: out, written: true }] as const
  const constants = [0]
  const { problems, dispatches } = dispatchOnce(
    { library, kernel: 'told', constants, groups: [across, down], threads: [width, height], buffers },
    5,
  )
  assert.equal(problems, [])
  assert.is(dispatches[0]!.threads, width * height * across * down)
  for (let y = 0; y < height * down; y++)
    for (let x = 0; x < width * across; x++) {
      const [px, py] = [x % width, y % height]
      const at = py * width + px
      const group = [Math.floor(x / width), Math.floor(y / height), across, down]
      const inGroup = [px, py, width, height, at, at >> 5, at & 31, 2, 32]
      const expected = [x, y, width * across, height * down, ...group, ...inGroup]
      const from = (y * width * across + x) * 17
      assert.equal([...out.subarray(from, from + 17)], expected)
    }
})

for (const [which, dtype] of (['bf16', 'f16'] as const).entries())
  test(`${dtype} is rounded to nearest, ties to even`, () => {
    const ties = [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65504, 65520, 1e-8, -0]
    const x = Float32Array.from([...ties, ...numbers('rounding', 55), Number.NaN])
    const out = new Float32Array(64)
    const buffers = [{ index: 0, values: out, written: true } as const, { index: 1, values: x }]
    const { problems } = dispatchOnce(
      { library, kernel: 'rounding', constants: [which], threads: [64], buffers },
      0,
    )
    assert.equal(problems, [])
    assert.equal([...out], [...stored(x, dtype)])
  })

test('swizzles', () => {
  const x = numbers('swizzles', 128)
  const out = new Float32Array(128)
  const buffers = [{ index: 0, values: out, written: true } as const, { index: 1, values: x }]
  const { problems } = dispatchOnce(
    { library, kernel: 'swizzles', constants: [0], threads: [32], buffers },
    0,
  )
  assert.equal(problems, [])
  for (let i = 0; i < 32; i++) {
    const [a, b, c, d] = x.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number]
    const [vx, vy, vz, vw] = [b + 2 + 2 * d, a + 1, 2 * c, 2 * d]
    const expected = [vw - vx, vz - vy, vy - vz, vx * vz + vy * vz - vw]
    for (const [k, value] of expected.entries()) assert.ok(Math.abs(out[i * 4 + k]! - value) < 1e-5)
  }
})

test.run()
