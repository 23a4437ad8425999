// Compiles kernels/*.metal for the CPU, each to a shared library, in a plain and a checked build:
//   build/metal/plain/<op>.so, build/metal/checked/<op>.so
// What neither the sources nor the compiler changed is not compiled again. Quiet unless it fails.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { findCompiler, NoCompiler } from './compiler.ts'
import { formatFinding, lintTypes, lintWords } from './lint.ts'
import { kernelOps, ROOT } from './paths.ts'
import { NAMESPACE, type Rewritten, rewrite, SourceError } from './rewrite.ts'
import { tokenize } from './tokens.ts'

export const modes = ['plain', 'checked'] as const
export type Mode = (typeof modes)[number]

/** Kernels that do not compile, or that Metal would not take: what to print. */
export class KernelError extends Error {}

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['-target', 'x86_64-linux-gnu', '-march=x86-64-v3'],
  'linux-arm64': ['-target', 'aarch64-linux-gnu'],
}
const COMMON = ['-I.', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror', '-gline-tables-only']
const DIALECT = [
  ...['-x', 'clcpp', '-cl-std=clc++2021', '-cl-no-stdinc', '-fdeclspec'],
  ...['-ffp-contract=off', '-fno-math-errno', '-fno-strict-aliasing'],
  ...['-Xclang', '-ffloat16-excess-precision=none', '-ftrivial-auto-var-init=pattern'],
]
// Headers have functions that not every kernel calls, and sizes are also read by the host.
const UNUSED = ['-Wno-unused-function', '-Wno-unused-const-variable']
// Vectorised accesses would be wider than what the sanitizer pass looks at.
const OPTIMISE: Readonly<Record<Mode, readonly string[]>> = {
  plain: ['-O2'],
  checked: [
    ...['-O1', '-DVMM_CHECKED', '-fno-vectorize', '-fno-slp-vectorize'],
    ...['-fsanitize=thread', '-mllvm', '-tsan-instrument-read-before-write=1'],
  ],
}
const SANITIZER_ONLY = ['-fsanitize=thread', '-mllvm', '-tsan-instrument-read-before-write=1']
/** Preprocessing keeps Metal's words as they are, so that attributes such as [[threadgroup(0)]] survive. */
const PREPROCESS = [
  ...['-E', '-x', 'c++', '-std=c++17', '-undef', '-nostdinc', '-D__METAL_VERSION__=310', '-I.'],
  '-Inative/metal_emulated/msl/include',
]

export interface Job {
  /** A .metal file, relative to the top folder or absolute. */
  readonly source: string
  readonly output: string
  readonly mode: Mode
  /** Not linted, and warnings are no errors: for kernels that were changed on purpose. */
  readonly lenient?: true
  /** A folder whose headers come before the project's. */
  readonly headers?: string
}

/** Builds all kernels, or those of some ops, and gives the folder that has a folder for each mode. */
export async function buildKernels(ops: readonly string[] = kernelOps()): Promise<string> {
  const folder = join(ROOT, 'build', 'metal')
  const problems: string[] = []
  const left = ops.values()
  const buildSome = async (): Promise<void> => {
    for (const op of left)
      try {
        for (const mode of modes)
          await buildKernel({ source: `kernels/${op}.metal`, output: join(folder, mode, `${op}.so`), mode })
      } catch (error) {
        if (!(error instanceof KernelError)) throw error
        problems.push(error.message)
      }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, buildSome))
  if (problems.length > 0) throw new KernelError(problems.join('\n'))
  return folder
}

export async function buildKernel(job: Job): Promise<void> {
  const stamp = `${job.output}.stamp`
  const wanted = fingerprint(job)
  if (existsSync(job.output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  mkdirSync(dirname(job.output), { recursive: true })
  rmSync(stamp, { force: true })
  await compileKernel(job)
  writeFileSync(stamp, wanted)
}

/** What clang makes of a source before it compiles it: with its headers, without comments. */
export function preprocess(source: string, headers?: string): Promise<string> {
  const { compile } = findCompiler()
  return run([...compile, ...(headers ? [`-I${headers}`] : []), ...PREPROCESS, source])
}

/** Throws KernelError when the source has mistakes that can be seen before it is compiled. */
async function rewrittenSource(
  source: string,
  linted: boolean,
  headers: string | undefined,
): Promise<Rewritten> {
  const preprocessed = await preprocess(source, headers)
  const name = relative(ROOT, join(ROOT, source))
  const words = linted ? lintWords(tokenize(preprocessed, name)) : []
  if (words.length > 0) throw new KernelError(words.map(formatFinding).join('\n'))
  try {
    return rewrite(name, preprocessed)
  } catch (error) {
    if (error instanceof SourceError) throw new KernelError(error.message)
    throw error
  }
}

async function compileKernel({ source, output, mode, lenient, headers }: Job): Promise<void> {
  const { compile, link } = findCompiler()
  const target = TARGETS[`${process.platform}-${process.arch}`] ?? []
  const rewritten = await rewrittenSource(source, !lenient, headers)
  const part = (name: string) => `${output}.${name}`
  writeFileSync(part('clcpp'), rewritten.kernels)
  writeFileSync(part('cc'), rewritten.table)
  const dialect = [...compile, ...DIALECT, ...target, ...COMMON, ...UNUSED, ...(lenient ? ['-w'] : [])]
  if (mode === 'plain' && !lenient) {
    const dump = ['-fsyntax-only', '-Xclang', '-ast-dump=json', '-Xclang', `-ast-dump-filter=${NAMESPACE}`]
    const types = lintTypes(await run([...dialect, ...dump, part('clcpp')]), source)
    if (types.length > 0) throw new KernelError(types.map(formatFinding).join('\n'))
  }
  await run([...dialect, ...OPTIMISE[mode], '-c', part('clcpp'), '-o', part('kernels.o')])
  const plain = OPTIMISE[mode].filter((flag) => !SANITIZER_ONLY.includes(flag))
  await run([
    ...compile,
    '-x',
    'c++',
    '-std=c++20',
    ...target,
    ...COMMON,
    ...plain,
    '-c',
    part('cc'),
    '-o',
    part('table.o'),
  ])
  // A library gets its name when it is complete, and a new file each time: an old one may be loaded.
  await run([...link, part('kernels.o'), part('table.o'), '-o', part('new')])
  renameSync(part('new'), output)
  for (const name of ['kernels.o', 'table.o']) rmSync(part(name))
}

function run([program, ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 } as const
    execFile(program!, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new KernelError(stderr.trimEnd() || error.message))
    })
  })
}

let shared: string | null = null

/** A hash of all that the library depends on: its source, all headers, these scripts and the compiler. */
function fingerprint({ source, mode }: Job): string {
  shared ??= hashOf([
    ...filesIn('kernels').filter((path) => path.endsWith('.h')),
    ...filesIn('native/metal_emulated/msl'),
    'native/metal_emulated/abi.h',
    ...filesIn('scripts/metal'),
  ])
  const hash = createHash('sha256').update(`${findCompiler().name}\0${shared}\0${mode}\0${source}\0`)
  return hash.update(readFileSync(join(ROOT, source))).digest('hex')
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  return hash.digest('hex')
}

if (process.argv[1]?.endsWith('scripts/metal/build.ts'))
  try {
    await buildKernels(process.argv.length > 2 ? process.argv.slice(2) : undefined)
  } catch (error) {
    if (!(error instanceof KernelError || error instanceof NoCompiler)) throw error
    const skipped = error instanceof NoCompiler
    console.error(skipped ? `skipped: ${error.message}` : error.message)
    process.exitCode = skipped ? 77 : 1
  }
