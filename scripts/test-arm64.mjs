// Builds the addon and the C++ tests for arm64 Linux and runs them, with the op tests, on emulated processors: one
// that has every instruction set, and one that has only the baseline. An arm64 Node is fetched once into build/.
// Ends with the line `N passed, N failed`, or with exit code 77 and the reason where it cannot run. --changed: see tried.mjs.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { ARM64_COMPILER, arm64Emulator, foreignNode } from './foreign-node.mjs'
import { countsOf, runProgram, succeeds } from './run-program.mjs'
import { ROOT } from './setup/paths.mjs'
import { tried } from './tried.mjs'

const NODE_VERSION = '20.20.2'

/** Emulated processors, and the instruction sets that must be found on them. */
const MODERN = { name: 'max', sets: ['neon', 'neon_dot'] }
const OLD = { name: 'cortex-a72', sets: ['neon'] }

const folder = join(ROOT, 'build', 'arm64')
const addon = join(folder, 'Release', 'vector_mamba.node')
const total = { passed: 0, failed: 0 }

const passedWithThis = tried('arm64', ['scripts/test-arm64.mjs', 'scripts/foreign-node.mjs'])
const { emulator, node } = tools()
if (record('build for arm64', build()) && record('tests as JavaScript', transpile())) {
  const queue = programs().values()
  await Promise.all(Array.from({ length: availableParallelism() }, () => runAll(queue)))
}
passedWithThis(total)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

function tools() {
  try {
    return { emulator: arm64Emulator(), node: foreignNode('linux-arm64', NODE_VERSION) }
  } catch (error) {
    console.log(`skipped: ${error.message}`)
    process.exit(77)
  }
}

function build() {
  const settings = {
    CMAKE_SYSTEM_NAME: 'Linux',
    CMAKE_SYSTEM_PROCESSOR: 'aarch64',
    CMAKE_CXX_COMPILER: ARM64_COMPILER,
    VMM_TESTS: 'ON',
  }
  const flags = Object.entries(settings).map(([name, value]) => `--CD${name}=${value}`)
  return succeeds(process.execPath, ['scripts/build-native.mjs', '--build-dir', folder, ...flags])
}

/** Compiles lib and the op tests here: a loader would be emulated too. */
function transpile() {
  const outDir = join(folder, 'js')
  const config = join(folder, 'tsconfig.json')
  rmSync(outDir, { recursive: true, force: true })
  const compilerOptions = { noEmit: false, noCheck: true, rootDir: ROOT, outDir }
  const extended = join(ROOT, 'tsconfig.json')
  const include = [join(ROOT, 'test', 'ops')]
  writeFileSync(config, JSON.stringify({ extends: extended, compilerOptions, include }))
  return succeeds(process.execPath, ['node_modules/typescript/bin/tsc', '-p', config])
}

/** What to run, longest first. Gradients are TypeScript alone: left out. */
function programs() {
  const tests = join(folder, 'js', 'test', 'ops')
  const native = join(folder, 'cmake', 'native', 'test')
  const onNode = (cpu, name, args) => ({ name: `${name} (${cpu.name})`, cpu, args: [node, ...args] })
  const values = join(tests, 'values.test.js')
  const others = readdirSync(tests).filter((name) => !/^(values|gradients)\./.test(name))
  const compiled = readdirSync(native).filter((name) => /^test_[a-z]+$/.test(name))
  const compiledFor = ({ sets }) => [
    ...compiled,
    ...sets.flatMap((set) => [`math_ulp_${set}`, `test_dots_${set}`]),
  ]
  return [
    onNode(MODERN, 'test/ops/values', [values]),
    onNode(OLD, 'test/ops/values', [values]),
    ...[MODERN, OLD].flatMap((cpu) =>
      compiledFor(cpu).map((name) => ({ name: `${name} (${cpu.name})`, cpu, args: [join(native, name)] })),
    ),
    ...others.map((name) => onNode(MODERN, `test/ops/${basename(name, '.test.js')}`, [join(tests, name)])),
    ...[MODERN, OLD].map((cpu) =>
      onNode(cpu, `instruction sets: ${cpu.sets.join(', ')}`, [
        '-e',
        `require('assert').deepStrictEqual(require(process.env.VMM_ADDON).info().sets, ${JSON.stringify(cpu.sets)})`,
      ]),
    ),
  ]
}

async function runAll(queue) {
  for (const { name, cpu, args } of queue) {
    const started = performance.now()
    const [command, ...options] = emulator
    const { output, problem } = await runProgram(command, [...options, '-cpu', cpu.name, ...args], {
      minutes: 10,
      env: { ...process.env, VMM_ADDON: addon },
    })
    const { passed, failed } = countsOf(output, args.at(-1).endsWith('.test.js'), problem)
    total.passed += passed
    total.failed += failed
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const reason = problem ? ` (${problem})` : ''
    const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}, ${seconds} s`
    console.log(`${failed ? 'FAILED' : 'ok    '} ${name}: ${counts}${reason}`)
    if (failed > 0) console.log(output.trimEnd())
  }
}

function record(name, ok) {
  total[ok ? 'passed' : 'failed']++
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`)
  return ok
}
