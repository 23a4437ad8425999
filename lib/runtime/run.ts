import { checkDevice, type DeviceName, nativeDevice } from './device.ts'
import { badArgument, describe, VmmError } from './errors.ts'
import { native, type ProgramHandle, type SlotValue } from './native.ts'

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

/** Runs a compiled program on the executor thread. Rejects with the signal's reason when aborted. */
export function runNative(
  program: ProgramHandle,
  slots: readonly SlotValue[],
  scalars: Float64Array,
  sites: readonly string[],
  options: RunOptions,
): Promise<ArrayBuffer[]> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    checkRunOptions(options)
    signal?.throwIfAborted()
    const abort = () => native().cancel(job)
    let job = 0
    try {
      job = native().run(program, [...slots], scalars, nativeOptions(options), (error, outputs) => {
        signal?.removeEventListener('abort', abort)
        if (outputs) resolve(outputs)
        else reject(signal?.aborted ? signal.reason : translate(error, sites))
      })
    } catch (error) {
      throw translate(error, sites)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Throws BAD_ARGUMENT for a signal, a number of threads or a device that is none. */
export function checkRunOptions({ signal, threads, device }: RunOptions): void {
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted !== 'function')
    throw badArgument('signal', describe(signal), 'an AbortSignal')
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw badArgument('threads', describe(threads), 'a whole number of 1 or more')
  if (device !== undefined) checkDevice('device', device)
}

/** Runs a compiled program on the calling thread: for short programs. */
export function runNativeSync(
  program: ProgramHandle,
  slots: readonly SlotValue[],
  scalars: Float64Array,
  sites: readonly string[],
  options: Omit<RunOptions, 'signal'>,
): ArrayBuffer[] {
  checkRunOptions(options)
  try {
    return native().runSync(program, [...slots], scalars, nativeOptions(options))
  } catch (error) {
    throw translate(error, sites)
  }
}

function nativeOptions(options: RunOptions): { threads?: number; set?: string; device?: string } {
  const device = nativeDevice(options.device)
  return {
    ...(device === null ? {} : { device }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.instructionSet === undefined ? {} : { set: options.instructionSet }),
  }
}

/** Native errors carry a node number; users want the line of the model. */
export function translate(error: unknown, sites: readonly string[]): VmmError {
  if (error instanceof VmmError) return error
  const { message, code, node } = error as { message?: string; code?: string; node?: number }
  const site = node === undefined ? undefined : sites[node]
  const where = site && site !== 'unknown' ? ` (at ${site})` : ''
  const kind =
    code === 'DISPOSED'
      ? 'DISPOSED'
      : code === 'KERNEL' || code === 'BAD_ARGUMENT'
        ? 'BAD_ARGUMENT'
        : 'NATIVE'
  return new VmmError(kind, `${message ?? String(error)}${where}`, { cause: error })
}
