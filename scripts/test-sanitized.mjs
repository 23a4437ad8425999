// Builds the scalar code with sanitizers and runs it: the C++ tests and the program fuzzer (for VMM_FUZZ_SECONDS)
// with address and undefined, the C++ tests again with thread, and the op tests on a sanitized addon.
// Ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { succeeds } from './run-program.mjs'
import { removeForeign } from './setup/cmake_cache.mjs'
import { ROOT } from './setup/paths.mjs'

const total = { passed: 0, failed: 0 }

const seeds = programSeeds()
testNative('address,undefined', {
  fuzz_program: seeds,
  test_mapped: [],
  test_program: [],
  test_scratch: [],
  test_workers: [],
  test_dots_scalar: [],
  math_ulp_scalar: [],
})
testNative('thread', { test_mapped: [], test_program: [], test_workers: [] })
testOps()
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

/** A program of each op, for the fuzzer to begin with. */
function programSeeds() {
  const folder = join(ROOT, 'build', 'program-seeds')
  const written = succeeds(process.execPath, ['--import', 'tsx', 'scripts/write-program-seeds.ts', folder])
  if (!count('seeds of the program fuzzer', written)) return []
  return readdirSync(folder).map((name) => join(folder, name))
}

/** Builds native/test with some sanitizers and runs programs with their arguments. */
function testNative(sanitizers, programs) {
  const folder = join('build', `native-${sanitizers.replace(',', '-')}`)
  const settings = [`-DVMM_SANITIZE=${sanitizers}`, '-DVMM_SCALAR=ON']
  const jobs = String(availableParallelism())
  removeForeign(join(ROOT, folder), ROOT)
  const built =
    succeeds('cmake', ['-S', '.', '-B', folder, ...settings]) &&
    succeeds('cmake', ['--build', folder, '-j', jobs])
  if (!count(`build for ${sanitizers}`, built)) return
  for (const [name, args] of Object.entries(programs))
    count(`${name} (${sanitizers})`, succeeds(join(ROOT, folder, 'native', 'test', name), args))
}

/** Node itself is not sanitized, so the sanitizer's library comes first by LD_PRELOAD. */
function testOps() {
  const library = asanLibrary()
  if (library === null) {
    console.log('skipped: op tests on a sanitized addon: they need Linux and GCC')
    return
  }
  const folder = join(ROOT, 'build', 'sanitized')
  const settings = ['--CDVMM_SANITIZE=address,undefined', '--CDVMM_SCALAR=ON']
  const built = succeeds(process.execPath, ['scripts/build-native.mjs', '--build-dir', folder, ...settings])
  if (!count('sanitized addon', built)) return
  const { stdout } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/ops/'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 2],
    env: {
      ...process.env,
      VMM_ADDON: join(folder, 'Release', 'vector_mamba.node'),
      LD_PRELOAD: library,
      ASAN_OPTIONS: 'detect_leaks=0', // V8 leaves much to the end of the process
    },
  })
  console.log(stdout.replace(/^\d+ passed, \d+ failed\n$/m, '').trimEnd())
  const [, passed = 0, failed = 1] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? []
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

function count(name, ok) {
  total[ok ? 'passed' : 'failed']++
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`)
  return ok
}
