/** pgvector's binary form of a vector: dimensions in 16 bits, 16 bits of 0, numbers of 32 bits, the high byte first. */
const HEAD = 4

/** A vector as a parameter: the driver sends bytes as they are. */
export function encodeVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(HEAD + 4 * vector.length)
  writeVector(bytes, 0, vector)
  return bytes
}

/**
 * Vectors as a parameter of type vector[].
 *
 * @param type the number of the type vector in the database
 */
export function encodeVectors(vectors: readonly Float32Array[], type: number): Buffer {
  // Dimensions of the array, whether there are nulls, the type; then its length and first index.
  const head = vectors.length === 0 ? [0, 0, type] : [1, 0, type, vectors.length, 1]
  const size = vectors.reduce((sum, vector) => sum + 4 + HEAD + 4 * vector.length, 4 * head.length)
  const bytes = Buffer.alloc(size)
  let at = 0
  for (const number of head) at = bytes.writeUInt32BE(number, at)
  for (const vector of vectors) {
    at = bytes.writeUInt32BE(HEAD + 4 * vector.length, at)
    at = writeVector(bytes, at, vector)
  }
  return bytes
}

function writeVector(bytes: Buffer, start: number, vector: Float32Array): number {
  bytes.writeUInt16BE(vector.length, start)
  let at = start + HEAD
  for (let i = 0; i < vector.length; i++) at = bytes.writeFloatBE(vector[i]!, at)
  return at
}

/** Back from what the function vector_send gives, to the bit. */
export function decodeVector(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.readUInt16BE(0))
  for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatBE(HEAD + 4 * i)
  return vector
}
