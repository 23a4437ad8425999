import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { npyHeader } from '../../lib/io/npy.ts'

test('a file is what NumPy reads: the golden was checked with numpy.load', () => {
  const golden = readFileSync(new URL('goldens/rows.npy', import.meta.url))
  const values = Float32Array.from({ length: 6 }, (_, i) => i / 4 - 0.5)
  assert.equal(Buffer.concat([npyHeader(3, 2), new Uint8Array(values.buffer)]), golden)
})

test('the length of a header depends on the columns only, and the elements are aligned', () => {
  for (const columns of [1, 512, 123456789]) {
    const { length } = npyHeader(0, columns)
    assert.is(length % 64, 0)
    for (const rows of [1, 999, Number.MAX_SAFE_INTEGER]) assert.is(npyHeader(rows, columns).length, length)
  }
})

test.run()
