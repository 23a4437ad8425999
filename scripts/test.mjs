// Runs the tests of one suite, each file in a process of its own, and ends with the line `N passed, N failed`.
//
//   node scripts/test.mjs [suite] [part of a path…]
//
// A file's name says its suite: x.test.ts is in the daily one, `unit`, which also checks the types; x.slow.ts, x.process.ts,
// x.fuzz.ts, x.metal.ts, x.service.ts, x.pack.ts and x.deep.ts are in suites of their own. Files named x.alone.test.ts measure time
// or memory and run one after another when the others are done. A test that cannot run on a machine is
// skipped (test/support/skip.ts); it is named with the reason and the command that runs it elsewhere.
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
    minutes: 5,
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

const [first, ...others] = process.argv.slice(2)
const suite = Object.hasOwn(SUITES, first ?? '') ? first : 'unit'
const filters = suite === first ? others : process.argv.slice(2)
const { ending, minutes } = SUITES[suite]

const files = readdirSync(join(ROOT, 'test'), { recursive: true })
  .map((path) => join('test', path).split(sep).join('/'))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .sort()
const selected = files.filter((path) => path.endsWith(ending))
const alone = selected.filter((path) => path.endsWith(`.alone${ending}`) || !together.includes(suite))
const sideBySide = selected.filter((path) => !alone.includes(path))

const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const skipped = new Set()

if (suite === 'unit' && filters.length === 0)
  await step('types', ['node_modules/typescript/bin/tsc', '-p', '.'])
const flags = await transpile()
const next = sideBySide.values()
await Promise.all(Array.from({ length: availableParallelism() }, () => runAll(next)))
await runAll(alone.values())

if (suite === 'unit')
  for (const other of Object.keys(SUITES).filter((name) => name !== suite)) {
    const { ending, what, command } = SUITES[other]
    const count = files.filter((path) => path.endsWith(ending)).length
    if (count > 0) skipped.add(`${what}, ${count} file${count > 1 ? 's' : ''}: ${command}`)
  }
for (const line of skipped) console.log(`skipped: ${line}`)
if (total.skipped > 0)
  console.log(`skipped: ${total.skipped} test${total.skipped > 1 ? 's' : ''} of the files that ran`)
for (const name of failures) console.log(`failed: ${name}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
// 77: nothing of it can run here.
process.exitCode = total.failed > 0 ? 1 : total.passed === 0 && total.skipped > 0 ? 77 : 0

async function runAll(paths) {
  for (const path of paths) await step(path, [...flags, path])
}

/** Runs Node with some arguments. A step that prints no counts is one test; one that ends badly has a failure. */
async function step(name, args) {
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
