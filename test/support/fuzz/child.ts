import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VmmError } from '../../../lib/core/errors.ts'
import { countChanges, randomChanges, singleChange } from './mutations.ts'
import { pick, type Random, randomOf } from './random.ts'
import type { Files, FuzzTarget } from './target.ts'

/** What became of a file. */
export type Outcome =
  | { readonly kind: 'accepted' | 'refused' }
  | { readonly kind: 'failed'; readonly problem: string }

/** C0, C1, and what turns the direction of a text. */
const CONTROL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u
const MOST_MESSAGE = 2000

/** Reads the file of each number that the parent sends, and answers with its outcome. */
export async function serve(target: FuzzTarget): Promise<void> {
  const [seed, folder] = [Number(process.argv[2]), process.argv[3]!]
  const work = join(folder, 'files')
  mkdirSync(work, { recursive: true })
  const seeds = (await target.seeds(folder)).map(
    (files): Files =>
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)])),
  )
  const mutations = mutationsOf(target, seeds, seed)
  for (const [name, bytes] of Object.entries(seeds[0]!)) writeFileSync(join(work, name), bytes)
  // Good files are read as good ones.
  for (const files of seeds) {
    const outcome = await attempt(target, work, files, files)
    if (outcome.kind !== 'accepted') throw new Error(`good files: ${JSON.stringify(outcome)}`)
  }
  process.on('message', async (index: number) => {
    const { files, good, changed } = mutations(index)
    writeFileSync(join(folder, 'changed'), join(work, changed))
    const outcome = await attempt(target, work, files, good)
    process.send!({ ...outcome, peak: 1024 * process.resourceUsage().maxRSS })
  })
  process.send!('ready')
}

async function attempt(target: FuzzTarget, work: string, files: Files, good: Files | null): Promise<Outcome> {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(work, name), bytes)
  try {
    await target.read(work, files, good)
    return { kind: 'accepted' }
  } catch (error) {
    const problem = wrongWith(error, target)
    return problem === null ? { kind: 'refused' } : { kind: 'failed', problem }
  }
}

function wrongWith(error: unknown, { codes = ['BAD_FILE'] }: FuzzTarget): string | null {
  if (!(error instanceof VmmError))
    return `not typed: ${error instanceof Error ? error.stack : String(error)}`
  const { code, message, stack } = error
  if (!codes.includes(code)) return `code ${code}: ${stack}`
  if (CONTROL.test(message)) return `control characters: ${JSON.stringify(message.slice(0, MOST_MESSAGE))}`
  return message.length > MOST_MESSAGE ? `a message of ${message.length}: ${message.slice(0, 200)}` : null
}

interface Mutation {
  readonly files: Files
  readonly good: Files | null
  /** The file that was changed. */
  readonly changed: string
}

/** The files of each number: those of single changes in an order of their own, and random ones between them. */
function mutationsOf(target: FuzzTarget, seeds: readonly Files[], seed: number): (index: number) => Mutation {
  const singles = seeds.flatMap((good) =>
    Object.entries(good).map(([name, bytes]) => {
      const layout = target.layout(bytes, name)
      return { good, name, bytes, layout, count: countChanges(bytes, layout) }
    }),
  )
  const total = singles.reduce((n, { count }) => n + count, 0)
  const others = seeds.flatMap((files) => Object.values(files))
  const single = (at: number): Mutation => {
    let left = at
    for (const { good, name, bytes, layout, count } of singles) {
      if (left < count)
        return { files: { ...good, [name]: singleChange(bytes, layout, left) }, good, changed: name }
      left -= count
    }
    throw new Error(`no change ${at}`)
  }
  const made = (random: Random): Mutation => {
    const good = pick(seeds, random)
    if (target.make && random(2) === 0) {
      const files = target.make(random)
      return { files: { ...good, ...files }, good: null, changed: Object.keys(files)[0]! }
    }
    const changed = pick(Object.keys(good), random)
    const layout = (bytes: Uint8Array) => target.layout(bytes, changed)
    const bytes = randomChanges(good[changed]!, layout, others, random)
    return { files: { ...good, [changed]: bytes }, good, changed }
  }
  const stride = coprimeTo(total)
  return (index) => {
    const half = Math.floor(index / 2)
    // Each single change once before any comes again.
    if (index % 2 === 0 && total > 0) return single((((seed % total) + half) * stride) % total)
    return made(randomOf(seed, index))
  }
}

/** A step that visits all numbers below n, far from each other. */
function coprimeTo(n: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
  let step = Math.max(1, Math.floor(n * 0.618))
  while (gcd(step, n) > 1) step++
  return step
}
