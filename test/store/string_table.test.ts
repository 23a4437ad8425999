// Texts of a store are found by their bytes at first, and by a table of places when many are looked for.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type StringTable, stringTable } from '../../lib/store/mapped/string_table.ts'

function append(table: StringTable, texts: readonly string[]): void {
  const parts = texts.map((text) => Buffer.from(text))
  table.append(
    Uint32Array.from(parts, ({ length }) => length),
    Buffer.concat(parts),
  )
}

// Texts that hold each other, that begin or end alike, that are empty, and that are no ASCII.
const known = ['ab', 'a', 'b', 'aba', '', 'ba', 'abab', 'é', 'né', 'x'.repeat(300), 'bab']
const unknown = ['aa', 'bb', 'abb', 'xx', 'é n', 'ababb', 'y', 'x'.repeat(301)]

test('the first searches and the later ones find the same', () => {
  const table = stringTable()
  append(table, known)
  for (let round = 0; round < 20; round++) {
    for (const [number, text] of known.entries()) assert.is(table.find(text), number, `${round}: '${text}'`)
    for (const text of unknown) assert.is(table.find(text), -1, `${round}: '${text}'`)
  }
  assert.equal(
    known.map((_, number) => table.at(number)),
    known,
  )
})

test('texts that are added between searches are found', () => {
  const table = stringTable()
  assert.is(table.find('a'), -1)
  const all: string[] = []
  for (let round = 0; round < 40; round++) {
    const added = Array.from({ length: 25 }, (_, i) => `t${round}-${i}`)
    append(table, added)
    all.push(...added)
    for (const [number, text] of all.entries())
      if (number % 37 === round % 37) assert.is(table.find(text), number)
    assert.is(table.find(`t${round}-`), -1)
  }
  assert.is(table.size, 1000)
})

test.run()
