import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { codeVariants } from '../../../../lib/curate/code_validation/variants/code_variants.ts'
import { variantsByRule } from '../../../../lib/curate/code_validation/variants/rules.ts'
import { openSandbox } from '../../../../lib/curate/sandbox/sandbox.ts'

const sandbox = await openSandbox({ processes: 1 })

const kept = async (code: string, tests: string[]) =>
  (await codeVariants(code, 'python', { tests, sandbox })).map(({ name, relationships }) => [
    name,
    relationships.map(({ type }) => type).join(' '),
  ])

test('recursion becomes a loop, and results are kept', async () => {
  const fact = 'def fact(n):\n    """Doc."""\n    if n < 2:\n        return 1\n    return n * fact(n - 1)\n'
  assert.equal(await kept(fact, ['assert fact(5) == 120']), [
    ['iterative', 'alternative_to'],
    ['memoised', 'alternative_to'],
  ])
  const gcd = 'def gcd(a, b):\n  if b == 0: return a\n  return gcd(b, a % b)\n'
  assert.equal((await kept(gcd, ['assert gcd(12, 18) == 6']))[0], ['iterative', 'alternative_to'])
  const fib = 'def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\n'
  assert.equal(await kept(fib, ['assert fib(10) == 55']), [
    ['memoised', 'alternative_to more_efficient_than'],
  ])
})

test('loops become recursion', async () => {
  const sum = 'def f(n):\n\ttotal = 0\n\twhile n > 0:\n\t\ttotal += n\n\t\tn -= 1\n\treturn total\n'
  assert.equal((await kept(sum, ['assert f(4) == 10']))[0]?.[0], 'recursive')
  const each = 'def f(items):\n    total = 0\n    for x in items:\n        total += x\n    return total\n'
  assert.equal((await kept(each, ['assert f([1, 2]) == 3']))[0]?.[0], 'recursive')
})

test('other structures: sets, queues, and lists that are made one by one', async () => {
  const common = 'def f(a, b):\n    return sum([1 for x in a if x in b])\n'
  assert.equal(
    (await kept(common, ['assert f([1, 2], [2, 3]) == 1'])).map(([name]) => name),
    ['streamed', 'asSet'],
  )
  const queue =
    'def f(n):\n    q = [n]\n    c = 0\n    while q:\n        x = q.pop(0)\n        c += 1\n        if x > 0:\n            q.append(x - 1)\n    return c\n'
  assert.ok((await kept(queue, ['assert f(3) == 4'])).some(([name]) => name === 'queued'))
})

test('what does something else is left out', async () => {
  // Lists cannot be keys, so that keeping results fails.
  const deep = 'def f(x):\n    if not x:\n        return 0\n    return 1 + f(x[1:])\n'
  assert.ok((await variantsByRule(deep, 'f')).some(({ name }) => name === 'memoised'))
  assert.equal(
    (await kept(deep, ['assert f([1, 2]) == 2'])).map(([name]) => name),
    ['iterative'],
  )
})

test('a language model is asked; its answers are run, and what is no program is left out', async () => {
  const code = 'def double(x):\n    return x + x\n'
  const prompts: string[] = []
  const answers = [
    '```python\ndef double(x):\n    return x * 2\n```',
    'I cannot.',
    'def double(x):\n    return x ** 2\n',
  ]
  const ask = async (prompt: string) => {
    prompts.push(prompt)
    return answers[prompts.length - 1] ?? 'def other(): pass'
  }
  const variants = await codeVariants(code, 'python', {
    tests: ['assert double(2) == 4'],
    ask,
    sandbox,
    key: 'mine',
  })
  assert.is(prompts.length, 5)
  assert.match(prompts[0]!, /double.*without recursion/s)
  assert.equal(
    variants.map(({ by, purpose, relationships }) => [by, purpose, relationships[0]?.target]),
    [['llm', 'iterative', 'mine']],
  )
})

test.after(() => sandbox.dispose())
test.run()
