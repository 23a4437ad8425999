import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { cosine, similarity } from '../../lib/core/similarity.ts'
import { type Vectors, vectorsFrom } from '../../lib/core/vectors.ts'

function refused(call: () => unknown, message: RegExp, code = 'BAD_ARGUMENT'): void {
  assert.throws(call, (e: unknown) => e instanceof VmmError && e.code === code && message.test(e.message))
}

test('the cosine of two rows, whatever they are kept in and however long they are', () => {
  assert.is(cosine([1, 0], [0, 2]), 0)
  assert.is(cosine([3, 4], Float32Array.from([6, 8])), 1)
  assert.is(cosine([3, 4], [-3, -4]), -1)
  assert.ok(Math.abs(cosine([1, 0], [1, 1]) - Math.SQRT1_2) < 1e-15)
  for (const scale of [1e-320, 1e-170, 1e-40, 1e40, 1e200])
    assert.ok(Math.abs(cosine([scale, 0], [scale, scale]) - Math.SQRT1_2) < 1e-3, String(scale))
  const row = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i))
  assert.ok(cosine(row, row) <= 1)
})

test('a row of zeros is near to nothing', () => {
  assert.is(cosine([0, 0], [1, 2]), 0)
  assert.is(cosine([1, 2], [0, 0]), 0)
})

test('rows that have no cosine are refused', () => {
  refused(() => cosine([1, 2], [1, 2, 3]), /b: got 3 numbers; expected 2, as many as a has/)
  refused(() => cosine([], []), /a: got \[\]; expected a Float32Array or an array of numbers, at least one/)
  refused(() => cosine([1, 2], [1, Number.NaN]), /b\[1\]: got NaN; expected a finite number/)
  refused(() => cosine([Number.POSITIVE_INFINITY], [1]), /a\[0\]: got Infinity/)
  refused(() => cosine(['1', 'x'] as never, [1, 2]), /a\[0\]: got "1"/)
  refused(() => cosine(new Float64Array(2) as never, [1, 2]), /a: got Float64Array of 2/)
})

test('all rows with all rows', () => {
  const a = vectorsFrom([Float32Array.from([1, 2, 3, 4]), Float32Array.from([0, 0])], 2, 'test-2')
  const b = vectorsFrom(Float32Array.from([1, 0, -2, 5]), 2, 'test-2')
  assert.equal(
    similarity(a, b),
    Array.from(a, (x) => Array.from(b, (y) => cosine(x, y))),
  )
  assert.equal(similarity(vectorsFrom(new Float32Array(), 2, 'test-2'), b), [])
  refused(
    () => similarity(a, vectorsFrom(new Float32Array(2), 2, 'other-2')),
    /test-2.*other-2/,
    'SPACE_MISMATCH',
  )
  refused(
    () => similarity(a, vectorsFrom(new Float32Array(3), 3, 'test-2')),
    /b: got 3 dimensions; expected 2/,
  )
  refused(() => similarity(a, [1, 2] as unknown as Vectors), /b: got \[1, 2\]; expected vectors/)
  refused(() => similarity(structuredClone(a) as Vectors, b), /a: got a copy of vectors as plain data/)
})

test.run()
