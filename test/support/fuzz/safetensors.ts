import type { Layout } from './mutations.ts'

/** Of a safetensors file: the length of its header, and the header. */
export function safetensorsLayout(bytes: Uint8Array): Layout {
  const length = Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readBigUInt64LE(0))
  return {
    fields: [{ begin: 0, end: 8 }],
    texts: [{ begin: 8, end: 8 + length, length: { at: 0, bytes: 8 } }],
  }
}

/** A safetensors file of f32 tensors, whatever its metadata are. */
export function safetensorsBytes(
  tensors: Readonly<Record<string, readonly [shape: readonly number[], data: Float32Array]>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let at = 0
  for (const [name, [shape, data]] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([
    length,
    json,
    ...Object.values(tensors).map(([, data]) => new Uint8Array(data.buffer)),
  ])
}
