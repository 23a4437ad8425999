// Runs the tests of one suite or of several, each file in a process of its own, and ends with the line `N passed, N failed`.
//
//   node scripts/test.mjs [suite…] [part of a path…]
//
// A file's name says its suite: x.test.ts is in the daily one, `unit`, which also checks the types; x.slow.ts, x.process.ts,
// x.fuzz.ts, x.metal.ts, x.service.ts, x.pack.ts and x.deep.ts are in suites of their own. Files of several suites run side by
// side, those of the suite named first come first: name the one with long files first, so that no processor is idle at the
// end. A test that cannot run on a machine is skipped (test/support/skip.ts); it is named with the reason and the command
// that runs it elsewhere.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, sep } from 'node:path'
import { countsOf, runProgram } from './run-program.mjs'
import { ROOT } from './setup/paths.mjs'
import { transpile } from './transpiled/transpile.mjs'

const SUITES = {
  unit: { ending: '.test.ts', what: 'unit tests', command: 'npm test', minutes: 5 },
  slow: {
    ending: '.slow.ts',
    what: 'unit tests of half a minute each',
    command: 'npm run test:slow',
    minutes: 15,
  },
  processes: {
    ending: '.process.ts',
    what: 'tests of workers, crashes and whole processes',
    command: 'npm run test:processes',
    minutes: 15,
  },
  fuzz: {
    ending: '.fuzz.ts',
    what: 'fuzzers',
    command: 'npm run test:fuzz',
    minutes: 15 * Math.max(1, Number(process.env.VMM_FUZZ_FILES ?? 0) / 1000),
  },
  metal: {
    ending: '.metal.ts',
    what: 'tests of Metal kernels on the CPU',
    command: 'npm run test:metal',
    minutes: 15,
  },
  services: {
    ending: '.service.ts',
    what: 'tests of stores in databases',
    command: 'npm run test:services',
    minutes: 15,
  },
  pack: {
    ending: '.pack.ts',
    what: 'tests of the package with its prebuilt addons',
    command: 'npm run test:pack',
    minutes: 15,
  },
  deep: { ending: '.deep.ts', what: 'hours-long tests', command: 'npm run test:deep', minutes: 24 * 60 },
}

/** Suites whose files do not mind each other. */
const together = ['unit', 'slow', 'processes', 'services', 'metal', 'fuzz']

const args = process.argv.slice(2)
const firstFilter = args.findIndex((arg) => !Object.hasOwn(SUITES, arg))
const filters = firstFilter < 0 ? [] : args.slice(firstFilter)
const suites = filters.length === args.length ? ['unit'] : args.slice(0, args.length - filters.length)

const files = readdirSync(join(ROOT, 'test'), { recursive: true })
  .map((path) => join('test', path).split(sep).join('/'))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .sort()
const filesOf = (suite) => files.filter((path) => path.endsWith(SUITES[suite].ending))
const selected = suites.flatMap((suite) => filesOf(suite).map((path) => ({ suite, path })))
const sideBySide = selected.filter(({ suite }) => together.includes(suite))
const alone = selected.filter(({ suite }) => !together.includes(suite))

const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const skipped = new Set()

if (suites.includes('unit') && filters.length === 0)
  await step('types', ['node_modules/typescript/bin/tsc', '-p', '.'], SUITES.unit.minutes)
const flags = await transpile()
const next = sideBySide.values()
await Promise.all(Array.from({ length: availableParallelism() }, () => runAll(next)))
await runAll(alone.values())

if (suites.includes('unit'))
  for (const other of Object.keys(SUITES).filter((name) => !suites.includes(name))) {
    const { what, command } = SUITES[other]
    const count = filesOf(other).length
    if (count > 0) skipped.add(`${what}, ${count} file${count > 1 ? 's' : ''}: ${command}`)
  }
for (const line of skipped) console.log(`skipped: ${line}`)
if (total.skipped > 0)
  console.log(`skipped: ${total.skipped} test${total.skipped > 1 ? 's' : ''} of the files that ran`)
for (const name of failures) console.log(`failed: ${name}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
// 77: nothing of it can run here.
process.exitCode = total.failed > 0 ? 1 : total.passed === 0 && total.skipped > 0 ? 77 : 0

async function runAll(tests) {
  for (const { suite, path } of tests) await step(path, [...flags, path], SUITES[suite].minutes)
}

/** Runs Node with some arguments. A step that prints no counts is one test; one that ends badly has a failure. */
async function step(name, args, minutes) {
  const started = performance.now()
  const { output, problem } = await runProgram(process.execPath, args, { minutes })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const { passed, failed, skipped: left } = countsOf(output, name.endsWith('.ts'), problem)
  total.passed += passed
  total.failed += failed
  total.skipped += left
  for (const [, test] of output.matchAll(/^skipped test: (.+)$/gm))
    skipped.add(`${test}; elsewhere: node --import tsx ${name}`)
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}${left ? `, ${left} skipped` : ''}`
  console.log(
    `${failed ? 'FAILED' : 'ok    '} ${name}: ${counts}, ${seconds} s${problem ? ` (${problem})` : ''}`,
  )
  if (failed === 0) return
  failures.push(name)
  console.log(output.trimEnd())
}
