// Builds the scalar code with sanitizers and runs it: with address and undefined the C++ tests, the program fuzzer (for
// VMM_FUZZ_SECONDS) and the op tests; with thread the C++ tests.
// Ends with the line `N passed, N failed`. --changed: see tried.mjs.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './run-program.mjs'
import { removeForeign } from './setup/cmake_cache.mjs'
import { ROOT } from './setup/paths.mjs'
import { tried } from './tried.mjs'

const MINUTES = 60
const ADDRESS = 'address,undefined'
const total = { passed: 0, failed: 0 }

const passedWithThis = tried('sanitizers', ['scripts/test-sanitized.mjs', 'scripts/write-program-seeds.ts'])
const seeds = await programSeeds()
const folder = join(ROOT, 'build', 'sanitized')
if (await builtForAddress())
  // The fuzzer has one core: the other ones do the rest meanwhile.
  await Promise.all([
    testNative(ADDRESS, join(folder, 'cmake'), [
      'fuzz_program',
      'test_mapped',
      'test_program',
      'test_scratch',
      'test_workers',
      'test_dots_scalar',
      'math_ulp_scalar',
    ]),
    testOps().then(testThreads),
  ])
else await testThreads()
passedWithThis(total)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

/** A program of each op, for the fuzzer to begin with. */
async function programSeeds() {
  const folder = join(ROOT, 'build', 'program-seeds')
  const script = ['--import', 'tsx', 'scripts/write-program-seeds.ts', folder]
  if (!(await count('seeds of the program fuzzer', process.execPath, script))) return []
  return readdirSync(folder).map((name) => join(folder, name))
}

/** The addon and the C++ tests are of the same objects. */
function builtForAddress() {
  const settings = { VMM_SANITIZE: ADDRESS, VMM_SCALAR: 'ON', VMM_TESTS: 'ON' }
  const flags = Object.entries(settings).map(([name, value]) => `--CD${name}=${value}`)
  const script = ['scripts/build-native.mjs', '--build-dir', folder, ...flags]
  return count(`build for ${ADDRESS}`, process.execPath, script)
}

async function testThreads() {
  const folder = join(ROOT, 'build', 'native-thread')
  removeForeign(folder, ROOT)
  const programs = ['test_mapped', 'test_program', 'test_workers']
  const settings = ['-DVMM_SANITIZE=thread', '-DVMM_SCALAR=ON']
  const build = ['--build', folder, '-j', String(availableParallelism()), '--target', ...programs]
  const built =
    (await count('configuration for thread', 'cmake', ['-S', '.', '-B', folder, ...settings])) &&
    (await count('build for thread', 'cmake', build))
  if (built) await testNative('thread', folder, programs)
}

/** Runs programs of native/test. */
async function testNative(sanitizers, build, programs) {
  for (const name of programs) {
    const args = name === 'fuzz_program' ? seeds : []
    await count(`${name} (${sanitizers})`, join(build, 'native', 'test', name), args)
  }
}

/** Node itself is not sanitized, so the sanitizer's library comes first by LD_PRELOAD. */
async function testOps() {
  const library = asanLibrary()
  if (library === null) {
    console.log('skipped: op tests on a sanitized addon: they need Linux and GCC')
    return
  }
  const { output } = await runProgram(process.execPath, ['scripts/test.mjs', 'test/ops/'], {
    minutes: MINUTES,
    env: {
      ...process.env,
      VMM_ADDON: join(folder, 'Release', 'vector_mamba.node'),
      LD_PRELOAD: library,
      ASAN_OPTIONS: 'detect_leaks=0', // V8 leaves much to the end of the process
    },
  })
  console.log(output.replace(/^\d+ passed, \d+ failed\n$/m, '').trimEnd())
  const [, passed = 0, failed = 1] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? []
  total.passed += Number(passed)
  total.failed += Number(failed)
}

function asanLibrary() {
  if (process.platform !== 'linux') return null
  const { stdout } = spawnSync(process.env.CXX ?? 'c++', ['-print-file-name=libasan.so'], {
    encoding: 'utf8',
  })
  return stdout?.startsWith('/') ? stdout.trim() : null
}

/** Runs a program, which counts as one test. Gives whether it passed. */
async function count(name, command, args) {
  const { output, problem } = await runProgram(command, args, { minutes: MINUTES })
  total[problem === null ? 'passed' : 'failed']++
  console.log(`${problem === null ? 'ok    ' : 'FAILED'} ${name}${problem ? ` (${problem})` : ''}`)
  if (problem !== null) console.log(output.trimEnd())
  return problem === null
}
