/** The bytes of a vector, little-endian f32 as on all supported machines, in base64. */
export function base64OfVector({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

/** The vector that a text in base64 is; null where its bytes are no whole numbers of f32. */
export function vectorOfBase64(text: string): Float32Array | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length % 4 === 0 ? new Float32Array(Uint8Array.from(bytes).buffer) : null
}
