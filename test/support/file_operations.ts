// Ends a call at one of its file operations, as a kill or a full disk would.
import { spawnSync } from 'node:child_process'
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

/** Kill: this operation and all later ones do not happen. Fill: this one fails for want of space. */
export type Interruption = 'kill' | 'fill'

/** How a call ended: it never did, it threw, or the operation that was meant did not come. */
export type Ending = 'killed' | 'failed' | 'done'

type Operation = (...args: unknown[]) => Promise<unknown>
type Operations = Record<string, Operation>

const FUNCTIONS = [
  ...['access', 'appendFile', 'chmod', 'copyFile', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'readFile'],
  ...['realpath', 'rename', 'rm', 'stat', 'truncate', 'unlink', 'utimes', 'writeFile'],
]
const METHODS = [
  'appendFile',
  'chmod',
  'close',
  'datasync',
  'read',
  'stat',
  'sync',
  'truncate',
  'write',
  'writeFile',
]
/** What needs space; of files, when they are open for writing. */
const WRITING = [
  'appendFile',
  'copyFile',
  'datasync',
  'link',
  'mkdir',
  'rename',
  'sync',
  'write',
  'writeFile',
]

/** The number of a process that is gone, as that of a killed one is. */
const deadPid = spawnSync(process.execPath, ['--version']).pid

/**
 * Calls `run`, and interrupts it at its n-th operation of node:fs/promises, counted from 1; of those that need space,
 * for `fill`. A killed call is as one of a process that is gone. One call at a time.
 */
export async function interruptAt(
  n: number,
  how: Interruption,
  run: () => Promise<unknown>,
): Promise<Ending> {
  const functions = fs as unknown as Operations
  const methods = await fileHandleMethods()
  const [realFunctions, realMethods] = [pick(functions, FUNCTIONS), pick(methods, METHODS)]
  const opened: FileHandle[] = []
  const writable = new Set<unknown>()
  const never = new Promise<never>(() => {})
  let kill = () => {}
  const killed = new Promise<Ending>((resolve) => {
    kill = () => resolve('killed')
  })
  let [count, dead] = [0, false]

  /** Whether this operation is the one. */
  const isMeant = (needsSpace: boolean): boolean => {
    if (how === 'kill' || needsSpace) count++
    return count === n && (how === 'kill' || needsSpace)
  }
  const interrupt = async (name: string, path: unknown): Promise<never> => {
    if (how === 'fill') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    dead = true
    // A folder goes file by file.
    if (name === 'rm') await removeFirst(realFunctions, String(path))
    kill()
    return never
  }
  const wrapFunction = (name: string, original: Operation): Operation =>
    async function (this: unknown, ...args) {
      if (dead) return never
      const writes = WRITING.includes(name) || (name === 'open' && /[wax+]/.test(String(args[1])))
      if (isMeant(writes)) return interrupt(name, args[0])
      const result = await original.apply(this, args)
      if (name === 'open') {
        opened.push(result as FileHandle)
        if (writes) writable.add(result)
      }
      return result
    }
  const wrapMethod = (name: string, original: Operation): Operation =>
    async function (this: unknown, ...args) {
      if (dead) return never
      if (isMeant(WRITING.includes(name) && writable.has(this))) return interrupt(name, null)
      return original.apply(this, args)
    }
  for (const name of FUNCTIONS) functions[name] = wrapFunction(name, realFunctions[name]!)
  for (const name of METHODS) methods[name] = wrapMethod(name, realMethods[name]!)
  syncBuiltinESMExports()
  const pid = Object.getOwnPropertyDescriptor(process, 'pid')!
  if (how === 'kill') Object.defineProperty(process, 'pid', { ...pid, value: deadPid })
  try {
    const ended = run().then(
      (): Ending => 'done',
      (): Ending => 'failed',
    )
    return await Promise.race([ended, killed])
  } finally {
    Object.assign(functions, realFunctions)
    Object.assign(methods, realMethods)
    syncBuiltinESMExports()
    Object.defineProperty(process, 'pid', pid)
    for (const file of opened) if (file.fd >= 0) await file.close()
  }
}

/** What to interrupt, and what is so before and after. */
export interface Interrupted {
  readonly how: Interruption
  /** Called before each time. */
  readonly prepare: () => void
  readonly run: () => Promise<unknown>
  /** @param n the operation that was the last one */
  readonly check: (ending: Ending, n: number) => Promise<void>
  /** One in so many operations is interrupted; each in turn when left out. */
  readonly every?: number
}

/** Interrupts a call at its operations, one after the other; gives how many there are, or a few more. */
export async function interruptAtEach(what: Interrupted): Promise<number> {
  const { how, prepare, run, check, every = 1 } = what
  for (let n = 1 + (every >> 1); ; n += every) {
    prepare()
    const ending = await interruptAt(n, how, run)
    await check(ending, n)
    if (ending === 'done') return n - 1
  }
}

async function fileHandleMethods(): Promise<Operations> {
  const file = await fs.open(process.execPath, 'r')
  await file.close()
  return Object.getPrototypeOf(file) as Operations
}

function pick(from: Operations, names: readonly string[]): Operations {
  return Object.fromEntries(names.map((name) => [name, from[name]!]))
}

async function removeFirst(functions: Operations, folder: string): Promise<void> {
  const [first] = (await functions.readdir!(folder).catch(() => [])) as string[]
  if (first !== undefined) await functions.rm!(join(folder, first), { recursive: true })
}
