// Programs run, each of their limits holds, and what is left of a run is told.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSandbox } from '../../../lib/curate/sandbox/sandbox.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const CANARY = 'canary-2b7e'
process.env.VMM_TEST_CANARY = CANARY // before its processes begin
const sandbox = await openSandbox({ level: 'permission', processes: 2 })
const MIB = 1 << 20

test('Python and JavaScript programs run, read stdin, and are told apart by their exit', async () => {
  const [python, javascript, failed, left] = await Promise.all([
    sandbox.run({ language: 'python', program: 'print(input(), 2**70, "é")', stdin: 'né\n' }),
    sandbox.run({
      language: 'javascript',
      program: 'console.log(readline(), 2n ** 70n, [1, { a: "é" }])',
      stdin: 'né',
    }),
    sandbox.run({ language: 'python', program: 'print("before")\n1 / 0' }),
    sandbox.run({ language: 'python', program: 'import sys\nsys.exit(3)' }),
  ])
  assert.equal([python.status, python.exitCode, python.stdout], ['ok', 0, `né ${2n ** 70n} é\n`])
  assert.equal([javascript.status, javascript.stdout], ['ok', `né ${2n ** 70n} [1,{"a":"é"}]\n`])
  assert.equal([failed.status, failed.exitCode, failed.stdout], ['error', 1, 'before\n'])
  assert.match(failed.stderr, /line 2, in <module>\n {4}1 \/ 0\n[\s\S]*ZeroDivisionError: division by zero/)
  assert.equal([left.status, left.exitCode], ['error', 3])
  assert.equal([python.executed, python.level, python.why], [true, 'permission', null])
})

test('files are beside the program, and gone with it', async () => {
  const program = 'import sub.module\nprint(sub.module.x, open("a.txt").read())\nopen("left", "w").write("x")'
  const files = { 'sub/module.py': 'x = 7', 'a.txt': 'é' }
  const one = await sandbox.run({ language: 'python', program, files })
  assert.is(one.stdout, '7 é\n', one.stderr)
  const next = await sandbox.run({ language: 'python', program: 'import os\nprint(os.listdir())' })
  assert.is(next.stdout, "['program.py']\n")
})

test('a prelude comes before the program, its tests after it, in a namespace of theirs', async () => {
  const { reports } = await sandbox.run({
    language: 'python',
    prelude: 'import sys\nbefore = "f" in program\nseen = []\n',
    program: 'def f(x):\n    return [x, "é", None, 1.5, {"a": True}]\nseen = 1',
    tests: 'report([before, seen, __name__])\nreport(program["f"](2**60))\nreport(float("inf"))',
  })
  assert.equal(reports, [[false, [], 'tests'], [String(2n ** 60n), 'é', null, 1.5, { a: true }], 'inf'])
  const script = await sandbox.run({
    language: 'javascript',
    prelude: 'let calls = 1',
    program: 'export const f = (x) => [x, "é", null]',
    tests: 'report([calls, program("f")(2), typeof calls])\nreport(undefined)',
  })
  assert.equal(script.reports, [[1, [2, 'é', null], 'number'], null])
})

test('tests that fail, and a program that does, are no success', async () => {
  const tests = 'report(1)\nassert program["f"]() == 2\nreport(2)'
  const [wrong, none, left] = await Promise.all(
    ['def f():\n    return 3', 'raise ValueError', 'def f():\n    raise SystemExit(0)'].map((program) =>
      sandbox.run({ language: 'python', program, tests }),
    ),
  )
  assert.equal([wrong!.status, wrong!.reports, wrong!.exitCode], ['error', [1], 1])
  assert.match(wrong!.stderr, /AssertionError/)
  assert.equal([none!.status, none!.reports], ['error', []])
  assert.equal([left!.status, left!.reports, left!.exitCode], ['error', [1], 1])
})

const LIMITS = {
  time: {
    program: 'print("begun", flush=True)\nwhile True:\n  pass',
    limits: { seconds: 1 },
    status: 'timeout',
  },
  memory: {
    program: 'x = []\nwhile True:\n  x.append("x" * 10**6)',
    limits: { memoryBytes: 64 * MIB },
    status: 'memory',
  },
  output: {
    program: 'while True:\n  try:\n    print("x" * 1000)\n  except BaseException:\n    pass',
    limits: { outputBytes: 20_000 },
    status: 'output',
  },
  files: { program: 'open("f", "wb").truncate(2**31 - 1)', limits: {}, status: 'error' },
  stack: { program: 'def f(): return f()\nf()', limits: {}, status: 'error' },
} as const
for (const [name, { program, limits, status }] of Object.entries(LIMITS))
  test(`the limit of ${name} holds, and the next program runs`, async () => {
    const run = await sandbox.run({ language: 'python', program, limits })
    assert.is(run.status, status, run.stderr)
    if (name === 'time') assert.equal([run.stdout, run.why], ['begun\n', 'more than 1 s'])
    if (name === 'output') assert.is(run.stdout.length, 20_000)
    if (name === 'files') assert.match(run.stderr, /No space left/)
    if (name === 'stack') assert.match(run.stderr, /RecursionError/)
    assert.is((await sandbox.run({ language: 'python', program: 'print(1)' })).stdout, '1\n')
  })

test('no file of the host, no value of its environment and no server is reached', async () => {
  const file = join(temporaryFolder(), 'secret')
  writeFileSync(file, CANARY)
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.end(CANARY)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const attempts = {
    python: `
import os, urllib.request
def attempt(look):
    try:
        print(look())
    except BaseException as error:
        print("held", type(error).__name__)
attempt(lambda: open("${file}").read())
attempt(lambda: open("${file}", "w").write("x"))
attempt(lambda: os.environ["VMM_TEST_CANARY"])
attempt(lambda: urllib.request.urlopen("http://127.0.0.1:${port}/").read())`,
    javascript: `
const attempt = async (look) => { try { console.log(String(await look())) } catch (error) { console.log('held', error.name) } }
(async () => {
  await attempt(async () => (await import('fs')).readFileSync('${file}', 'utf8'))
  await attempt(async () => (await import('fs')).writeFileSync('${file}', 'x'))
  await attempt(() => process.env.VMM_TEST_CANARY)
  await attempt(async () => (await fetch('http://127.0.0.1:${port}/')).text())
})()`,
  }
  try {
    for (const [language, program] of Object.entries(attempts)) {
      const { stdout, stderr } = await sandbox.run({ language: language as 'python', program })
      assert.equal(stdout.match(/^held \w+$/gm)?.length, 4, `${language}: ${stdout}${stderr}`)
    }
    assert.equal([readFileSync(file, 'utf8'), asked], [CANARY, []])
  } finally {
    server.close()
  }
})

test('processor time is limited by itself where the system tells it', async () => {
  if (process.platform !== 'linux') return
  const limits = { cpuSeconds: 0.3 }
  const { status, why } = await sandbox.run({ language: 'javascript', program: 'for (;;);', limits })
  assert.equal([status, why], ['timeout', 'more than 0.3 s of processor time'])
})

test('JavaScript is held by its limits too', async () => {
  const run = (program: string) =>
    sandbox.run({
      language: 'javascript',
      program,
      limits: { memoryBytes: 64 * MIB, outputBytes: 5000 },
    })
  const [memory, output, stack] = await Promise.all([
    run('const a = []; for (;;) a.push(new Uint8Array(2 ** 20))'),
    run('for (;;) try { console.log("x".repeat(100)) } catch {}'),
    run('const f = () => f() + 1; f()'),
  ])
  assert.equal([memory!.status, output!.status, stack!.status], ['memory', 'output', 'error'])
  assert.is(output!.stdout.length, 5000)
})

test('a run that is aborted ends, and others go on', async () => {
  const controller = new AbortController()
  const endless = sandbox.run(
    { language: 'python', program: 'while True: pass' },
    { signal: controller.signal },
  )
  const other = sandbox.run({ language: 'python', program: 'print(2)' })
  setTimeout(() => controller.abort(new Error('enough')), 200)
  assert.is(await endless.catch((error: Error) => error.message), 'enough')
  assert.is((await other).stdout, '2\n')
  const before = AbortSignal.abort(new Error('before'))
  assert.is(
    await sandbox.run({ language: 'python', program: '' }, { signal: before }).catch(String),
    'Error: before',
  )
})

test('Rust and Go are not run without a box', async () => {
  for (const language of ['rust', 'go'] as const) {
    const { executed, status, why } = await sandbox.run({ language, program: '' })
    assert.equal([executed, status], [false, 'error'])
    assert.match(why!, /in bubblewrap only: the level is permission/)
  }
})

test('what is no job, no limit and no level is refused by name', async () => {
  const run = (job: object) => () => sandbox.run({ language: 'python', program: '', ...job } as never)
  await rejects(run({ language: 'perl' }), 'BAD_ARGUMENT', /^language: got "perl"; expected python, /)
  await rejects(run({ program: 3 }), 'BAD_ARGUMENT', /^program: got 3/)
  await rejects(run({ test: '' }), 'BAD_ARGUMENT', /did you mean tests/)
  for (const path of ['../a', '/a', 'a/../b', '', 'a b'])
    await rejects(run({ files: { [path]: '' } }), 'BAD_ARGUMENT', /^files: got/)
  await rejects(run({ language: 'rust', tests: 'x' }), 'BAD_ARGUMENT', /^tests: /)
  await rejects(run({ limits: { seconds: 0 } }), 'BAD_ARGUMENT', /^limits\.seconds: got 0/)
  await rejects(run({ limits: { memoryBytes: 2 ** 30 } }), 'BAD_ARGUMENT', /^limits\.memoryBytes: /)
  await rejects(() => openSandbox({ level: 'none' as never }), 'BAD_ARGUMENT', /^level: got "none"/)
  await rejects(() => openSandbox({ processes: 0 }), 'BAD_ARGUMENT', /^processes: got 0/)
})

test('a sandbox that was disposed runs nothing', async () => {
  sandbox.dispose()
  await rejects(
    () => sandbox.run({ language: 'python', program: '' }),
    'DISPOSED',
    /the sandbox was disposed/,
  )
})

test.run()
