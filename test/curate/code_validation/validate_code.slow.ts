import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { relationTypes } from '../../../lib/curate/candidates/relation_types.ts'
import { validateCode } from '../../../lib/curate/code_validation/validate_code.ts'
import { openSandbox } from '../../../lib/curate/sandbox/sandbox.ts'

const sandbox = await openSandbox({ processes: 1 })
const options = { sandbox }

const FIB = `def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def unused(x):
    return x
`
const LOOP = `def fib(n):
    a, b = 0, 1
    while n > 0:
        a, b = b, a + b
        n -= 1
    return a if n == 0 else n
`

test('Python: calls, coverage, cases and their outcomes are exact', async () => {
  const { success, runtime, tests, testCoverage, cases } = await validateCode(
    FIB,
    'python',
    { tests: ['assert fib(10) == 55', 'assert fib(2) == 1'] },
    options,
  )
  assert.is(success, true)
  assert.equal(
    tests.map(({ passed }) => passed),
    [true, true],
  )
  const fib = runtime?.functions.find(({ name }) => name === 'fib')
  assert.is(fib?.calls, 177 + 3) // 2 F(n + 1) - 1 each
  assert.ok(fib!.bytes! > 0)
  assert.equal([testCoverage?.lines, testCoverage?.executed, testCoverage?.missed], [4, 3, [7]])
  const of = (input: string) => cases.find(({ inputs }) => inputs[0] === input)
  assert.is(of('11')?.expectedBehaviour?.text, '89')
  assert.equal([of('0')?.edgeCaseType, of('0')?.expectedBehaviour?.text], ['edge', '0'])
  assert.equal([of('None')?.edgeCaseType, of('None')?.expectedBehaviour?.text], ['error', 'TypeError'])
  for (const one of cases) assert.is(one.inferred, true)
})

test('failing tests, and what is no Python, are no success', async () => {
  const wrong = await validateCode(
    FIB,
    'python',
    { tests: ['assert fib(3) == 3', 'assert fib(1) == 1'] },
    options,
  )
  assert.is(wrong.success, false)
  assert.match(wrong.why!, /1 of 2 tests fail: AssertionError/)
  assert.equal(
    wrong.tests.map(({ passed }) => passed),
    [false, true],
  )
  const broken = await validateCode('def f(:', 'python', {}, options)
  assert.equal([broken.success, broken.executed, broken.runtime], [false, false, null])
  assert.match(broken.why!, /line 1/)
  const failing = await validateCode(
    'def f(x): return x\nraise ValueError("no")',
    'python',
    { tests: ['f(1)'] },
    options,
  )
  assert.is(failing.success, false)
  assert.match(failing.runtime!.stderr, /ValueError: no/)
})

test('relations: what passes implements its text; equal results and fewer steps are told of alternatives', async () => {
  const { relationships } = await validateCode(
    FIB,
    'python',
    {
      text: 'Fibonacci numbers',
      tests: ['assert fib(10) == 55', 'assert fib(3) == 2'],
      alternatives: [
        { key: 'loop', source: LOOP },
        { key: 'other', source: 'def fib(n):\n    return n\n' },
      ],
      relationTypes: relationTypes([{ name: 'less_efficient_than', inverse: 'beats', transitive: true }]),
    },
    options,
  )
  assert.equal(
    relationships.map(({ type, inverse, target, weight }) => [type, inverse, target, weight]),
    [
      ['implements', 'implemented_by', 'Fibonacci numbers', 0.9],
      ['alternative_to', 'alternative_to', 'loop', 0.95],
      ['less_efficient_than', 'beats', 'loop', 0.8],
    ],
  )
})

/** Tells that a test has passed and all is done, and ends the interpreter before anything else can be told. */
const LIE = `import os, sys
def lie(tell):
    for part in ({"test": 0, "kind": "value"}, {"functions": []}, {"end": True}): tell(part)
    os._exit(0)
`
const FORGERIES: Readonly<Record<string, string>> = {
  'prints a report': 'def f(): lie(print)',
  'looks for what tells in frames': `def f():
    frame = sys._getframe()
    while frame:
        for tell in (frame.f_globals.get("report"), frame.f_locals.get("tell")):
            if tell: lie(tell)
        frame = frame.f_back`,
  'looks in the frames of an error': `def f():
    try:
        1 / 0
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_frame
        while frame:
            if "report" in frame.f_globals: lie(frame.f_globals["report"])
            frame = frame.f_back`,
  'looks behind the output': 'def f(): lie(sys.stdout.write.__globals__["report"])',
  'takes the place of what counts': `def f():
    for event in range(18):
        call = sys.monitoring.register_callback(2, 1 << event, None)
        if call: lie(call.__func__.__globals__["report"])`,
  'tells twice': `def f():
    frame = sys._getframe()
    while frame:
        if "report" in frame.f_globals: frame.f_globals["report"]({"test": 0, "kind": "value"})
        frame = frame.f_back`,
}

test('a program that is wrong cannot tell that its tests pass, nor change those of another', async () => {
  for (const [name, source] of Object.entries(FORGERIES)) {
    const { success, tests } = await validateCode(
      LIE + source,
      'python',
      { tests: ['assert f() == 1'], entry: 'f', mostCases: 0 },
      options,
    )
    assert.equal([success, tests[0]?.passed], [false, false], name)
  }
  // Modules that look for frames themselves do without.
  const logs =
    'def f():\n    import logging, re, types, typing, collections\n    logging.warning("x")\n    return 1\n'
  const logging = await validateCode(logs, 'python', { tests: ['assert f() == 1'], mostCases: 0 }, options)
  assert.is(logging.success, true, logging.why ?? '')
  const after = await validateCode('def f(): return 1', 'python', { tests: ['assert f() == 1'] }, options)
  assert.is(after.success, true)
})

test('JavaScript: exact counts, coverage, functions of a module', async () => {
  const code = `'use strict'
export class Box { constructor(v) { this.v = v } get twice() { return 2 * this.v } }
function fib(n) { if (n < 2) return n
  return fib(n - 1) + fib(n - 2) }
const sum = (a) => a.reduce((x, y) => x + y, 0)
function unused(x) { while (x) x-- }
function* upTo(n) { for (let i = 0; i < n; i++) yield i }
`
  const found = await validateCode(
    code,
    'javascript',
    {
      entry: 'fib',
      tests: [
        'assert.equal(fib(12), 144)',
        'assert.deepEqual([...upTo(3)], [0, 1, 2])',
        'assert.equal(sum([1, 2]), 3)',
        'assert(new Box(3).twice === 6)',
      ],
    },
    options,
  )
  assert.is(found.success, true, found.why ?? '')
  assert.is(found.runtime?.functions.find(({ name }) => name === 'fib')?.calls, 465)
  assert.equal(found.testCoverage?.missed, [6])
  assert.is(found.cases.find(({ inputs }) => inputs[0] === '13')?.expectedBehaviour?.text, '233')
  const wrong = await validateCode(
    code,
    'javascript',
    { entry: 'fib', tests: ['assert.equal(fib(3), 3)'] },
    options,
  )
  assert.match(wrong.why!, /AssertionError/)
})

test('TypeScript runs as well', async () => {
  const code = 'function add(a: number, b: number = 1): number { return a + b }\n'
  const { success, cases } = await validateCode(
    code,
    'typescript',
    { tests: ['assert.equal(add(1, 2), 3)'] },
    options,
  )
  assert.is(success, true)
  assert.ok(cases.length > 5)
})

test('Rust and Go are read where they cannot be run', async () => {
  const {
    executed,
    why,
    static: known,
  } = await validateCode('fn f() -> i32 { 1 }\nfn main() {}', 'rust', {}, options)
  assert.is(known.functions.length, 2)
  if (!executed) assert.ok(why !== null)
})

test('wrong arguments are refused', async () => {
  const refused = async (run: () => Promise<unknown>, argument: string) =>
    assert.is(
      await run().then(
        () => null,
        (error: { argument: string }) => error.argument,
      ),
      argument,
    )
  await refused(() => validateCode('x', 'cobol'), 'language')
  await refused(() => validateCode('x', 'python', { entry: 'gone' }, options), 'metadata.entry')
  await refused(
    () => validateCode('x', 'python', { tests: 'x' as unknown as string[] }, options),
    'metadata.tests',
  )
  await refused(() => validateCode('x', 'python', { mostCases: -1 }, options), 'metadata.mostCases')
  await refused(() => validateCode('x', 'python', { entries: 1 } as object, options), 'metadata.entries')
})

test.after(() => sandbox.dispose())
test.run()
