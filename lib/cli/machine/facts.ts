import { readdir, stat } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory } from '../../io/cache_dir.ts'
import type { CliContext } from '../context.ts'
import { packageVersion } from '../version.ts'

/** What `vmm info` tells, in its order. Bytes are numbers. */
export interface MachineFacts {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly processor: string
  readonly memory: { readonly freeBytes: number; readonly totalBytes: number }
  readonly cache: { readonly folder: string; readonly bytes: number }
  /** What programs run on, or why there is nothing. */
  readonly device: string
  readonly instructionSets?: readonly string[]
  readonly active?: string
  readonly threads?: number
  readonly compiler?: string
}

/** Looks at the machine; nothing is changed. */
export async function machineFacts(context: CliContext): Promise<MachineFacts> {
  const folder = cacheDirectory(context.env)
  const facts = {
    version: packageVersion(),
    node: process.versions.node,
    platform: platformText(),
    processor: cpus()[0]?.model ?? 'unknown',
    memory: { freeBytes: freeMemory(), totalBytes: memoryLimit() },
    cache: { folder, bytes: await folderBytes(folder) },
  }
  try {
    const { instructionSets, threads, arch, compiler } = (await context.engine()).info()
    const active = instructionSets.at(-1) ?? 'none'
    return { ...facts, device: `CPU (${arch})`, instructionSets, active, threads, compiler }
  } catch (error) {
    return { ...facts, device: `none: ${(error as Error).message}` }
  }
}

/** The same as names and texts, bytes with units. */
export function factTexts(facts: MachineFacts): [name: string, text: string][] {
  const { memory, cache } = facts
  const texts = {
    ...facts,
    memory: `${bytesText(memory.freeBytes)} free of ${bytesText(memory.totalBytes)}`,
    cache: `${cache.folder} (${bytesText(cache.bytes)})`,
  }
  return Object.entries(texts).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : String(value),
  ])
}

/** Such as `linux-x64 (glibc 2.36)`. */
export function platformText(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  const libc = header?.glibcVersionRuntime
  const detail = libc ? ` (glibc ${libc})` : process.platform === 'linux' ? ' (not glibc)' : ''
  return `${process.platform}-${process.arch}${detail}`
}

/** What the machine has, or the container may use. */
function memoryLimit(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

/** What programs may still take of it. */
export function freeMemory(): number {
  return Math.min(process.availableMemory?.() ?? freemem(), memoryLimit()) // Node 21 lacks the former
}

/** Such as `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries)
    bytes += await stat(join(folder, entry)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0, // removed meanwhile
    )
  return bytes
}
