import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { npyDictionary, npyHeader, parseNpyDictionary } from '../../lib/io/npy.ts'

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

const say = (shape: string) => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`

test('dictionaries as NumPy and others write them are read', () => {
  const expected = { descr: '<f4', fortranOrder: false, shape: [3, 2] }
  for (const text of [
    say('(3, 2)'),
    `${say('(3, 2)')}          \n`,
    say('(3,2,)'),
    `{'descr':'<f4','fortran_order':False,'shape':(3,2)}`,
    `{ 'shape' : ( 3 , 2 ) , 'fortran_order' : False , 'descr' : '<f4' }`,
    `{"descr": "<f4", "fortran_order": False, "shape": (3, 2)}`,
  ])
    assert.equal(parseNpyDictionary(text), expected, text)
  assert.equal(parseNpyDictionary(say('()'))?.shape, [])
  assert.equal(parseNpyDictionary(say('(5,)'))?.shape, [5])
  assert.equal(parseNpyDictionary(say(`(${Number.MAX_SAFE_INTEGER}, 1)`))?.shape[0], Number.MAX_SAFE_INTEGER)
  assert.is(parseNpyDictionary(`{'descr': '>f8', 'fortran_order': True, 'shape': ()}`)?.fortranOrder, true)
})

test('what is written is read', () => {
  const header = npyHeader(12345, 512)
  const { begin, length } = npyDictionary(header)!
  const text = Buffer.from(header.subarray(begin, begin + length)).toString()
  assert.equal(parseNpyDictionary(text), { descr: '<f4', fortranOrder: false, shape: [12345, 512] })
})

test('other dictionaries are none', () => {
  for (const text of [
    '',
    '{}',
    '{',
    say('(3, 2'),
    say('3'),
    say('(,)'),
    say('(3,,2)'),
    say('(3 2)'),
    say('(-3, 2)'),
    say('(3.5, 2)'),
    say('(1e3, 2)'),
    say('((3, 2))'),
    say(`(${2 ** 53}, 2)`),
    say(`(${'9'.repeat(400)}, 2)`),
    say(`(${'1, '.repeat(65)})`),
    `${say('(3, 2)')} x`,
    `${say('(3, 2)')}${say('(3, 2)')}`,
    `{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, 2)}`,
    `{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 2)}`,
    `{'descr': '<f4', 'fortran_order': False}`,
    `{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}`,
    `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'more': 1}`,
    `{'descr' '<f4', 'fortran_order': False, 'shape': (3, 2)}`,
    `{'descr': '<f4' 'fortran_order': False, 'shape': (3, 2)}`,
    `{'descr': '<f\\x34', 'fortran_order': False, 'shape': (3, 2)}`,
  ])
    assert.is(parseNpyDictionary(text), null, text.slice(0, 100))
})

test('headers that were made to keep a reader busy are done with at once', () => {
  const many = 60_000
  const parts = [
    '1',
    '1,',
    ' ',
    '1 ',
    ' 1',
    ', ',
    '(',
    '{',
    "'",
    '"',
    "'descr'",
    ':',
    'a',
    '\t\n',
    '\\',
    "':'",
  ]
  const texts = parts.flatMap((part) => {
    const run = part.repeat(many / part.length)
    return [
      run,
      say(run),
      say(`(${run})`),
      say(`(${run}x)`),
      `{${run}`,
      `{'descr': '${run}'`,
      `${say('()')}${run}x`,
    ]
  })
  for (const text of [
    ...texts,
    say(`(${'1234567890'.repeat(3).slice(0, 28)}x)`),
    say(`(${'1 '.repeat(14)}x)`),
  ])
    assert.equal(parseNpyDictionary(text)?.shape ?? [], [], text.slice(0, 60))
  assert.is(parseNpyDictionary(`${say('(3, 2)')}${' '.repeat(2 ** 24)}`), null)
})

test.run()
