// Shape patterns: what they accept, what they bind, and the messages of mismatches.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { bindShape, noSymbols, parsePattern, shapeOf } from '../../lib/graph/pattern.ts'

function bind(tensors: readonly (readonly [name: string, pattern: string, shape: readonly number[]])[]) {
  const bound = noSymbols()
  for (const [name, pattern, shape] of tensors)
    bindShape('op', name, pattern, parsePattern(pattern), shape, bound)
  return (pattern: string) => shapeOf(parsePattern(pattern), bound)
}

test('symbols are bound once and give the output shape', () => {
  const shape = bind([
    ['x', 'rows in', [5, 3]],
    ['weight', 'out in', [7, 3]],
  ])
  assert.equal(shape('rows out'), [5, 7])
  assert.equal(shape('rows 2'), [5, 2])
})

test('offsets of symbols', () => {
  assert.equal(bind([['offsets', 'sequences+1', [4]]])('sequences'), [3])
  assert.equal(bind([['state', 'sequences d width-1', [2, 3, 3]]])('width'), [4])
})

test('leading axes of any number', () => {
  assert.equal(bind([['x', '... n', [2, 3, 4]]])('... 1'), [2, 3, 1])
  assert.equal(bind([['x', '... n', [4]]])('...'), [])
  assert.equal(bind([['x', '...', []]])('...'), [])
})

test('an optional axis may be missing', () => {
  const pattern = 'experts? out'
  assert.equal(bind([['w', pattern, [4]]])(pattern), [4])
  assert.equal(bind([['w', pattern, [2, 4]]])(pattern), [2, 4])
})

const mismatches: readonly (readonly [Parameters<typeof bind>[0], string])[] = [
  [[['x', 'rows d', [3]]], 'op: x [rows d] has shape [3]: expected 2 axes'],
  [[['x', 'rows d', [3, 4, 5]]], 'op: x [rows d] has shape [3, 4, 5]: expected 2 axes'],
  [[['x', '... n', []]], 'op: x [... n] has shape []: expected 1 or more axes'],
  [[['w', 'experts? out', [1, 2, 3]]], 'op: w [experts? out] has shape [1, 2, 3]: expected 1 or more axes'],
  [[['g', '4', [3]]], 'op: g [4] has shape [3]: expected 4 where it has 3'],
  [[['offsets', 'sequences+1', [0]]], 'op: offsets [sequences+1] has shape [0]: sequences would be -1'],
  [
    [
      ['x', 'rows in', [5, 3]],
      ['w', 'out in', [7, 4]],
    ],
    'op: w [out in] has shape [7, 4]: in is 4 here but 3 in x',
  ],
  [
    [
      ['a', '... n', [2, 3]],
      ['b', '... n', [5, 3]],
    ],
    'op: b [... n] has shape [5, 3]: leading axes differ from [2] of a',
  ],
]
for (const [tensors, message] of mismatches)
  test(`refused: ${message}`, () => {
    try {
      bind(tensors)
    } catch (error) {
      assert.instance(error, VmmError)
      assert.is((error as VmmError).message, message)
      assert.is((error as VmmError).argument, tensors.at(-1)![0])
      return
    }
    assert.unreachable('was accepted')
  })

test('patterns of a wrong form', () => {
  for (const text of ['a ...', 'a b?', 'a*2', '-1', '1a'])
    assert.throws(() => parsePattern(text), /bad shape/)
})

test.run()
