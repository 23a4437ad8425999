// Python's own ast says the same about programs.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { factsOf } from './ast_facts.ts'

const golden = JSON.parse(readFileSync(new URL('goldens/python_ast.json', import.meta.url), 'utf8')) as {
  source: string
  facts: unknown
}[]

test('functions, parameters, docstrings, lines, classes, imports and complexity are those of ast', async () => {
  assert.ok(golden.length > 5)
  for (const { source, facts } of golden) assert.equal(await factsOf(source), facts, source)
})

test.run()
