import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { VmmError } from '../core/errors.ts'
import { PREBUILT_TEXT } from './prebuilt.ts'

declare const handle: unique symbol
/** Native memory that belongs to the environment that made it. */
export interface Handle<Kind extends string> {
  readonly [handle]: Kind
}
export type StateHandle = Handle<'state'>
export type WeightHandle = Handle<'weight'>
export type FileHandle = Handle<'file'>
export type ProgramHandle = Handle<'program'>

/** What the addon throws, and passes to `done`: an Error with one of these codes. */
export interface NativeError extends Error {
  readonly code:
    | 'BAD_PROGRAM'
    | 'BAD_ARGUMENT'
    | 'KERNEL'
    | 'CANCELLED'
    | 'DISPOSED'
    | 'OUT_OF_MEMORY'
    | 'DEVICE'
    | 'BAD_FILE' // a mapped file has lost some of its bytes
  /** The node of the program, where there is one. */
  readonly node?: number
}

export interface NativeInfo {
  /** Instruction sets that this machine can use, best last. */
  readonly sets: readonly string[]
  readonly threads: number
  readonly pageSize: number
  readonly tableHash: number
  /** The name of the device beside the CPU that this build has. */
  readonly device: string | null
  /** Runs that it has executed, and those that the CPU took over, in all of the process. */
  readonly deviceRuns: number
  readonly takenOver: number
  readonly compiler: string
  readonly arch: string
  readonly liveBytes: { readonly state: number; readonly mapped: number; readonly scratch: number }
}

/** A device that is there is described; otherwise `problem` says why it does not start. */
export interface NativeDevice {
  readonly name: string
  readonly description?: string
  readonly problem?: string
}

export interface NativeRunOptions {
  readonly threads?: number | undefined
  /** An instruction set other than the best. */
  readonly set?: string | undefined
  /** The device of this build instead of the CPU; where it does not start, the CPU takes over. */
  readonly device?: string | undefined
}

/** One per slot of the program: bytes for an input, a handle for a weight or state. */
export type SlotValue = ArrayBufferView | WeightHandle | StateHandle

/** The addon. Errors are NativeError; buffers are copied before each call returns. */
export interface NativeAddon {
  info(): NativeInfo
  /** Starts the device beside the CPU that this build has; null when it has none. */
  startDevice(): NativeDevice | null

  /** Zeroed memory. */
  createState(bytes: number): StateHandle
  /** Fails while a run that uses the state is not over. */
  writeState(state: StateHandle, bytes: ArrayBufferView, byteOffset?: number): void
  /** Fails while a run that updates the state is not over. */
  readState(state: StateHandle | WeightHandle, byteOffset: number, bytes: number): ArrayBuffer
  mapFile(path: string): FileHandle
  fileBytes(file: FileHandle): number
  /** A range of a file, which stays mapped. Copied where byteOffset is no multiple of `align` (4). */
  weight(file: FileHandle, byteOffset: number, bytes: number, align?: number): WeightHandle
  /** Idempotent. Runs that use the handle go on. */
  dispose(handle: StateHandle | WeightHandle | FileHandle | ProgramHandle): void

  compile(program: Uint8Array): ProgramHandle
  programInfo(program: ProgramHandle): { scratchBytes: number; nodes: number; inputBytes: number }
  /** Returns the number of the job. `done` is called once, later, with one buffer per output. */
  run(
    program: ProgramHandle,
    slots: readonly SlotValue[],
    scalars: Float64Array,
    options: NativeRunOptions,
    done: (error: NativeError | null, outputs: ArrayBuffer[] | null) => void,
  ): number
  /**
   * Runs on the calling thread, before runs that wait. Blocks until the executor is free, and fails while a run
   * that is not over updates a state bound here, or uses one that this program updates.
   */
  runSync(
    program: ProgramHandle,
    slots: readonly SlotValue[],
    scalars: Float64Array,
    options: NativeRunOptions,
  ): ArrayBuffer[]
  /** The job ends soon with CANCELLED, unless it is over or can no longer be interrupted. */
  cancel(job: number): void
}

let loaded: NativeAddon | null = null

/**
 * The addon, loaded at the first call. `tableHash` is that of the op table that programs are encoded with; an addon
 * built from another table is refused.
 */
export function native(tableHash?: number): NativeAddon {
  loaded ??= load()
  if (tableHash !== undefined && loaded.info().tableHash !== tableHash)
    throw new VmmError(
      'UNSUPPORTED',
      'the addon is stale: its ops are not those of this package; run npm run build:native',
    )
  return loaded
}

function load(): NativeAddon {
  const require = createRequire(import.meta.url)
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const path = process.env.VMM_ADDON
  try {
    const addon = path ? require(path) : require('node-gyp-build')(root)
    return addon as NativeAddon
  } catch (cause) {
    throw new VmmError('UNSUPPORTED', `${missing(path, root)}\n${(cause as Error).message}`, { cause })
  }
}

function missing(path: string | undefined, root: string): string {
  const platform = `${process.platform}-${process.arch}${libc()}, Node ${process.version}`
  if (path) return `the native addon of VMM_ADDON, ${path}, cannot be loaded on ${platform}.`
  const remedy = existsSync(`${root}/CMakeLists.txt`)
    ? 'Run npm run build:native (CMake and a C++20 compiler are needed).'
    : `There are prebuilt ones for ${PREBUILT_TEXT}; for other systems, clone the repository and run npm run ` +
      'build:native there.'
  return `vector-mamba has no native addon that loads on ${platform}. ${remedy}`
}

function libc(): string {
  if (process.platform !== 'linux') return ''
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  const version = report.header?.glibcVersionRuntime
  return version ? ` (glibc ${version})` : ' (musl)'
}
