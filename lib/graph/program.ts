import { badArgument, describe, VmmError } from '../core/errors.ts'
import type { RunOptions } from '../core/run_options.ts'
import { native, type ProgramHandle, type SlotValue } from '../runtime/native.ts'
import { runNative, runNativeSync, translate } from '../runtime/run.ts'
import type { DeviceTensor } from '../tensor/device_tensor.ts'
import { type Dtype, dtypeBytes } from '../tensor/dtype.ts'
import { count, formatShape, type Shape, sameShape } from '../tensor/shape.ts'
import { type Encoded, encode, type Slot } from './encode.ts'
import { opTable } from './table.ts'
import type { Traced } from './trace.ts'

/** A result in JavaScript's own memory; axis 0 is cut to the live count of the run. */
export interface HostTensor {
  readonly dtype: Dtype
  readonly shape: Shape
  readonly buffer: ArrayBuffer
}

export interface ProgramRun extends RunOptions {
  /** Values of the run scalars: live counts, lr, step, seed. */
  readonly scalars?: Readonly<Record<string, number>>
}

export type Bindings = Readonly<Record<string, ArrayBufferView | DeviceTensor>>

/** A compiled program. Runs are queued; updates of states become visible together when a run succeeds. */
export interface Program {
  readonly encoded: Encoded
  run(bindings: Bindings, options?: ProgramRun): Promise<Readonly<Record<string, HostTensor>>>
  runSync(bindings: Bindings, options?: Omit<ProgramRun, 'signal'>): Readonly<Record<string, HostTensor>>
  dispose(): void
}

/** Compiles a traced function for the CPU. Throws VmmError that names the line of the model. */
export function compile(traced: Traced): Program {
  const encoded = encode(traced)
  let handle: ProgramHandle
  try {
    handle = native(opTable().hash).compile(encoded.bytes)
  } catch (error) {
    throw translate(error, encoded.sites)
  }
  const collect = (buffers: readonly ArrayBuffer[], scalars: Float64Array) =>
    Object.fromEntries(
      encoded.outputs.map(({ name, dtype, shape, live }, i) => {
        const rows = live === null ? shape[0] : scalars[encoded.scalars.indexOf(live)]
        return [
          name,
          { dtype, shape: rows === undefined ? [] : [rows, ...shape.slice(1)], buffer: buffers[i]! },
        ]
      }),
    )
  return {
    encoded,
    run: async (bindings, options = {}) => {
      const scalars = scalarValues(encoded, options.scalars ?? {})
      const slots = slotValues(encoded, bindings, scalars)
      return collect(await runNative(handle, slots, scalars, encoded.sites, options), scalars)
    },
    runSync: (bindings, options = {}) => {
      const scalars = scalarValues(encoded, options.scalars ?? {})
      const slots = slotValues(encoded, bindings, scalars)
      return collect(runNativeSync(handle, slots, scalars, encoded.sites, options), scalars)
    },
    dispose: () => native().dispose(handle),
  }
}

function scalarValues(encoded: Encoded, given: Readonly<Record<string, number>>): Float64Array {
  const values = Float64Array.from(encoded.scalars, (name) => {
    const value = given[name]
    if (typeof value !== 'number' || Number.isNaN(value))
      throw badArgument(`scalars.${name}`, describe(value), 'a number')
    return value
  })
  for (const { name, shape, live } of encoded.slots) {
    if (live === null) continue
    const rows = values[encoded.scalars.indexOf(live)]
    if (rows !== undefined && !(Number.isInteger(rows) && rows >= 0 && rows <= shape[0]!))
      throw badArgument(`scalars.${live}`, String(rows), `0 … ${shape[0]}, the capacity of ${name}`)
  }
  return values
}

function slotValues(encoded: Encoded, bindings: Bindings, scalars: Float64Array): SlotValue[] {
  return encoded.slots.map((slot) => {
    const value = bindings[slot.name]
    if (slot.kind === 'input') return inputValue(slot, value, encoded, scalars)
    if (!value || ArrayBuffer.isView(value) || !('handle' in value))
      throw badArgument(slot.name, describe(value), 'a tensor handle')
    if (value.dtype !== slot.dtype || !sameShape(value.shape, slot.shape))
      throw badArgument(
        slot.name,
        `${value.dtype} ${formatShape(value.shape)}`,
        `${slot.dtype} ${formatShape(slot.shape)}`,
      )
    return value.handle
  })
}

/** Inputs come as typed arrays of the whole capacity, or of the live rows alone. */
function inputValue(
  slot: Slot,
  value: ArrayBufferView | DeviceTensor | undefined,
  encoded: Encoded,
  scalars: Float64Array,
): ArrayBufferView {
  if (!value || !ArrayBuffer.isView(value)) throw badArgument(slot.name, describe(value), 'a typed array')
  const element = (value as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT
  if (element !== dtypeBytes[slot.dtype])
    throw badArgument(
      slot.name,
      describe(value),
      `a typed array of ${dtypeBytes[slot.dtype]}-byte elements (${slot.dtype})`,
    )
  const whole = count(slot.shape) * dtypeBytes[slot.dtype]
  const rows = slot.live === null ? undefined : scalars[encoded.scalars.indexOf(slot.live)]
  const live = rows === undefined ? whole : rows * count(slot.shape.slice(1)) * dtypeBytes[slot.dtype]
  if (value.byteLength !== whole && value.byteLength !== live)
    throw badArgument(
      slot.name,
      `${value.byteLength / dtypeBytes[slot.dtype]} elements`,
      `${live / dtypeBytes[slot.dtype]} for shape ${formatShape(slot.shape)}${rows === undefined ? '' : ` with ${rows} live rows`}`,
    )
  return value
}

/** Numbers of a result, widened to f32 where they are stored narrower. */
export function toFloat32(tensor: HostTensor): Float32Array {
  if (tensor.dtype !== 'f32')
    throw new VmmError(
      'BAD_ARGUMENT',
      `toFloat32: got ${tensor.dtype}; expected f32 (cast inside the program)`,
    )
  return new Float32Array(tensor.buffer)
}
