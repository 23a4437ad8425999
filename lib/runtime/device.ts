import { badArgument, describe } from '../core/errors.ts'
import { checkDevice, type DeviceName } from '../core/run_options.ts'
import { native } from './native.ts'

/** The CPU as this build uses it. */
export interface DeviceInfo {
  /** Instruction sets that this build has and this machine can run, best last. */
  readonly instructionSets: readonly string[]
  /** Width of the worker pool, the executor included. */
  readonly threads: number
  readonly arch: string
  readonly compiler: string
  /** Bytes of native memory in use now. */
  readonly liveBytes: { readonly state: number; readonly mapped: number; readonly scratch: number }
}

/**
 * What the CPU device is on this machine.
 *
 * @example
 * ```js
 * import { deviceInfo } from 'vector-mamba'
 *
 * const { instructionSets, threads } = deviceInfo()
 * console.log(instructionSets.length > 0, threads > 0) // true true
 * ```
 */
export function deviceInfo(): DeviceInfo {
  const { sets, threads, arch, compiler, liveBytes } = native().info()
  return { instructionSets: sets, threads, arch, compiler, liveBytes }
}

/** A device beside the CPU. One that does not start says why. */
export interface GpuInfo {
  readonly name: DeviceName
  readonly usable: boolean
  /** Such as the name of the chip, or the reason. */
  readonly description: string
  /** Runs that it has executed so far, in all of the process. */
  readonly runs: number
  /** Runs that asked for it and that the CPU took over: it cannot run every program. */
  readonly takenOver: number
}

/**
 * The device that this build has beside the CPU, started now unless it was before; null when it has none.
 *
 * @example
 * ```js
 * import { gpuInfo } from 'vector-mamba'
 *
 * const gpu = gpuInfo()
 * console.log(gpu === null || gpu.name.startsWith('metal')) // true
 * ```
 */
export function gpuInfo(): GpuInfo | null {
  const device = native().startDevice()
  if (!device) return null
  const { name, description, problem } = device
  const { deviceRuns, takenOver } = native().info()
  return {
    name: name as DeviceName,
    usable: description !== undefined,
    description: description ?? problem ?? '',
    runs: deviceRuns,
    takenOver,
  }
}

/** What the addon is asked for: the name of a device, or null for the CPU. */
export function nativeDevice(chosen: DeviceName | undefined): DeviceName | null {
  const device = chosen ?? (process.env.VMM_DEVICE || 'cpu')
  if (chosen === undefined) checkDevice('VMM_DEVICE', device)
  if (device === 'cpu') return null
  built ??= { device: native().info().device as DeviceName | null }
  if (device === built.device) return built.device
  // Code that asks for Metal also runs on machines that have none.
  if (device === 'metal') return null
  throw badArgument('device', describe(device), 'cpu or metal: this build of the addon has no emulation')
}

/** The device of the addon that was loaded. */
let built: { readonly device: DeviceName | null } | null = null
