import { allOps } from '../../lib/graph/define.ts'
import { type Dtype, dtypes } from '../../lib/tensor/dtype.ts'
import type { Shape } from '../../lib/tensor/shape.ts'

const bufferKinds = ['scratch', 'slot', 'next', 'output', 'constant'] as const

export interface EncodedTensor {
  readonly buffer: { readonly kind: (typeof bufferKinds)[number]; readonly index: number }
  readonly dtype: Dtype
  readonly live: number | null
  readonly byteOffset: number
  readonly shape: Shape
  readonly strides: readonly number[]
}

export interface EncodedNode {
  readonly op: string
  /** Inputs and outputs by name; those that are not there are left out. */
  readonly tensors: Readonly<Record<string, EncodedTensor>>
}

/** Reads an encoded program back, as native code does. */
export function programParts(bytes: Uint8Array): {
  readonly nodes: readonly EncodedNode[]
  readonly outputs: readonly EncodedTensor[]
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 12
  const skip = (size: number): number => {
    at += size
    return at - size
  }
  const i32 = () => view.getInt32(skip(4), true)
  const u16 = () => view.getUint16(skip(2), true)
  const i64 = () => Number(view.getBigInt64(skip(8), true))
  const list = <T>(n: number, read: () => T): T[] => Array.from({ length: n }, read)
  const [slots, buffers, tensors, nodes, outputs] = list(5, i32) as [number, number, number, number, number]
  skip(4 + slots * 12)
  const places = list(buffers, () => {
    const place = { kind: bufferKinds[i32()]!, index: i32() }
    skip(8)
    return place
  })
  const table = list(tensors, (): EncodedTensor => {
    const buffer = places[i32()]!
    const [dtype, axes, live, byteOffset] = [dtypes[u16()]!, u16(), i32(), i64()]
    const shape = list(axes, i64)
    return { buffer, dtype, live: live < 0 ? null : live, byteOffset, shape, strides: list(axes, i64) }
  })
  const ops = allOps()
  const read = list(nodes, (): EncodedNode => {
    const op = ops[i32()]!
    const found = [...op.inputs, ...op.outputs].flatMap(({ name }) => {
      const index = i32()
      return index < 0 ? [] : [[name, table[index]!] as const]
    })
    skip(4 * (op.run.length + op.attrs.length))
    return { op: op.name, tensors: Object.fromEntries(found) }
  })
  return { nodes: read, outputs: list(outputs, () => table[i32()]!) }
}
