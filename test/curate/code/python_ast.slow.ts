// Python's own ast says the same about all reference solutions of MBPP.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testUnless } from '../../support/skip.ts'
import { factsOf } from './ast_facts.ts'

const path = process.env.VMM_MBPP
const script = fileURLToPath(new URL('../../support/python_ast.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0
const missing =
  path === undefined ? 'set VMM_MBPP to a copy of mbpp.jsonl' : hasPython ? null : 'there is no python3'

testUnless(missing, 'all of MBPP is read as ast reads it', async () => {
  const lines = readFileSync(path!, 'utf8').trim().split('\n')
  const programs = lines.map((line) => (JSON.parse(line) as { code: string }).code.replaceAll('\r\n', '\n'))
  const { stdout } = spawnSync('python3', [script], { input: JSON.stringify(programs), maxBuffer: 1 << 28 })
  const expected = JSON.parse(stdout.toString()) as unknown[]
  assert.is(expected.length, programs.length)
  for (const [i, source] of programs.entries()) assert.equal(await factsOf(source), expected[i], source)
})

test.run()
