// Gradients of reductions over rows, where only some rows count: the others hold NaN and must not be seen.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../lib/graph/differentiate.ts'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { max, mean, mul, random, sum } from '../../lib/ops/index.ts'

const rows = { kind: 'input', dtype: 'f32', shape: [5, 2], live: 'live' } as const
const row = { kind: 'input', dtype: 'f32', shape: [2] } as const
const x = Float32Array.from([1, 2, 3, 4, 5, 6, Number.NaN, Number.NaN, Number.NaN, Number.NaN])
const w = Float32Array.from([1, 1])

const cases = [
  { name: 'sum', reduced: sum, expected: [9, 12] },
  { name: 'mean', reduced: mean, expected: [3, 4] },
  { name: 'max', reduced: max, expected: [5, 6] },
] as const

for (const { name, reduced, expected } of cases)
  test(`${name} over live rows`, () => {
    const traced = trace({ x: rows, w: row }, (v) => {
      const loss = sum(reduced(mul(v.x, v.w), [0]))
      const [dx, dw] = differentiate(loss, [v.x, v.w])
      return { outputs: { dx: dx!, dw: dw! } }
    })
    const program = compile(traced)
    const { dx, dw } = program.runSync({ x, w }, { scalars: { live: 3 } })
    assert.equal([...new Float32Array(dw!.buffer)], expected)
    assert.equal(dx!.shape, [3, 2])
    program.dispose()
  })

test('two live counts do not mix', () => {
  assert.throws(
    () => trace({ a: rows, b: { ...rows, live: 'other' } }, (v) => ({ outputs: { y: mul(v.a, v.b) } })),
    /binary: b has live count 'other', others 'live'/,
  )
})

test('random takes shape and live count of like', () => {
  const traced = trace({ x: rows }, (v) => ({
    outputs: { y: random({ like: v.x }, { kind: 'normal', stream: 1 }, { seed: 'seed' }) },
  }))
  const program = compile(traced)
  assert.equal(program.runSync({ x }, { scalars: { live: 2, seed: 5 } }).y!.shape, [2, 2])
  assert.throws(() => program.runSync({ x }, { scalars: { live: 2, seed: -1 } }), /random: seed is -1/)
  program.dispose()
})

test.run()
