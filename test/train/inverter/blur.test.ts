// Vectors are blurred in the directions in which sentences differ.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { lengthOf, unitLength } from '../../../lib/core/rows.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { blurred } from '../../../lib/train/inverter/blur.ts'
import { noise } from '../tiny_data.ts'

const dims = 16
const unit = (stream: number) => unitLength(Float32Array.from(noise(stream, dims), (u) => u - 0.5))
const two = [unit(1), unit(2)] as const
const both = (n: number) =>
  Float32Array.from({ length: n * dims }, (_, i) => two[Math.floor(i / dims) % 2]![i % dims]!)
const rowsOf = (all: Float32Array) =>
  Array.from({ length: all.length / dims }, (_, i) => all.subarray(i * dims, (i + 1) * dims))
const apart = (a: Float32Array, b: Float32Array) => Math.max(...a.map((x, d) => Math.abs(x - b[d]!)))

test('each vector goes its length from one sentence towards another, or stays', () => {
  const n = 40
  const lengths = Float32Array.from({ length: n }, (_, i) => 0.05 * (i + 1))
  const way = unitLength(two[1].map((x, d) => x - two[0][d]!))
  const counts = new Map<number, number>()
  for (const [i, found] of rowsOf(blurred(both(n), dims, lengths, randomNumbers(5, 0))).entries()) {
    const own = two[i % 2]!
    const side = [-1, 0, 1].find(
      (s) => apart(found, unitLength(own.map((x, d) => x + s * lengths[i]! * way[d]!))) < 1e-6,
    )
    assert.ok(side !== undefined, `vector ${i}`)
    counts.set(side, (counts.get(side) ?? 0) + 1)
    assert.ok(Math.abs(lengthOf(found) - 1) < 1e-6)
  }
  assert.ok(counts.get(-1)! > 3 && counts.get(1)! > 3)
})

test('a length of 0, and a sentence among its likes, change nothing', () => {
  const rows = both(8)
  assert.ok(apart(blurred(rows, dims, new Float32Array(8), randomNumbers(1, 0)), rows) < 1e-6)
  const alike = Float32Array.from({ length: 4 * dims }, (_, i) => two[0][i % dims]!)
  assert.ok(apart(blurred(alike, dims, new Float32Array(4).fill(1), randomNumbers(1, 0)), alike) < 1e-6)
})

test('the same numbers blur the same way', () => {
  const run = (seed: number) => blurred(both(6), dims, new Float32Array(6).fill(0.5), randomNumbers(seed, 0))
  assert.equal(run(3), run(3))
  assert.not.equal(run(3), run(4))
})

test.run()
