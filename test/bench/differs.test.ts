import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { directions, tokenIds } from '../../bench/differs.ts'

const vectors = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 2],
]

test('vectors are the same whatever their length, and others where one points elsewhere', () => {
  const same = directions(0.99)
  assert.is(same(vectors, vectors), null)
  assert.is(
    same(
      vectors,
      vectors.map((vector) => Float32Array.from(vector, (x) => 3 * x)),
    ),
    null,
  )
  const [first, second, third] = vectors as [number[], number[], number[]]
  const swapped = same(vectors, [second, first, third])
  assert.match(swapped!, /^computes something else: its vectors have cosines from -?\d.* to ours$/)
  assert.is(same(vectors, [first, second]), '2 vectors, not 3')
  assert.is(directions(-1)(vectors, [second, first, third]), null)
})

test('what all vectors share does not make them alike', () => {
  const shifted = (by: readonly number[]) => vectors.map((vector) => vector.map((x, i) => x + by[i]!))
  assert.is(directions(0.99)(shifted([50, 50, 50]), shifted([20, 30, 40])), null)
  const [first, second, third] = shifted([50, 50, 50]) as [number[], number[], number[]]
  assert.ok(directions(0.99)([first, second, third], [second, third, first]) !== null)
})

test('token ids are the same but for those of a text in a thousand', () => {
  const ids = Array.from({ length: 2000 }, (_, i) => [i, i + 1])
  const but = (others: number) => ids.map((own, i) => (i < others ? [...own, 0] : Int32Array.from(own)))
  assert.is(tokenIds(ids, but(0)), null)
  assert.is(tokenIds(ids, but(2)), null)
  assert.is(tokenIds(ids, but(3)), 'other ids for 3 of 2000 texts')
  assert.is(tokenIds([[1, 2]], [[2, 1]]), 'other ids for 1 of 1 texts')
  assert.is(tokenIds([[1]], []), 'other ids for 1 of 1 texts')
})

test.run()
