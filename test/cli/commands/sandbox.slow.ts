import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const folder = temporaryFolder()
const file = join(folder, 'twice.py')
writeFileSync(
  file,
  'print("loaded")\n\ndef twice(x):\n    return x + x\n\ndef test_twice():\n    assert twice(2) == 4\n',
)

test('a file is run with its own tests, and told for people', async () => {
  const { code, stdout, stderr } = await vmm(['sandbox', '--text', 'Double it', '--entry', 'twice', file])
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /^success\nlevel \w+, /)
  assert.match(stdout, /1 of 1 tests pass; they execute 100 % of the lines/)
  assert.match(stdout, /^twice +3 +1 +1 /m)
  assert.match(stdout, /normal {2}twice\(2\): value 4/)
  assert.match(stdout, /implements Double it {2}0\.9: 1 tests pass/)
  assert.match(stdout, /output\nloaded/)
})

test('a test that fails: exit code 1, and as JSON', async () => {
  const { code, stdout } = await vmm([
    'sandbox',
    '--json',
    '--cases',
    '3',
    '--test',
    'assert twice(2) == 5',
    file,
  ])
  const found = JSON.parse(stdout)
  assert.equal([code, found.success, found.tests.length, found.cases.length], [1, false, 2, 3])
  assert.equal(
    found.tests.map(({ passed }: { passed: boolean }) => passed),
    [false, true],
  )
})

test('standard input, variants', async () => {
  const stdin = ['def f(n):\n    if n < 2:\n        return 1\n    return n * f(n - 1)\n']
  const args = ['sandbox', '--language', 'python', '--variants', '--test', 'assert f(4) == 24', '-']
  const { code, stdout } = await vmm(args, { stdin })
  assert.is(code, 0)
  assert.match(stdout, /variant: iterative, by rule, \d+ steps/)
})

test('wrong usage', async () => {
  for (const [args, told] of [
    [['sandbox'], /one file; got 0/],
    [['sandbox', 'notes.txt'], /--language/],
    [['sandbox', '--language', 'cobol', file], /expected python/],
    [['sandbox', '--cases', 'x', file], /--cases/],
  ] as const) {
    const { code, stderr } = await vmm(args)
    assert.is(code, 2)
    assert.match(stderr, told)
  }
  assert.is((await vmm(['sandbox', join(folder, 'gone.py')])).code, 1)
})

test.run()
