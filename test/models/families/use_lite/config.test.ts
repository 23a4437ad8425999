import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { useLiteConfig } from '../../../../lib/models/families/use_lite/config.ts'

const refused = (given: unknown, message: RegExp) =>
  assert.throws(() => useLiteConfig(given as never), message)

test('wrong configs are refused by field', () => {
  refused([], /^config: got \[\]; expected an object of fields/)
  refused(null, /^config: got null/)
  refused({ depth: 3 }, /^config\.depth: got a field/)
  refused({ space: 7 }, /^config\.space: got 7; expected a name such as/)
  refused({ width: 15, heads: 5 }, /^config\.width: got 15; expected an even number/)
  refused({ heads: 3 }, /^config\.heads: got 3; expected a divisor of width and dims/)
})

test('a capacity whose signal of positions would take gigabytes is refused', () => {
  const wide = { width: 65_536, heads: 1 }
  assert.is(useLiteConfig({ ...wide, capacityTokens: 256 }).capacityTokens, 256)
  assert.is(useLiteConfig({ capacityTokens: 65_536 }).capacityTokens, 65_536)
  refused(
    { ...wide, capacityTokens: 257 },
    /^config\.capacityTokens: got 257; expected at most 256, with a width of 65536$/,
  )
  refused({ capacityTokens: 1_048_576 }, /^config\.capacityTokens: got 1048576; expected at most 65536/)
})

test.run()
