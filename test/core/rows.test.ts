import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinBlocks, lengthOf, pickRows, unitLength } from '../../lib/core/rows.ts'

test('blocks are joined; one alone is not copied', () => {
  const [a, b] = [Float32Array.of(1, 2), Float32Array.of(3)]
  assert.is(joinBlocks([a]), a)
  assert.equal(joinBlocks([a, b]), Float32Array.of(1, 2, 3))
  assert.equal(joinBlocks([]), new Float32Array(0))
})

test('rows are picked in the order asked for', () => {
  const rows = Float32Array.of(1, 2, 3, 4, 5, 6)
  assert.equal(pickRows(rows, 2, Int32Array.of(2, 0, 2)), Float32Array.of(5, 6, 1, 2, 5, 6))
})

test('a row of unit length', () => {
  assert.is(lengthOf(Float32Array.of(3, -4)), 5)
  const row = Float32Array.of(3, -4)
  assert.equal(unitLength(row), Float32Array.of(0.6, -0.8))
  assert.equal(row, Float32Array.of(3, -4))
  // Squares of these are beyond f32.
  assert.equal(unitLength(Float32Array.of(0, 2e30)), Float32Array.of(0, 1))
  assert.equal(unitLength(Float32Array.of(1e-30, 0)), Float32Array.of(1, 0))
})

test('a row that has no length is copied', () => {
  for (const row of [Float32Array.of(0, 0), Float32Array.of(Number.NaN, 2)]) {
    const copy = unitLength(row)
    assert.is.not(copy, row)
    assert.equal([...copy], [...row])
  }
})

test.run()
