// Files of CSV against Python's csv module (goldens/make_csv.py), and what is none.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CsvRecord, csvRecords } from '../../../../lib/evaluate/suites/similarity/csv.ts'
import { linesOf } from '../../../../lib/io/lines.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

async function recordsOf(text: string): Promise<CsvRecord[]> {
  const records: CsvRecord[] = []
  for await (const record of csvRecords(linesOf(Readable.from([Buffer.from(text)]), 'file')))
    records.push(record)
  return records
}

/** Records in short: its line, and its fields or what is wrong. */
const brief = async (text: string) =>
  (await recordsOf(text)).map(({ line, fields, problem }) => [line, problem ?? fields])

test("Python's files are read as Python reads them", async () => {
  const tables = JSON.parse(
    readFileSync(join(import.meta.dirname, 'goldens', 'csv.json'), 'utf8'),
  ) as readonly { readonly text: string; readonly rows: readonly (readonly string[])[] }[]
  assert.is(tables.length, 200)
  for (const { text, rows } of tables) {
    const records = await recordsOf(text)
    assert.equal(
      records.map(({ fields }) => fields),
      rows,
      JSON.stringify(text),
    )
    let line = 1
    for (const [i, record] of records.entries()) {
      assert.is(record.line, line)
      line += 1 + rows[i]!.join('').split('\n').length - 1
    }
  }
})

test('line ends, blank lines, a byte order mark, quotes within fields, empty fields', async () => {
  assert.equal(await brief('\ufeffa,b\r\n\r\n1,2\n   \n3,'), [
    [1, ['a', 'b']],
    [3, ['1', '2']],
    [5, ['3', '']],
  ])
  assert.equal(await brief('5" screen,say "x"\n"",""\n,\n"a\r\nb",c'), [
    [1, ['5" screen', 'say "x"']],
    [2, ['', '']],
    [3, ['', '']],
    [4, ['a\nb', 'c']],
  ])
  assert.equal(await brief(''), [])
})

test('after a record that cannot be read it goes on with the next line', async () => {
  const closing = 'text after a closing quote; quotes in a field are doubled'
  const open = 'a quote that is not closed'
  assert.equal(await brief('"a"b,c\nd,e\n'), [
    [1, closing],
    [2, ['d', 'e']],
  ])
  assert.equal(await brief('a,"b\nc,d\ne,"f\ng,h\n'), [
    [1, closing],
    [2, ['c', 'd']],
    [3, open],
    [4, ['g', 'h']],
  ])
  assert.equal(await brief('a,b\n"'), [
    [1, ['a', 'b']],
    [2, open],
  ])
  assert.equal(await brief('"\n"\n"'), [
    [1, ['\n']],
    [3, open],
  ])
})

test('a quote that is never closed holds no more than a line may have', async () => {
  const line = 'x'.repeat(1 << 20)
  const lines = (async function* () {
    yield 'a,"b'
    for (let i = 0; i < 20; i++) yield line
  })()
  const found: unknown[] = []
  for await (const { line, problem, fields } of csvRecords(lines))
    found.push([line, problem ?? fields!.length])
  assert.equal(found[0], [1, 'a quote that is not closed'])
  assert.equal(
    found.slice(1),
    Array.from({ length: 20 }, (_, i) => [i + 2, 1]),
  )
})

test('whatever a file holds: records in the order of their lines, and no line is lost', async () => {
  const numbers = randomNumbers(5)
  const pieces = ['a', '"', '""', ',', '\n', '\r\n', ' ', '"\n', ',"', '",']
  for (let n = 0; n < 2000; n++) {
    const text = Array.from({ length: numbers.below(24) }, () => pieces[numbers.below(pieces.length)]).join(
      '',
    )
    const records = await recordsOf(text)
    let next = 1
    const lines = text.split(/\r?\n/)
    for (const { line, fields, problem } of records) {
      assert.ok(line >= next, JSON.stringify(text))
      for (; next < line; next++) assert.is(lines[next - 1]!.trim(), '', JSON.stringify(text))
      next += problem === null ? fields.join('').split('\n').length : 1
    }
    for (; next <= lines.length; next++) assert.is(lines[next - 1]!.trim(), '', JSON.stringify(text))
  }
})

test.run()
