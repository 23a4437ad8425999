import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describe } from '../../lib/core/errors.ts'

test('plain values as they are written', () => {
  class Own {}
  for (const [value, text] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [-0.5, '-0.5'],
    [7n, '7'],
    [Symbol('s'), 'Symbol(s)'],
    ['a "b"', '"a \\"b\\""'],
    ['x'.repeat(61), 'a string of 61 characters'],
    [() => {}, 'a function'],
    [[], '[]'],
    [[1, ['two', null]], '[1, ["two", null]]'],
    [Array(9).fill(0), 'an array of 9'],
    [new Float32Array(3), 'Float32Array of 3'],
    [new DataView(new ArrayBuffer(5)), 'DataView of 5'],
    [{}, 'an object (Object)'],
    [new Own(), 'an object (Own)'],
    [new Map(), 'an object (Map)'],
    [Object.create(null), 'an object'],
  ] as const)
    assert.is(describe(value), text)
})

const bomb = (): never => {
  throw new Error('boom')
}

test('what resists being looked at is described all the same', () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  const trapped = new Proxy({}, { get: bomb, getPrototypeOf: bomb, has: bomb })
  const hostile: unknown[] = [
    Object.defineProperty({}, 'constructor', { get: bomb }),
    {
      constructor: {
        get name() {
          return bomb()
        },
      },
    },
    { toString: bomb, [Symbol.toPrimitive]: bomb },
    trapped,
    new Proxy([1, 2], { get: bomb }),
    proxy,
    Object.defineProperty([0], 0, { get: bomb }),
    [[trapped]],
    Object.defineProperty(new Uint8Array(2), 'constructor', { get: bomb }),
  ]
  for (const value of hostile) assert.type(describe(value), 'string')
})

test('a text is short, however deep, long or wide the value is', () => {
  let deep: unknown[] = []
  for (let i = 0; i < 100_000; i++) deep = [deep]
  const wide = (depth: number): unknown => (depth === 0 ? 'x'.repeat(60) : Array(8).fill(wide(depth - 1)))
  const circle: unknown[] = []
  circle.push(circle, circle, circle)
  const named = { constructor: { name: 'N'.repeat(1e6) } }
  for (const value of [deep, wide(3), circle, named, 1n << 10_000_000n, Symbol('s'.repeat(1e6))]) {
    const text = describe(value)
    assert.ok(text.length < 400, text.slice(0, 1000))
  }
  assert.is(describe([[[[1]]]]), '[[[an array of 1]]]')
})

test('nothing in it acts on a terminal', () => {
  const text = 'a\u0007\u001b[2J\u007f\u009b2J\u202e\u2066b\u200f'
  const named = { constructor: { name: 'Bad\u001b[2J' } }
  for (const value of [text, [text], Symbol(text), named])
    assert.not.match(describe(value), /[\p{Cc}\u200f\u202e\u2066]/u)
  assert.is(describe('\u009b'), '"\\u009b"')
})

test.run()
