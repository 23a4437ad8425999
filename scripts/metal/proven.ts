// For which kernels it is known that the tests notice when a barrier is missing: proven.json has, for each file of kernels/,
// the hash of what that depends on. It is written by `mutate.ts --barriers --record` and belongs into the commit.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { kernelOps, ROOT } from './paths.ts'

const RECORD = 'scripts/metal/proven.json'
const [LAUNCHES, TESTS] = ['native/metal', 'test/metal/ops']
/** What all mutants depend on; of folders with a file for each op, the other files. */
const SHARED = ['native/metal_emulated', 'scripts/metal', LAUNCHES, TESTS]

/** Hashes by file of kernels/. */
export type Proven = Readonly<Record<string, string>>

export function readProven(): Proven {
  const path = join(ROOT, RECORD)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Proven) : {}
}

export function writeProven(proven: Proven): void {
  const sorted = Object.fromEntries(Object.entries(proven).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(ROOT, RECORD), `${JSON.stringify(sorted, null, 2)}\n`)
}

/**
 * The hash of what the mutants of a kernel, or of a header of kernels, depend on: itself, the kernels of the ops that use
 * it with their headers, launches, tests and samples, and what runs them.
 */
export function hashOfMutants(
  file: string,
  users: readonly string[],
  includedBy: (kernel: string) => ReadonlySet<string>,
): string {
  const own = users.flatMap((op) => [
    `kernels/${op}.metal`,
    ...[...includedBy(`${op}.metal`)].map((header) => `kernels/${header}`),
    `${LAUNCHES}/${op}.cc`,
    `${TESTS}/${op}.ts`,
    `lib/ops/${op}.ts`,
  ])
  const there = [...new Set([`kernels/${file}`, ...own])].filter((path) => existsSync(join(ROOT, path)))
  shared ??= hashOfFiles(SHARED.flatMap(sharedFiles))
  return hashOfFiles(there.sort(), shared)
}

let shared: string | undefined

function hashOfFiles(paths: readonly string[], before = ''): string {
  const hash = createHash('sha256').update(before)
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  return hash.digest('hex')
}

function sharedFiles(folder: string): string[] {
  const ops = new Set(folder === LAUNCHES || folder === TESTS ? kernelOps() : [])
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path !== RECORD && statSync(join(ROOT, path)).isFile() && !ops.has(parse(path).name))
    .sort()
}
