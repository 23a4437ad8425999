// Takes one thing after another out of the Metal kernels, barriers, their memory flags and guards, and looks who notices.
// A mutant that nobody notices is a place that no test holds: it fails, unless test/metal/ops/<op>.ts says why the
// kernel is the same without it. --all prints every mutant; --barriers leaves out the guards. --changed leaves out files for
// which proven.json tells that their barriers are held; --record writes there which ones are.
//   node --import tsx scripts/metal/mutate.ts [--all] [--barriers [--changed] [--record]] [op or header.h…]
// Ends with the line `N passed, N failed`.
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { kernelCases } from '../../test/metal/ops/cases.ts'
import { transpile } from '../transpiled/transpile.mjs'
import { buildKernel, KernelError, type Mode } from './build.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { kernelOps, ROOT } from './paths.ts'
import { hashOfMutants, readProven, writeProven } from './proven.ts'

const SECONDS = 300
const SURVIVES = 'survives'
const BROKEN = 'does not compile'

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
for (const flag of ['--changed', '--record'])
  if (flags.includes(flag) && !flags.includes('--barriers'))
    throw new Error(`${flag} goes with --barriers: what is recorded is whether these are held`)
const base = join('build', 'metal', `mutants-${process.pid}`)
const known = [...kernelCases.values()].flatMap(({ survivors = [] }) => survivors)
const count = { noticed: 0, known: 0, survive: 0 }

interface Job {
  /** A file of kernels/. */
  readonly file: string
  readonly mutant: Mutant
  /** Ops whose tests may notice. */
  readonly users: readonly string[]
}

/** Files with a mutant that nobody noticed. */
const loose = new Set<string>()
let unchanged = 0
const hashOf = ({ file, users }: Pick<Job, 'file' | 'users'>) => hashOfMutants(file, users, includedBy)

const loader = await transpile()
const all = allJobs()
const jobs = all.values()
await Promise.all(
  Array.from({ length: availableParallelism() }, async (_, worker) => {
    for (const job of jobs) report(job, await noticedBy(job, join(base, `${worker}`)))
  }),
)
rmSync(join(ROOT, base), { recursive: true, force: true })
if (flags.includes('--record')) record()
console.log(`${count.known} survive for reasons given`)
if (flags.includes('--changed'))
  console.log(`${unchanged} files of kernels/ are as they were when all was noticed`)
console.log(`${count.noticed + count.known} passed, ${count.survive} failed`)
process.exitCode = count.survive > 0 ? 1 : 0

function allJobs(): Job[] {
  const ops = kernelOps()
  const headers = readdirSync(join(ROOT, 'kernels')).filter((name) => name.endsWith('.h'))
  const files = [
    ...ops.map((op) => ({ file: `${op}.metal`, users: [op] })),
    ...headers.map((file) => ({ file, users: ops.filter((op) => includedBy(`${op}.metal`).has(file)) })),
  ]
  const proven = flags.includes('--changed') ? readProven() : {}
  return files
    .filter(({ file }) => named.length === 0 || named.includes(file.replace('.metal', '')))
    .filter((each) => {
      const known = proven[each.file] === hashOf(each)
      if (known) unchanged++
      return !known
    })
    .flatMap(({ file, users }) => mutantsOf(sourceOf(file)).map((mutant) => ({ file, mutant, users })))
    .filter(({ mutant }) => !flags.includes('--barriers') || mutant.what.includes('barrier'))
}

function record(): void {
  const held = all.filter(({ file }) => !loose.has(file)).map((job) => [job.file, hashOf(job)])
  writeProven({ ...readProven(), ...Object.fromEntries(held) })
}

function sourceOf(file: string): string {
  return readFileSync(join(ROOT, 'kernels', file), 'utf8')
}

/** Headers of kernels/ that a file includes, itself or through another. */
function includedBy(file: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [, header] of sourceOf(file).matchAll(/^#include "kernels\/([\w.]+)"/gm)) {
    if (found.has(header!)) continue
    found.add(header!)
    includedBy(header!, found)
  }
  return found
}

function report({ file, mutant }: Job, noticed: string): void {
  const code = sourceOf(file).split('\n')[mutant.line - 1]!.trim()
  const reason = known.find((survivor) => survivor.code === code && survivor.what === mutant.what)
  // What does not compile proves nothing.
  const survives = noticed === SURVIVES || noticed.startsWith(BROKEN)
  count[survives ? (reason ? 'known' : 'survive') : 'noticed']++
  if (survives && !reason) loose.add(file)
  if (flags.includes('--all') || (survives && !reason))
    console.log(
      `kernels/${file}:${mutant.line}: ${mutant.what}: ${noticed}${survives && reason ? `: ${reason.why}` : ''}`,
    )
}

async function noticedBy({ file, mutant, users }: Job, folder: string): Promise<string> {
  for (const op of users) {
    const noticed = await tried(op, file, mutant, folder)
    if (noticed !== SURVIVES) return noticed
  }
  return SURVIVES
}

async function tried(op: string, file: string, mutant: Mutant, folder: string): Promise<string> {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
  mkdirSync(join(ROOT, folder, 'kernels'), { recursive: true })
  const source = join(folder, `${op}.metal`)
  const ofHeader = file.endsWith('.h')
  // A header is changed where only this kernel finds it.
  if (ofHeader) writeFileSync(join(ROOT, folder, 'kernels', file), mutant.text)
  writeFileSync(join(ROOT, source), ofHeader ? sourceOf(`${op}.metal`) : mutant.text)
  // The checked build notices most: the plain one is made for what it lets pass.
  for (const mode of ['checked', 'plain'] as const) {
    const verdict = await triedIn(mode, op, source, folder)
    if (verdict !== SURVIVES) return verdict
  }
  return SURVIVES
}

async function triedIn(mode: Mode, op: string, source: string, folder: string): Promise<string> {
  const output = join(ROOT, folder, mode, `${op}.so`)
  try {
    await buildKernel({ source, output, mode, lenient: true, headers: folder })
  } catch (error) {
    if (error instanceof KernelError) return `${BROKEN}: ${error.message.split('\n')[0]}`
    throw error
  }
  const script = [...loader, 'scripts/metal/try_mutant.ts', op, mode, join(ROOT, folder)]
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      script,
      { cwd: ROOT, encoding: 'utf8', timeout: SECONDS * 1000 },
      (error, stdout) => {
        const verdict = stdout.trim().split('\n').at(-1)
        if (verdict) resolve(verdict)
        else if (error?.signal) resolve(`ends with ${error.signal}`)
        else reject(error ?? new Error(`${op}: no verdict`))
      },
    )
  })
}
