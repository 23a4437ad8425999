import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyseCode } from '../../../lib/curate/code/analyse.ts'

async function holds(language: string, code: string, expected: readonly string[]): Promise<void> {
  const { functions, broken } = await analyseCode(code, language)
  assert.is(broken, false, code)
  assert.equal(functions[0]!.patterns, expected, code)
}

test('recursion and memoisation', async () => {
  await holds('python', 'def f(n):\n  return 1 if n < 2 else n * f(n - 1)', ['recursion'])
  await holds('python', 'def f(n):\n  return 1 if n < 2 else n * g(n - 1)', [])
  await holds(
    'python',
    'def f(n, memo):\n  if n in memo: return memo[n]\n  memo[n] = f(n - 1, memo) + 1\n  return memo[n]',
    ['recursion', 'memoisation'],
  )
  await holds('python', '@functools.lru_cache(None)\ndef f(n): return f(n - 1)', ['recursion', 'memoisation'])
  await holds(
    'javascript',
    'function f(n) { if (memo.has(n)) return memo.get(n); const v = f(n - 1) + 1; memo.set(n, v); return v }',
    ['recursion', 'memoisation'],
  )
  await holds(
    'rust',
    'fn f(n: u64, memo: &mut HashMap<u64, u64>) -> u64 { if let Some(&v) = memo.get(&n) { return v; } let r = f(n - 1, memo); memo.insert(n, r); r }',
    ['recursion', 'memoisation'],
  )
  await holds(
    'go',
    'package p\nfunc F(n int) int { if v, ok := memo[n]; ok { return v }; memo[n] = F(n-1) + F(n-2); return memo[n] }',
    ['recursion', 'memoisation'],
  )
})

test('tables of dynamic programming', async () => {
  await holds(
    'python',
    'def f(n):\n  dp = [0] * (n + 1)\n  for i in range(2, n + 1):\n    dp[i] = dp[i - 1] + dp[i - 2]\n  return dp[n]',
    ['dynamic programming'],
  )
  await holds('python', 'def f(n):\n  t = [1, 1]\n  while len(t) < n: t.append(t[-1] + t[-2])\n  return t', [
    'dynamic programming',
  ])
  await holds(
    'javascript',
    'function f(n) { const dp = [0, 1]; for (let i = 2; i < n; i++) dp[i] = dp[i - 1] + dp[i - 2]; return dp }',
    ['dynamic programming'],
  )
  await holds(
    'go',
    'package p\nfunc F(n int) int { dp := make([]int, n); for i := 2; i < n; i++ { dp[i] = dp[i-1] + dp[i-2] }; return dp[n-1] }',
    ['dynamic programming'],
  )
  await holds('python', 'def f(a):\n  c = {}\n  for x in a: c[x] = c[x] + 1\n  return c', [])
  await holds(
    'python',
    'def f(a):\n  r = list(a)\n  for i in range(1, len(r)): r[i], r[i - 1] = r[i - 1], r[i]\n  return r',
    [],
  )
})

test('divide and conquer', async () => {
  await holds(
    'python',
    'def f(x):\n  if len(x) < 2: return x\n  m = len(x) // 2\n  return merge(f(x[:m]), f(x[m:]))',
    ['recursion', 'divide and conquer'],
  )
  await holds('rust', 'fn f(x: &[i32]) -> i32 { let m = x.len() / 2; f(&x[..m]) + f(&x[m..]) }', [
    'recursion',
    'divide and conquer',
  ])
  await holds('python', 'def f(n):\n  return f(n - 1) + f(n - 2)', ['recursion'])
})

test('two pointers', async () => {
  await holds(
    'python',
    'def f(s):\n  l, r = 0, len(s) - 1\n  while l < r:\n    if s[l] != s[r]: return False\n    l += 1\n    r -= 1\n  return True',
    ['two pointers'],
  )
  await holds(
    'javascript',
    'function f(a, b) { let i = 0, j = 0; while (i < a.length && j < b.length) { if (a[i] < b[j]) i++; else j++ } }',
    ['two pointers'],
  )
  await holds(
    'javascript',
    'function f(a, n, m) { let i = 0, j = 0; while (i < n && j < m) { if (a[i] < 1) i++; else j++ } }',
    ['two pointers'],
  )
  await holds(
    'python',
    'def f(a, x):\n  lo, hi = 0, len(a)\n  while lo < hi:\n    m = (lo + hi) // 2\n    if a[m] < x: lo = m + 1\n    else: hi = m\n  return lo',
    [],
  )
})

test('backtracking', async () => {
  await holds(
    'python',
    'def f(a, path, out):\n  if len(path) == len(a): out.append(path[:])\n  for x in a:\n    path.append(x)\n    f(a, path, out)\n    path.pop()',
    ['recursion', 'backtracking'],
  )
  await holds(
    'javascript',
    'function f(b, r) { for (let c = 0; c < 8; c++) { b[r][c] = 1; if (f(b, r + 1)) return true; b[r][c] = 0 } return false }',
    ['recursion', 'backtracking'],
  )
  await holds('python', 'def f(g, x):\n  g[x] = 1\n  f(g, x + 1)\n  f(g, x - 1)', ['recursion'])
})

test.run()
