import { native } from './native.ts'

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

/** What the CPU device is on this machine. */
export function deviceInfo(): DeviceInfo {
  const { sets, threads, arch, compiler, liveBytes } = native().info()
  return { instructionSets: sets, threads, arch, compiler, liveBytes }
}
