// Takes one thing after another out of the Metal kernels, barriers, their memory flags and guards, and looks who notices.
// A mutant that nobody notices is a place that no test holds: it fails, unless test/metal/ops/<op>.ts says why the
// kernel is the same without it. --all prints every mutant; --barriers leaves out the guards.
//   node --import tsx scripts/metal/mutate.ts [--all] [--barriers] [op…]
// Ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kernelCases } from '../../test/metal/ops/cases.ts'
import { buildKernel, KernelError, modes } from './build.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { kernelOps, ROOT } from './paths.ts'

const SECONDS = 120
const SURVIVES = 'survives'

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const ops = named.length > 0 ? named : kernelOps()
const folder = join('build', 'metal', `mutants-${process.pid}`)
const known = [...kernelCases.values()].flatMap(({ survivors = [] }) => survivors)
const headers = readdirSync(join(ROOT, 'kernels')).filter((name) => name.endsWith('.h'))
const count = { noticed: 0, known: 0, survive: 0 }

for (const op of ops) mutate(`${op}.metal`, [op])
for (const header of headers) {
  const users = kernelOps().filter((op) => includes(`${op}.metal`, header))
  if (users.some((op) => ops.includes(op)))
    mutate(
      header,
      users.filter((op) => ops.includes(op)),
    )
}
rmSync(join(ROOT, folder), { recursive: true, force: true })
console.log(`${count.known} survive for reasons given`)
console.log(`${count.noticed + count.known} passed, ${count.survive} failed`)
process.exitCode = count.survive > 0 ? 1 : 0

function sourceOf(file: string): string {
  return readFileSync(join(ROOT, 'kernels', file), 'utf8')
}

/** Whether a source includes a header, or another one that does. */
function includes(file: string, header: string): boolean {
  const own = [...sourceOf(file).matchAll(/"kernels\/(\w+\.h)"/g)].map(([, name]) => name!)
  return own.some((name) => name === header || includes(name, header))
}

/** Tries all mutants of a file of the kernels of some ops, until one of these notices. */
function mutate(file: string, users: readonly string[]): void {
  const lines = sourceOf(file).split('\n')
  for (const mutant of mutantsOf(sourceOf(file))) {
    if (flags.includes('--barriers') && !mutant.what.includes('barrier')) continue
    let noticed = SURVIVES
    for (const op of users) if (noticed === SURVIVES) noticed = tried(op, file, mutant)
    const code = lines[mutant.line - 1]!.trim()
    const reason = known.find((survivor) => survivor.code === code && survivor.what === mutant.what)
    const survives = noticed === SURVIVES
    count[survives ? (reason ? 'known' : 'survive') : 'noticed']++
    if (flags.includes('--all') || (survives && !reason))
      console.log(
        `kernels/${file}:${mutant.line}: ${mutant.what}: ${noticed}${survives && reason ? `: ${reason.why}` : ''}`,
      )
  }
}

function tried(op: string, file: string, mutant: Mutant): string {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
  mkdirSync(join(ROOT, folder, 'kernels'), { recursive: true })
  const source = join(folder, `${op}.metal`)
  // A header is changed where only this kernel finds it.
  const moved = (text: string) => text.replace(/"kernels\/(\w+\.h)"/g, `"${folder}/kernels/$1"`)
  for (const name of file.endsWith('.h') ? headers : [])
    writeFileSync(join(ROOT, folder, 'kernels', name), moved(name === file ? mutant.text : sourceOf(name)))
  writeFileSync(join(ROOT, source), file.endsWith('.h') ? moved(sourceOf(`${op}.metal`)) : mutant.text)
  try {
    for (const mode of modes)
      buildKernel({ source, output: join(ROOT, folder, mode, `${op}.so`), mode, lenient: true })
  } catch (error) {
    if (error instanceof KernelError) return `does not compile: ${error.message.split('\n')[0]}`
    throw error
  }
  const { stdout, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/metal/try_mutant.ts', op, join(ROOT, folder)],
    { cwd: ROOT, encoding: 'utf8', timeout: SECONDS * 1000 },
  )
  return stdout.trim().split('\n').at(-1) || `ends with ${signal ?? 'an error'}`
}
