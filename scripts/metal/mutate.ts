// Takes one thing after another out of the Metal kernels, barriers, their memory flags and guards, and says which mutants
// nobody notices: those are places that no test holds. What is noticed is printed with --all.
//   node --import tsx scripts/metal/mutate.ts [--all] [op…]
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildKernel, KernelError, modes } from './build.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { kernelOps, ROOT } from './paths.ts'

const SECONDS = 120
const SURVIVES = 'survives'
/** Headers with barriers, and the ops that include them. */
const SHARED: Readonly<Record<string, readonly string[]>> = { 'rows.h': ['rms_norm', 'softmax'] }

const all = process.argv.includes('--all')
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const ops = named.length > 0 ? named : kernelOps()
const folder = join('build', 'metal', 'mutants')
let survivors = 0
let count = 0
for (const op of ops) mutate(`${op}.metal`, [op])
for (const [header, users] of Object.entries(SHARED))
  if (users.some((op) => ops.includes(op))) mutate(header, users)
console.log(`${count} mutants, ${survivors} survive`)

/** Tries all mutants of a file of the kernels of some ops, until one of these notices. */
function mutate(file: string, users: readonly string[]): void {
  const text = readFileSync(join(ROOT, 'kernels', file), 'utf8')
  for (const mutant of mutantsOf(text)) {
    count++
    let noticed = SURVIVES
    for (const op of users) if (noticed === SURVIVES) noticed = tried(op, file, mutant)
    if (noticed === SURVIVES) survivors++
    if (all || noticed === SURVIVES) console.log(`kernels/${file}:${mutant.line}: ${mutant.what}: ${noticed}`)
  }
}

function tried(op: string, file: string, mutant: Mutant): string {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
  mkdirSync(join(ROOT, folder, 'kernels'), { recursive: true })
  const source = join(folder, `${op}.metal`)
  // A header is changed where only this kernel finds it.
  const changed = file.endsWith('.h')
    ? readFileSync(join(ROOT, 'kernels', `${op}.metal`), 'utf8').replace(
        `"kernels/${file}"`,
        `"${folder}/kernels/${file}"`,
      )
    : mutant.text
  if (file.endsWith('.h')) writeFileSync(join(ROOT, folder, 'kernels', file), mutant.text)
  writeFileSync(join(ROOT, source), changed)
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
