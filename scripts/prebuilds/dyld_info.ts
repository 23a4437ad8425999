// The two small languages in which a Mach-O library says what it exports and what it is bound to.
import { cString } from './c_string.ts'

export interface Bind {
  readonly name: string
  /** Where it is looked for: the library's place from 1 on, or FLAT. */
  readonly from: number
}

/** In all that is loaded: for what Node itself has. */
export const FLAT = -2

const OP = {
  ordinal: 0x10,
  ordinalUleb: 0x20,
  specialOrdinal: 0x30,
  symbol: 0x40,
  addend: 0x60,
  segment: 0x70,
  address: 0x80,
  bind: 0x90,
  bindAddAddress: 0xa0,
  bindTimes: 0xc0,
}
/** How many numbers follow these. */
const NUMBERS = new Map([
  [OP.ordinalUleb, 1],
  [OP.addend, 1],
  [OP.segment, 1],
  [OP.address, 1],
  [OP.bindAddAddress, 1],
  [OP.bindTimes, 2],
])

/** Symbols with the place that each is looked for in, once for each address that gets it. */
export function readBinds(code: Buffer): Bind[] {
  const binds: Bind[] = []
  let [name, from] = ['', 0]
  for (let at = 0; at < code.length; ) {
    const op = code[at]! & 0xf0
    const small = code[at]! & 0x0f
    at++
    if (op === OP.ordinal) from = small
    // Small negative numbers, without their sign bits.
    if (op === OP.specialOrdinal) from = small === 0 ? 0 : small - 16
    if (op === OP.symbol) {
      name = cString(code, at)
      at += name.length + 1
    }
    for (let i = NUMBERS.get(op) ?? 0; i > 0; i--) {
      const number = uleb(code, at)
      at = number.next
      if (op === OP.ordinalUleb) from = number.value
    }
    if (op >= OP.bind) binds.push({ name, from })
  }
  return binds
}

/** The names in a tree of exports: what dlsym finds. */
export function readExports(tree: Buffer): string[] {
  const names: string[] = []
  if (tree.length > 0) walk(tree, 0, '', names)
  return names.sort()
}

function walk(tree: Buffer, node: number, prefix: string, names: string[]): void {
  // Labels are not empty, so a loop would soon be longer than any name.
  if (prefix.length > 10_000) throw new Error('the tree of exports has a loop')
  const size = uleb(tree, node)
  if (size.value > 0) names.push(prefix)
  let at = size.next + size.value
  for (let children = tree.readUInt8(at++); children > 0; children--) {
    const label = cString(tree, at)
    const child = uleb(tree, at + label.length + 1)
    walk(tree, child.value, prefix + label, names)
    at = child.next
  }
}

function uleb(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0
  for (let scale = 1, next = at; ; scale *= 128) {
    const byte = bytes.readUInt8(next++)
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, next }
  }
}
