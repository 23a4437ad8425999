import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packTokens } from '../../lib/text/packed_tokens.ts'

test('texts lie one after the other, with places of their own and room for more', () => {
  assert.equal(packTokens([[7, 8, 9], [], Int32Array.of(5)], 5), {
    ids: Int32Array.of(7, 8, 9, 5),
    positions: Int32Array.of(0, 1, 2, 0),
    offsets: Int32Array.of(0, 3, 3, 4, 4, 4),
    rows: 4,
  })
  assert.equal(packTokens([], 2), {
    ...{ ids: new Int32Array(0), positions: new Int32Array(0), rows: 0 },
    offsets: Int32Array.of(0, 0, 0),
  })
})

test.run()
