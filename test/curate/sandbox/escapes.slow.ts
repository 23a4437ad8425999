// Programs that want out of the sandbox, at each level that works here, with canaries: a file, a folder to write to, a value
// of the environment, and a server. None is reached, and after each attempt the next program runs as if there had been none.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SandboxJob, SandboxResult } from '../../../lib/curate/sandbox/job.ts'
import { openSandbox } from '../../../lib/curate/sandbox/sandbox.ts'
import { type SandboxLevel, stateOf } from '../../../lib/curate/sandbox/working_level.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { testUnless } from '../../support/skip.ts'
import { JAVASCRIPT_ATTEMPTS, PYTHON_ATTEMPTS } from './attempts.ts'

const VALUE = 'canary-5f1c9a'
const folder = join(temporaryFolder(), 'canaries')
mkdirSync(folder)
const file = join(folder, 'secret')
writeFileSync(file, VALUE)
process.env.VMM_TEST_CANARY = VALUE
const requests: string[] = []
const server = createServer((request, response) => {
  requests.push(request.url!)
  response.end(VALUE)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo

const filled = (program: string) =>
  program
    .replaceAll('{file}', file)
    .replaceAll('{folder}', folder)
    .replaceAll('{value}', VALUE)
    .replaceAll('{port}', String(port))

/** What shows that an attempt has reached something. */
function held(name: string, { stdout, stderr, status, seconds }: SandboxResult): void {
  for (const text of [stdout, stderr])
    assert.not.ok(text.includes(VALUE) || /^REACHED/m.test(text), `${name}: ${status}: ${text.slice(0, 300)}`)
  assert.ok(seconds < 30, `${name}: ${seconds} s`)
  assert.equal(readdirSync(folder), ['secret'], name)
  assert.equal(requests, [], name)
}

const limits = { seconds: 4, cpuSeconds: 0.7, outputBytes: 100_000, memoryBytes: 96 << 20 }
const ROOM = { seconds: 30, cpuSeconds: 15 }
const CHECKS: readonly SandboxJob[] = [
  {
    limits: ROOM,
    language: 'python',
    program:
      'import os, json\nprint(sorted(os.listdir("/program")), os.path.exists("/tmp/left"), json.dumps([1]))',
    tests: 'report(1)',
  },
  { limits: ROOM, language: 'javascript', program: 'console.log(typeof {}.reached, [].length)' },
]

for (const level of ['permission', 'bubblewrap'] as const satisfies SandboxLevel[]) {
  const { problem } = await stateOf(level)
  for (const [language, attempts] of [
    ['python', PYTHON_ATTEMPTS],
    ['javascript', JAVASCRIPT_ATTEMPTS],
  ] as const)
    testUnless(
      problem,
      `${level}: ${language}: ${Object.keys(attempts).length} attempts are held`,
      async () => {
        const sandbox = await openSandbox({ level, processes: 2, limits })
        const failures: string[] = []
        await Promise.all(
          Object.entries(attempts).map(async ([name, program]) => {
            const result = await sandbox.run({ language, program: filled(program) })
            try {
              held(name, result)
            } catch (error) {
              failures.push((error as Error).message)
            }
          }),
        )
        assert.equal(failures, [])
        for (const check of CHECKS) {
          const runs = await Promise.all([sandbox.run(check), sandbox.run(check)])
          for (const { stdout, status } of runs) {
            assert.is(status, 'ok')
            assert.is(stdout, check.language === 'python' ? "['program.py'] False [1]\n" : 'undefined 0\n')
          }
        }
        sandbox.dispose()
      },
    )
}

const toolchain = (await stateOf('bubblewrap')).problem
testUnless(toolchain, 'bubblewrap: native programs see the box, and no more', async () => {
  const sandbox = await openSandbox({ level: 'bubblewrap', processes: 2, limits: { ...limits, seconds: 15 } })
  const run = (program: string) => sandbox.run({ language: 'rust', program: filled(program) })
  const first = await run('fn main() { println!("{}", 6 * 7); }')
  if (!first.executed) return
  assert.equal([first.status, first.stdout], ['ok', '42\n'], first.stderr)
  const programs: Readonly<Record<string, string>> = {
    'a file': 'fn main() { println!("{:?}", std::fs::read_to_string("{file}")); }',
    'a folder': 'fn main() { println!("{:?}", std::fs::write("{folder}/made", "x")); }',
    environment: 'fn main() { for one in std::env::vars() { println!("{:?}", one); } }',
    server:
      'fn main() { println!("{:?}", std::net::TcpStream::connect("127.0.0.1:{port}").map(|_| "REACHED")); }',
    command: 'fn main() { println!("{:?}", std::process::Command::new("cat").arg("{file}").output()); }',
    'the system':
      'fn main() { for path in ["/usr/x", "/x", "/dev/shm/x", "/program/x"] { if std::fs::write(path, "x").is_ok() { println!("REACHED {path}"); } } }',
    'an endless loop': 'fn main() { loop {} }',
    'endless output': 'fn main() { loop { println!("xxxxxxxxxxxxxxxx"); } }',
    memory: 'fn main() { let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 20]); } }',
    files:
      'fn main() { println!("{:?}", std::fs::write("/tmp/big", vec![1u8; 1 << 30]).map(|_| "REACHED")); }',
  }
  await Promise.all(
    Object.entries(programs).map(async ([name, program]) => {
      const result = await run(program)
      assert.ok(result.executed)
      held(name, result)
      if (name.startsWith('endless') || name.startsWith('an endless'))
        assert.not.ok(result.status === 'ok', name)
    }),
  )
  sandbox.dispose()
})

test.after(() => {
  server.close()
})
test.run()
