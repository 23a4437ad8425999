import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { escapeMarks } from '../../lib/core/control_marks.ts'

test('control characters and marks of direction are written out, all else stays', () => {
  for (let code = 0; code < 0x3000; code++) {
    const character = String.fromCharCode(code)
    const marks = /[\p{Cc}\p{Bidi_Control}]/u.test(character) && !'\t\n'.includes(character)
    const written = `\\u${code.toString(16).padStart(4, '0')}`
    assert.is(escapeMarks(`a${character}b`), `a${marks ? written : character}b`)
  }
  assert.is(escapeMarks('naïve 日本 👩‍🚀\n'), 'naïve 日本 👩‍🚀\n')
})

test('JSON stays the same JSON', () => {
  const value = { a: '\\\u009b\u202e"\u007f', '\u2067': ['\u001b[2J\n'] }
  for (const space of [0, 2]) assert.equal(JSON.parse(escapeMarks(JSON.stringify(value, null, space))), value)
})

test.run()
