import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyseCode } from '../../../lib/curate/code/analyse.ts'

const hash = async (code: string, language = 'python') => (await analyseCode(code, language)).hash

test('names, comments, docstrings and layout leave the hash as it is', async () => {
  const one = await hash('def total(values):\n  s = 0\n  for v in values: s += v\n  return s\n')
  const other = await hash(
    '# sums\ndef f( a ):\n    "doc"\n    x = 0\n    for y in a:\n        x += y\n    return x\n',
  )
  assert.is(other, one)
  assert.is(
    await hash('const f = (a) => a + 1 // x', 'javascript'),
    await hash('const g=(b)=>b+1', 'javascript'),
  )
  assert.is(
    await hash('fn f(a: i32) -> i32 { a + 1 }', 'rust'),
    await hash('fn g(b: i32) -> i32 { b + 1 }', 'rust'),
  )
  assert.is(
    await hash('package p\nfunc f(a int) int { b := a; return b }', 'go'),
    await hash('package p\nfunc g(x int) int { y := x; return y }', 'go'),
  )
})

test('what changes the meaning changes the hash', async () => {
  const codes = [
    'def f(a, b): return max(a, b)',
    'def f(a, b): return min(a, b)',
    'def f(a, b): return max(b, a)',
    'def f(a, b): return max(a, a)',
    'def f(a, b): return a.max(b)',
    'def f(a, b): return max(a, b, 1)',
    'def f(a, b): return max(a, b, 2)',
    'def f(a, b): return a + b',
    'def f(a, b): return a - b',
    'def f(a, b=1): return a - b',
  ]
  assert.is(new Set(await Promise.all(codes.map((code) => hash(code)))).size, codes.length)
})

test.run()
