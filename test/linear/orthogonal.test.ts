// The nearest matrix of orthonormal columns or rows: what is turned is found, and none is nearer.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Matrix, multiply, transposed } from '../../lib/linear/multiply.ts'
import { nearestOrthogonal } from '../../lib/linear/orthogonal.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'

function random(rows: number, columns: number, seed: number): Matrix {
  const numbers = randomNumbers(seed, 0)
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => numbers.next() - 0.5) }
}

/** Largest distance of AᵀA from the identity. */
async function fault(a: Matrix): Promise<number> {
  const { data, columns } = await multiply(transposed(a), a, {})
  return Math.max(...data.map((x, i) => Math.abs(x - (Math.floor(i / columns) === i % columns ? 1 : 0))))
}

const sum = (a: Matrix, b: Matrix) => a.data.reduce((all, x, i) => all + x * b.data[i]!, 0)

for (const [rows, columns] of [
  [24, 24],
  [40, 12],
  [12, 40],
] as const)
  test(`${rows} × ${columns}: orthonormal, and nearer than others`, async () => {
    const m = random(rows, columns, 1)
    const found = await nearestOrthogonal(m, {})
    assert.equal([found.rows, found.columns], [rows, columns])
    const upright = (a: Matrix) => (rows < columns ? transposed(a) : a)
    assert.ok((await fault(upright(found))) < 1e-4, `${await fault(upright(found))}`)
    // ‖M − W‖² is least where Σ M W is greatest.
    for (let seed = 2; seed < 12; seed++) {
      const other = await nearestOrthogonal(random(rows, columns, seed), {})
      assert.ok(sum(m, found) > sum(m, other))
      const near = await nearestOrthogonal({ ...m, data: m.data.map((x, i) => x + 0.3 * other.data[i]!) }, {})
      assert.ok(sum(m, found) >= sum(m, near) - 1e-5)
    }
  })

test('a scaled turn is that turn; of two dimensions the polar factor is known', async () => {
  const turn = await nearestOrthogonal(random(16, 16, 3), {})
  const again = await nearestOrthogonal({ ...turn, data: turn.data.map((x) => 7 * x) }, {})
  for (const [i, x] of turn.data.entries()) assert.ok(Math.abs(x - again.data[i]!) < 1e-5)
  // For [a b; c d] of positive determinant: [a + d, b − c; c − b, a + d], scaled.
  const [a, b, c, d] = [3, -1, 2, 0.5]
  const { data } = await nearestOrthogonal({ rows: 2, columns: 2, data: Float32Array.of(a, b, c, d) }, {})
  const size = Math.hypot(a + d, b - c)
  const expected = [(a + d) / size, (b - c) / size, (c - b) / size, (a + d) / size]
  for (const [i, x] of expected.entries()) assert.ok(Math.abs(x - data[i]!) < 1e-5, `${i}: ${data[i]}, ${x}`)
})

test('a matrix of zeros stays', async () => {
  const zeros = { rows: 3, columns: 2, data: new Float32Array(6) }
  assert.equal((await nearestOrthogonal(zeros, {})).data, zeros.data)
})

test.run()
