import type { Shape } from '../tensor/shape.ts'
import type { AttrRecord } from './spec.ts'
import { opTable, programMagic } from './table.ts'
import type { Op } from './value.ts'

/** The tables of an encoded program; native/program/decode.cc reads what writeProgram writes. */
export interface ProgramParts {
  readonly slots: { readonly kind: number; readonly bytes: number }[]
  readonly buffers: { readonly kind: number; readonly index: number; readonly bytes: number }[]
  readonly tensors: {
    readonly buffer: number
    readonly dtype: number
    readonly live: number
    readonly byteOffset: number
    readonly dims: Shape
    readonly strides: readonly number[]
  }[]
  readonly nodes: {
    readonly op: Op
    readonly tensors: readonly number[]
    readonly run: readonly number[]
    readonly attrs: AttrRecord
  }[]
  readonly outputs: number[]
  readonly constants: Uint8Array[]
}

/** Little-endian bytes of a program: header, slots, buffers, tensors, nodes, outputs, constants. */
export function writeProgram(parts: ProgramParts, scalars: number): Uint8Array {
  const { hash, numbers } = opTable()
  const constantBytes = parts.constants.reduce((n, c) => n + c.byteLength, 0)
  const size =
    36 +
    parts.slots.length * 12 +
    parts.buffers.length * 16 +
    parts.tensors.reduce((n, t) => n + 20 + 16 * t.dims.length, 0) +
    parts.nodes.reduce((n, k) => n + 4 + 4 * (k.tensors.length + k.run.length + k.op.attrs.length), 0) +
    parts.outputs.length * 4 +
    constantBytes
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  const u32 = (n: number): void => {
    view.setUint32(at, n, true)
    at += 4
  }
  const i32 = (n: number): void => {
    view.setInt32(at, n, true)
    at += 4
  }
  const u16 = (n: number): void => {
    view.setUint16(at, n, true)
    at += 2
  }
  const i64 = (n: number): void => {
    view.setBigInt64(at, BigInt(n), true)
    at += 8
  }

  const { slots, buffers, tensors, nodes, outputs } = parts
  for (const n of [programMagic, hash, scalars, slots.length, buffers.length, tensors.length, nodes.length])
    u32(n)
  u32(outputs.length)
  u32(constantBytes)
  for (const slot of slots) {
    u32(slot.kind)
    i64(slot.bytes)
  }
  for (const buffer of buffers) {
    u32(buffer.kind)
    u32(buffer.index)
    i64(buffer.bytes)
  }
  for (const tensor of tensors) {
    u32(tensor.buffer)
    u16(tensor.dtype)
    u16(tensor.dims.length)
    i32(tensor.live)
    i64(tensor.byteOffset)
    for (const n of tensor.dims) i64(n)
    for (const n of tensor.strides) i64(n)
  }
  for (const node of nodes) {
    u32(numbers.get(node.op.name)!)
    for (const t of node.tensors) i32(t)
    for (const r of node.run) u32(r)
    for (const spec of node.op.attrs) {
      const value = node.attrs[spec.name]!
      if (spec.kind === 'float') {
        view.setFloat32(at, value as number, true)
        at += 4
      } else {
        i32(spec.kind === 'enum' ? spec.values.indexOf(value as string) : Number(value))
      }
    }
  }
  for (const tensor of outputs) u32(tensor)
  for (const block of parts.constants) {
    bytes.set(block, at)
    at += block.byteLength
  }
  return bytes
}
