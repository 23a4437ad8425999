import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseJson } from '../../lib/io/json.ts'
import { rejects } from '../support/rejects.ts'

test('JSON of any width, with brackets in its texts', () => {
  const json = { texts: Array(500).fill('[{[{"\\'), rows: Array(500).fill([[1], { x: [] }]) }
  assert.equal(parseJson(JSON.stringify(json), 'x'), json)
  assert.equal(
    parseJson(`${'['.repeat(100)}${']'.repeat(100)}`, 'x'),
    JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`),
  )
})

test('what is cut or too deep is refused, naming the file', async () => {
  await rejects(() => parseJson('{"a": [1', 'x: line 3'), 'BAD_FILE', /^x: line 3: not JSON$/)
  await rejects(() => parseJson('', 'x', 'cut'), 'BAD_FILE', /^x: not JSON: cut$/)
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['["[", ', ']'],
  ] as const)
    for (const levels of [101, 1_000_000])
      await rejects(
        () => parseJson(`${open.repeat(levels)}1${close.repeat(levels)}`, 'x'),
        'BAD_FILE',
        /^x: JSON of more than 100 levels$/,
      )
  await rejects(() => parseJson('['.repeat(1 << 24), 'x'), 'BAD_FILE', /levels/)
})

test.run()
