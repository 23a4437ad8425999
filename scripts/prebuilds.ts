// Builds the addons that the package brings, for all platforms on this one, and checks them:
//   prebuilds/<platform>-<arch>/…node
// The cross compiler, zig, is installed into tools/zig the first time. What the compiler says is in
// build/prebuilds/<platform>-<arch>/build.log. Exits with 77 and the reason where zig cannot be had.
//
//   npm run prebuilds -- [linux-x64] [linux-arm64] [darwin-arm64]
//   npm run prebuilds -- --changed    all of them if their sources are not those of the record. Otherwise those that are
//                                     here are kept true; without one for this machine, what was compiled on it stands in
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './metal/paths.ts'
import { problemsOf } from './prebuilds/check.ts'
import { copyCompiled, isCrossBuilt } from './prebuilds/compiled_here.ts'
import { hashOfSources, RECORD, record, recordedHash } from './prebuilds/sources.ts'
import { pathOf, type Target, targetsNamed } from './prebuilds/targets.ts'

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  console.error(`prebuilds: ${(error as Error).message}`)
  process.exitCode = 1
}

function main(args: readonly string[]): number {
  const sources = hashOfSources()
  const known = args[0] === '--changed' && recordedHash() === sources
  const all = targetsNamed(args.filter((arg) => arg !== '--changed'))
  const standIns = known ? all.filter((target) => isForThis(target) && !isCrossBuilt(target)) : []
  const selected = all.filter((target) => !known || isCrossBuilt(target))
  for (const target of standIns) {
    copyCompiled(target)
    console.log(`${target.path}: what was compiled on this machine`)
  }
  const left = all.filter((target) => !selected.includes(target)).map(({ name }) => name)
  if (left.length > 0)
    console.log(
      `not built: ${left.join(', ')}: their sources are those of ${RECORD}; npm run prebuilds builds them`,
    )
  if (selected.length === 0) return 0
  const zig = spawnSync(process.execPath, ['scripts/zig.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  })
  if (zig.status !== 0) return zig.status ?? 1
  for (const target of selected) if (!build(target, zig.stdout.trim()) || !check(target)) return 1
  if (selected.length === targetsNamed([]).length && record(sources))
    console.log(
      `${RECORD} is new: it says that these sources build on all platforms, and belongs into the commit`,
    )
  return 0
}

function isForThis({ name }: Target): boolean {
  return name === `${process.platform}-${process.arch}`
}

function build(target: Target, zig: string): boolean {
  const started = performance.now()
  const folder = join('build', 'prebuilds', target.name)
  const settings = {
    CMAKE_TOOLCHAIN_FILE: join(ROOT, 'cmake', 'zig.cmake'),
    ZIG_EXE: zig,
    ZIG_TARGET: target.triple,
  }
  const flags = Object.entries(settings).map(([name, value]) => `--CD${name}=${value}`)
  const { status } = spawnSync(
    process.execPath,
    ['scripts/build-native.mjs', '--build-dir', folder, ...flags],
    // Compiler caches take zig's subcommand for a source file.
    { cwd: ROOT, stdio: 'ignore', env: { ...process.env, CMAKE_CXX_COMPILER_LAUNCHER: '' } },
  )
  if (status !== 0) {
    reportFailure(target, join(folder, 'build.log'))
    return false
  }
  const path = pathOf(target)
  mkdirSync(dirname(path), { recursive: true })
  copyFileSync(join(ROOT, folder, 'Release', 'vector_mamba.node'), path)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${target.path}: ${(statSync(path).size / 1e6).toFixed(2)} MB, ${seconds} s`)
  return true
}

/** The first build has some 37,000 lines of warnings about libc++: only errors, and what came last, are shown. */
function reportFailure(target: Target, log: string): void {
  const lines = readFileSync(join(ROOT, log), 'utf8').trimEnd().split('\n')
  const errors = lines.filter((line) => /\berror:/i.test(line)).slice(0, 20)
  console.error(
    [...errors, ...lines.slice(-10), `${target.name} does not build; all of it is in ${log}`].join('\n'),
  )
}

function check(target: Target): boolean {
  const problems = problemsOf(target, readFileSync(pathOf(target)))
  for (const problem of problems) console.error(`${target.path} ${problem}`)
  return problems.length === 0
}
