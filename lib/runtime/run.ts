import { VmmError } from '../core/errors.ts'
import { checkRunOptions, type RunOptions } from '../core/run_options.ts'
import { nativeDevice } from './device.ts'
import { native, type ProgramHandle, type SlotValue } from './native.ts'

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

/** Native errors carry a node number; users want the line of the model: one of `sites`, by node. */
export function translate(error: unknown, sites: readonly string[] = []): VmmError {
  if (error instanceof VmmError) return error
  const { message, code, node } = error as { message?: string; code?: string; node?: number }
  const site = node === undefined ? undefined : sites[node]
  const where = site && site !== 'unknown' ? ` (at ${site})` : ''
  const kind =
    code === 'DISPOSED' || code === 'BAD_FILE'
      ? code
      : code === 'KERNEL' || code === 'BAD_ARGUMENT'
        ? 'BAD_ARGUMENT'
        : 'NATIVE'
  return new VmmError(kind, `${message ?? String(error)}${where}`, { cause: error })
}
