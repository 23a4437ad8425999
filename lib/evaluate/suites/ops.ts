import { refuseUnknown } from '../../core/options.ts'
import type { DeviceName } from '../../core/run_options.ts'
import { allOps } from '../../graph/define.ts'
import { compile, type HostTensor, type Program } from '../../graph/program.ts'
import { bindSample, type Sample, sampleInputs, traceSample } from '../../graph/sample_program.ts'
import { relativeDifference } from '../../graph/sample_values.ts'
import type { Op } from '../../graph/value.ts'
import { gpuInfo } from '../../runtime/device.ts'
import { decodeNumbers, isFloat } from '../../tensor/dtype.ts'
import '../../ops/index.ts'

/** How an op fares on a device, by the samples that its tests use. */
export interface OpCheck {
  readonly op: string
  readonly samples: number
  /** The largest relative difference from the CPU, as a part of what is allowed. */
  readonly ofTolerance: number
  /** Samples that differ by more, or that fail, with the reason. */
  readonly failures: readonly string[]
  /** Milliseconds of all samples together, each the median of a few runs. */
  readonly cpuMs: number
  readonly deviceMs: number
}

export interface CheckOpsOptions {
  readonly signal?: AbortSignal | undefined
  /** Names of ops; all when left out. */
  readonly ops?: readonly string[] | undefined
  /** Runs of a sample that its time is the median of. Default 5. */
  readonly runs?: number | undefined
}

/** Relative tolerances of a device against the CPU, for f32 and for 16-bit numbers. */
const TOLERANCE = { f32: 1e-4, half: 2e-2 }

/**
 * Runs the samples of all ops on a device and on the CPU, and compares. Yields an op at a time. The device must be
 * usable (see `gpuInfo`).
 */
export async function* checkOps(device: DeviceName, options: CheckOpsOptions = {}): AsyncGenerator<OpCheck> {
  refuseUnknown(options, { signal: true, ops: true, runs: true })
  const { signal, ops, runs = 5 } = options
  for (const op of allOps()) {
    if (ops && !ops.includes(op.name)) continue
    signal?.throwIfAborted()
    yield checkOp(op, device, runs)
    // Who shows progress, or cancels, gets a turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function checkOp(op: Op, device: DeviceName, runs: number): OpCheck {
  const failures: string[] = []
  let [ofTolerance, cpuMs, deviceMs] = [0, 0, 0]
  for (const sample of op.definition.samples) {
    const program = compile(traceSample(op, sample))
    const values = sampleInputs(op, sample)
    const once = (where: DeviceName) => timed(() => runOnce(program, sample, values, where), runs)
    try {
      const expected = once('cpu')
      const before = gpuInfo()?.takenOver
      const actual = once(device)
      if (gpuInfo()?.takenOver !== before) failures.push(`${sample.name}: the CPU took over`)
      cpuMs += expected.ms
      deviceMs += actual.ms
      const worst = Math.max(
        ...Object.entries(expected.result).map(([name, tensor]) =>
          partOfTolerance(sample, actual.result[name]!, tensor),
        ),
      )
      ofTolerance = Math.max(ofTolerance, worst)
      if (worst > 1) failures.push(`${sample.name}: ${worst.toPrecision(3)} times the tolerance`)
    } catch (error) {
      failures.push(`${sample.name}: ${(error as Error).message}`)
    } finally {
      program.dispose()
    }
  }
  return { op: op.name, samples: op.definition.samples.length, ofTolerance, failures, cpuMs, deviceMs }
}

function runOnce(
  program: Program,
  sample: Sample,
  values: ReturnType<typeof sampleInputs>,
  device: DeviceName,
) {
  const { bindings, dispose } = bindSample(program, values)
  const started = performance.now()
  try {
    const result = program.runSync(bindings, { scalars: sample.run ?? {}, device })
    return { result, ms: performance.now() - started }
  } finally {
    dispose()
  }
}

function timed<T>(run: () => { readonly result: T; readonly ms: number }, runs: number) {
  const all = Array.from({ length: runs }, run)
  const times = all.map(({ ms }) => ms).sort((a, b) => a - b)
  return { result: all[0]!.result, ms: times[times.length >> 1]! }
}

function partOfTolerance(sample: Sample, actual: HostTensor, expected: HostTensor): number {
  const { worst } = relativeDifference(
    decodeNumbers(actual.buffer, actual.dtype),
    decodeNumbers(expected.buffer, expected.dtype),
  )
  if (worst === 0) return 0
  const half = sample.attrs?.compute === 'bf16' || expected.dtype === 'bf16' || expected.dtype === 'f16'
  return isFloat(expected.dtype) ? worst / (half ? TOLERANCE.half : TOLERANCE.f32) : Infinity
}
