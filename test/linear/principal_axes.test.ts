// Principal axes of numbers whose axes are known.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Matrix, multiply, transposed } from '../../lib/linear/multiply.ts'
import { nearestOrthogonal } from '../../lib/linear/orthogonal.ts'
import { principalAxes } from '../../lib/linear/principal_axes.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'

const N = 20
const numbers = randomNumbers(5, 0)
const turn = await nearestOrthogonal(
  { rows: N, columns: N, data: Float32Array.from({ length: N * N }, () => numbers.next() - 0.5) },
  {},
)
/** Eigenvalues of Q diag(values) Qᵀ. */
async function withEigenvalues(values: readonly number[]): Promise<Float64Array> {
  const scaled: Matrix = { ...turn, data: turn.data.map((x, i) => x * values[i % N]!) }
  return Float64Array.from((await multiply(scaled, transposed(turn), {})).data)
}

test('the axes of the greatest eigenvalues are found, with their share', async () => {
  const values = Array.from({ length: N }, (_, i) => 0.5 ** i)
  const { axes, share } = await principalAxes(await withEigenvalues(values), N, 4, 0, {})
  const whole = values.reduce((a, b) => a + b)
  assert.ok(Math.abs(share - values.slice(0, 4).reduce((a, b) => a + b) / whole) < 1e-4, `${share}`)
  // What they span holds the known axes: the length of a known axis in it is 1.
  const inside = await multiply(transposed(axes), turn, {})
  for (let known = 0; known < N; known++) {
    let length = 0
    for (let i = 0; i < 4; i++) length += inside.data[i * N + known]! ** 2
    assert.ok(Math.abs(length - (known < 4 ? 1 : 0)) < 1e-3, `axis ${known}: ${length}`)
  }
  const gram = await multiply(transposed(axes), axes, {})
  for (const [i, x] of gram.data.entries()) assert.ok(Math.abs(x - (i % 5 === 0 ? 1 : 0)) < 1e-5)
})

test('where less lies than axes are asked for, all of it is along them', async () => {
  const flat = await withEigenvalues(Array.from({ length: N }, (_, i) => (i < 2 ? 1 : 0)))
  const { share, axes } = await principalAxes(flat, N, 3, 0, {})
  assert.ok(share > 0.9999)
  assert.ok(axes.data.every(Number.isFinite))
  const none = await principalAxes(new Float64Array(N * N), N, 3, 0, {})
  assert.is(none.share, 0)
  assert.ok(none.axes.data.every(Number.isFinite))
})

test('the same seed gives the same bits', async () => {
  const some = await withEigenvalues(Array.from({ length: N }, (_, i) => 1 / (i + 1)))
  const [a, b] = [await principalAxes(some, N, 5, 3, {}), await principalAxes(some, N, 5, 3, { threads: 1 })]
  assert.equal(a.axes.data, b.axes.data)
})

test.run()
