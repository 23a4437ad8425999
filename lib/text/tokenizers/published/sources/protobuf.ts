import { VmmError } from '../../../../core/errors.ts'

/** What a field of a protobuf message holds: a number, or bytes. */
export type Value = number | Buffer

/** How a file and a message in it are called in messages. */
export interface MessageName {
  readonly file: string
  readonly path: string
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/**
 * The fields of a protobuf message, in the order of the file. Whole numbers beyond 2^53 are rounded; of 32 bits each is
 * read as a float.
 *
 * @throws VmmError BAD_FILE for what is cut off, lengths that lead beyond the message, and wire types that are no more
 */
export function* fieldsOf(
  bytes: Buffer,
  name: MessageName,
): Generator<readonly [field: number, value: Value]> {
  let at = 0
  const broken = (problem: string) =>
    new VmmError('BAD_FILE', `${name.file}: ${name.path}, byte ${at}: ${problem}`)
  const varint = (): number => {
    let value = 0
    for (let n = 0; n < 10; n++) {
      const byte = bytes[at++]
      if (byte === undefined) throw broken('it ends within a number')
      value += (byte & 0x7f) * 2 ** (7 * n)
      if (byte < 0x80) return value
    }
    throw broken('a number of more than 10 bytes')
  }
  const take = (length: number): Buffer => {
    if (length > bytes.length - at)
      throw broken(`${length} bytes are said to follow; there are ${bytes.length - at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const key = varint()
    const field = Math.floor(key / 8)
    switch (key % 8) {
      case VARINT:
        yield [field, varint()]
        break
      case FIXED64:
        yield [field, take(8)]
        break
      case BYTES:
        yield [field, take(varint())]
        break
      case FIXED32:
        yield [field, take(4).readFloatLE()]
        break
      default:
        throw broken(`field ${field} has the wire type ${key % 8}`)
    }
  }
}

/** Throws BAD_FILE for what is no number. */
export function numberOf(value: Value, name: MessageName): number {
  if (typeof value !== 'number')
    throw new VmmError('BAD_FILE', `${name.file}: ${name.path}: got bytes; expected a number`)
  return value
}

/** Throws BAD_FILE for what is no bytes. */
export function bytesOf(value: Value, name: MessageName): Buffer {
  if (typeof value === 'number')
    throw new VmmError('BAD_FILE', `${name.file}: ${name.path}: got the number ${value}; expected bytes`)
  return value
}
