import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../lib/graph/differentiate.ts'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { dropout } from '../../lib/layers/dropout.ts'
import { reshape, sum } from '../../lib/ops/index.ts'

const [rows, d, rate] = [200, 50, 0.3]
const program = compile(
  trace({ x: { kind: 'input', dtype: 'f32', shape: [rows, d] } }, ({ x }) => {
    const y = dropout(x, rate, 0)
    const [gradient] = differentiate(reshape(sum(y), [1]), [x])
    return { outputs: { y, other: dropout(x, rate, 1), gradient: gradient! } }
  }),
)
const x = new Float32Array(rows * d).fill(7)
const run = (seed: number) => program.runSync({ x }, { scalars: { seed } })

test('elements are left out at the rate, and the others grow', () => {
  const y = toFloat32(run(1).y!)
  const grown = Math.fround(7 * Math.fround(1 / (1 - rate)))
  assert.ok(y.every((value) => value === 0 || Math.abs(value - grown) < 1e-5))
  const share = y.filter((value) => value === 0).length / y.length
  assert.ok(Math.abs(share - rate) < 0.02, `${share} of the elements are zero`)
})

test('the gradient passes what was kept', () => {
  const { y, gradient } = run(2)
  const [values, slopes] = [toFloat32(y!), toFloat32(gradient!)]
  values.forEach((value, i) => {
    assert.ok(Math.abs(slopes[i]! - value / 7) < 1e-6)
  })
})

test('seeds and streams draw differently, a seed always alike', () => {
  const first = run(1)
  assert.equal(toFloat32(run(1).y!), toFloat32(first.y!))
  assert.not.equal(toFloat32(run(2).y!), toFloat32(first.y!))
  assert.not.equal(toFloat32(first.other!), toFloat32(first.y!))
})

test.run()
