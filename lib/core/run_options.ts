import { badArgument, describe } from './errors.ts'
import type { OptionNames } from './options.ts'

/** Where programs are computed. `metal-emulated` exists in builds for tests. */
export type DeviceName = 'cpu' | 'metal' | 'metal-emulated'

const DEVICES: readonly string[] = ['cpu', 'metal', 'metal-emulated'] satisfies DeviceName[]

/** What may change the way a run is executed, never its result beyond the stated tolerances. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** At most this many threads; all of the pool when left out. Never changes a bit of the result. */
  readonly threads?: number | undefined
  /** Instruction set by its name (see deviceInfo); the best one when left out. */
  readonly instructionSet?: string | undefined
  /**
   * Where to compute: `cpu`, or `metal`, the GPU of Apple Silicon. Where Metal is missing or does not start, and for
   * programs that it cannot run, the CPU takes over; `vmm doctor` tells. Left out, the environment variable VMM_DEVICE
   * decides, and without it the CPU. What is kept in the cache folder, such as vectors of documents, is computed where
   * VMM_DEVICE says.
   */
  readonly device?: DeviceName | undefined
}

/** The part of the options that callers of models have. */
export type CallOptions = Pick<RunOptions, 'signal' | 'threads' | 'device'>

export const CALL_OPTIONS = {
  signal: true,
  threads: true,
  device: true,
} as const satisfies OptionNames<CallOptions>

export const RUN_OPTIONS = {
  ...CALL_OPTIONS,
  instructionSet: true,
} as const satisfies OptionNames<RunOptions>

/** Throws BAD_ARGUMENT for a signal, a number of threads or a device that is none. */
export function checkRunOptions({ signal, threads, device }: RunOptions): void {
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted !== 'function')
    throw badArgument('signal', describe(signal), 'an AbortSignal')
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw badArgument('threads', describe(threads), 'a whole number of 1 or more')
  if (device !== undefined) checkDevice('device', device)
}

/** Throws BAD_ARGUMENT for a device that no build has. */
export function checkDevice(argument: string, device: unknown): asserts device is DeviceName {
  if (typeof device !== 'string' || !DEVICES.includes(device))
    throw badArgument(argument, describe(device), DEVICES.slice(0, 2).join(' or '))
}
