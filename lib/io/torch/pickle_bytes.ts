import type { Fail } from './fail.ts'

/** Thrown by a cursor that would read beyond its bytes; there may be more of them in the file. */
export const endedEarly = Symbol('the pickle goes on behind the bytes that were given')

/** Characters of a line, which holds the name of a module or of something in it. */
const LONGEST_LINE = 1000

/** The operands of a pickle's opcodes, read one after another. All calls throw `endedEarly` behind the last byte. */
export interface PickleBytes {
  at(): number
  byte(): number
  u16(): number
  i32(): number
  u32(): number
  f64(): number
  /** Little-endian two's complement of so many bytes; a number where it is a safe one. */
  integer(length: number): number | bigint
  text(length: number): string
  /** Up to the end of the line. */
  line(): string
  skip(length: number): void
}

export function pickleBytes(bytes: Buffer, from: number, fail: Fail): PickleBytes {
  let at = from
  const take = (length: number): number => {
    if (length > bytes.length - at) throw endedEarly
    at += length
    return at - length
  }
  return {
    at: () => at,
    byte: () => bytes[take(1)]!,
    u16: () => bytes.readUInt16LE(take(2)),
    i32: () => bytes.readInt32LE(take(4)),
    u32: () => bytes.readUInt32LE(take(4)),
    f64: () => bytes.readDoubleBE(take(8)),
    integer: (length) => {
      const begin = take(length)
      if (length === 0) return 0
      const digits = Buffer.from(bytes.subarray(begin, at)).reverse().toString('hex')
      const value = BigInt.asIntN(8 * length, BigInt(`0x${digits}`))
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : value
    },
    text: (length) => bytes.toString('utf8', take(length), at),
    line: () => {
      const end = bytes.subarray(at, at + LONGEST_LINE + 1).indexOf(10)
      if (end < 0 && bytes.length - at > LONGEST_LINE) fail(`has a line of more than ${LONGEST_LINE} bytes`)
      if (end < 0) throw endedEarly
      const text = bytes.toString('utf8', at, at + end)
      at += end + 1
      return text
    },
    skip: (length) => {
      take(length)
    },
  }
}
