import { fileURLToPath } from 'node:url'
import { allOps } from '../../lib/graph/define.ts'
import type { Op } from '../../lib/graph/value.ts'
import { native } from '../../lib/runtime/native.ts'
import '../../lib/ops/index.ts'
import { kernelOps } from '../../scripts/metal/paths.ts'

const built = fileURLToPath(new URL('../../build/metal', import.meta.url))
// The addon is loaded at its first use, which is after this.
process.env.VMM_ADDON ??= `${built}/Release/vector_mamba.node`

/** The device of an addon that is built with the emulation. */
export const emulatedSet = 'metal-emulated'

interface Bytes {
  readonly read: number
  readonly written: number
}

/** What one dispatch did; bytes of device memory are counted in checked runs. */
export interface DispatchCounters {
  readonly kernel: string
  readonly threadgroups: number
  readonly threads: number
  readonly barriers: number
  readonly simdOperations: number
  /** Of threadgroup memory. */
  readonly threadgroupBytes: number
  /** What threads ask for. */
  readonly requested: Bytes
  /** What reaches threadgroups in sectors of 32 bytes, if each kept all that it has touched. */
  readonly moved: Bytes
  /** What leaves and reaches memory, if caches kept all of it for the dispatch. */
  readonly distinct: Bytes
}

interface EmulatedAddon {
  emulate(options: { libraries: string; seed: number; staged: boolean; mostWork?: number }): void
  source(op: string): string
  kernels(library: string): string[]
  dispatch(call: {
    readonly library: string
    readonly kernel: string
    readonly constants: readonly number[]
    readonly groups: readonly number[]
    readonly threads: readonly number[]
    readonly buffers: readonly { index: number; bytes: Uint8Array; initialised: boolean }[]
  }): void
  takeReport(): { problems: string[]; dispatches: DispatchCounters[]; commandBuffers: number }
}

/** Names of the kernels in a library. */
export const kernelsIn = (library: string): readonly string[] => addon().kernels(library)

const addon = () => native() as unknown as EmulatedAddon

/** Where scripts/metal/build.ts puts the libraries of a mode; another folder holds kernels that were changed. */
export const librariesOf = (mode: 'plain' | 'checked'): string => `${built}/${mode}`

/** Ops that have a Metal kernel, or those of them that are named in VMM_TEST_OPS (comma-separated). */
export function metalOps(): Op[] {
  const names = process.env.VMM_TEST_OPS?.split(',')
  const there = kernelOps()
  return allOps().filter(({ name }) => there.includes(name) && (!names || names.includes(name)))
}

/** The text of an op's kernels that is embedded in the addon. */
export const embeddedSource = (op: string): string => addon().source(op)

/**
 * How programs are executed from now on: whole, in the memory that they have, with their ops in an order of the seed as
 * far as barriers allow.
 *
 * @param mostWork multiplications of a command buffer, about; as on a real device when left out
 */
export function emulatePrograms(seed: number, mostWork?: number): void {
  addon().emulate({
    libraries: librariesOf('plain'),
    seed,
    staged: false,
    ...(mostWork !== undefined && { mostWork }),
  })
}

/** Command buffers since dispatches or these were last asked for. */
export const takeCommandBuffers = (): number => addon().takeReport().commandBuffers

/** What was dispatched since the last call. */
export const takeDispatches = (): readonly DispatchCounters[] => addon().takeReport().dispatches

/**
 * Calls `run`, whose ops are executed one by one on copies of their tensors, and gives what the device said beside its
 * result. A run with problems throws.
 */
export function emulated<T>(
  libraries: string,
  seed: number,
  run: () => T,
): { readonly result: T; readonly dispatches: readonly DispatchCounters[] } {
  addon().emulate({ libraries, seed, staged: true })
  addon().takeReport()
  try {
    const result = run()
    return { result, dispatches: addon().takeReport().dispatches }
  } catch (error) {
    const { problems } = addon().takeReport()
    throw problems.length > 0 ? new Error(problems.join('\n')) : error
  }
}

/** One kernel of a library, by itself. Bytes of buffers hold afterwards what the kernel has left. */
export interface SingleDispatch {
  readonly library: string
  readonly kernel: string
  readonly constants?: readonly number[]
  readonly groups?: readonly number[]
  readonly threads: readonly number[]
  readonly buffers: readonly {
    readonly index: number
    readonly values: ArrayBufferView
    readonly written?: true
  }[]
}

/** Executes a kernel and gives what went wrong. `written`: the buffer holds nothing at first. */
export function dispatchOnce(single: SingleDispatch, seed: number) {
  const { constants = [], groups = [1], buffers, ...rest } = single
  addon().emulate({ libraries: '', seed, staged: true })
  addon().takeReport()
  addon().dispatch({
    ...rest,
    constants,
    groups,
    buffers: buffers.map(({ index, values, written }) => ({
      index,
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      initialised: !written,
    })),
  })
  return addon().takeReport()
}
