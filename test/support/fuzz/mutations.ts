import { pick, type Random } from './random.ts'

/** Some bytes of a file, from `begin` to before `end`. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** Where a file has numbers that steer its reader. Bytes outside of both are data. */
export interface Layout {
  /** Binary fields. */
  readonly fields: readonly Span[]
  /** Text, such as JSON. `length` is where its bytes are counted, as a number of so many bytes. */
  readonly texts: readonly (Span & { readonly length?: { readonly at: number; readonly bytes: number } })[]
}

export const allFields = (bytes: Uint8Array): Layout => ({
  fields: [{ begin: 0, end: bytes.length }],
  texts: [],
})
export const allText = (bytes: Uint8Array): Layout => ({
  fields: [],
  texts: [{ begin: 0, end: bytes.length }],
})

const WORDS = {
  2: [0n, -1n, 0x7fffn, 0x8000n],
  4: [0n, -1n, 2n ** 31n - 1n, 2n ** 31n],
  8: [0n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, -(2n ** 40n), 2n ** 63n],
} as const

/** In place of a value of JSON, or anywhere in a text. */
const HOSTILE: readonly string[] = [
  ...['0', '-1', '2147483647', '2147483648', '1099511627776', '9223372036854775808', '0.5', '1e21', '-0'],
  ...['1e999', '-1e999', '1e-400', 'NaN', 'null', 'true', '""', '[]', '{}', '[0]', '[null]', '[1e999]'],
  ...['"toString"', '"__proto__"', '"constructor"', '"length"', '"../x"', '"\\u0000"', '"\\ud800"', '"x"'],
  ...[
    '{"__proto__":{"x":1}}',
    '{"length":1e9}',
    '{"toString":1,"constructor":2}',
    '"\\u001b[31m\\u009b\\u202e"',
  ],
  ...['\u001b[31m', '\u0000', '\u0085', '\u202e', '\r', '\n', '}', ']', ',', ':', '"', '\\', '\ufeff', 'é'],
  '['.repeat(50_000),
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`,
  '9'.repeat(400),
  '1,'.repeat(20_000),
  `"${'long '.repeat(20_000)}"`,
]
const TOKEN = /"(?:[^"\\]|\\.)*"|'[^']*'|[-+\w.]+|[^\s\w]/g

/** How many changes of single fields and values there are. */
export function countChanges(bytes: Uint8Array, { fields, texts }: Layout): number {
  let count = 0
  for (const { begin, end } of fields) count += wordChanges(begin, end)
  for (const text of texts) count += tokensOf(bytes, text).length * HOSTILE.length
  return count
}

/** Change number `at` of those of single fields and values. */
export function singleChange(bytes: Uint8Array, { fields, texts }: Layout, at: number): Uint8Array {
  let left = at
  for (const { begin, end } of fields) {
    const count = wordChanges(begin, end)
    if (left < count) return wordChange(bytes, begin, end, left)
    left -= count
  }
  for (const text of texts) {
    const tokens = tokensOf(bytes, text)
    if (left < tokens.length * HOSTILE.length) {
      const [from, to] = tokens[Math.floor(left / HOSTILE.length)]!
      return replaced(bytes, from, to, HOSTILE[left % HOSTILE.length]!, text)
    }
    left -= tokens.length * HOSTILE.length
  }
  throw new Error(`no change ${at}`)
}

/** A text with some values of it changed. */
export function changedText(text: string, random: Random): string {
  let bytes: Uint8Array = Buffer.from(text)
  for (let n = 1 + random(3); n > 0; n--) {
    const layout = allText(bytes)
    const count = countChanges(bytes, layout)
    if (count > 0) bytes = singleChange(bytes, layout, random(count))
  }
  return new TextDecoder().decode(bytes)
}

/** Up to four changes anywhere. */
export function randomChanges(
  bytes: Uint8Array,
  layoutOf: (bytes: Uint8Array) => Layout,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let changed = bytes
  for (let n = 1 + random(4); n > 0; n--) changed = randomChange(changed, layoutOf, others, random)
  return changed
}

function randomChange(
  bytes: Uint8Array,
  layoutOf: (bytes: Uint8Array) => Layout,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  const at = random(bytes.length + 1)
  const length = random(pick([2, 16, 64, bytes.length + 1], random))
  const to = Math.min(bytes.length, at + length)
  const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(to)]
  switch (random(10)) {
    case 0:
      return before
    case 1:
      return joined(before, after)
    case 2:
      return joined(before, bytes.subarray(at, to), bytes.subarray(at, to), after)
    case 3: {
      const other = pick(others, random)
      const begin = random(other.length + 1)
      return joined(before, other.subarray(begin, begin + random(other.length + 1 - begin)), after)
    }
    case 4:
      return joined(
        before,
        Uint8Array.from({ length }, () => random(256)),
        after,
      )
    case 5:
    case 6: {
      const copy = new Uint8Array(bytes)
      if (at < copy.length) copy[at] = random(2) === 0 ? copy[at]! ^ (1 << random(8)) : random(256)
      return copy
    }
    case 7: {
      const width = pick([2, 4, 8] as const, random)
      const from = at - (at % width)
      if (from + width > bytes.length) return before
      return withWord(bytes, from, width, pick(WORDS[width], random))
    }
    default: {
      const span = pick(safeLayout(bytes, layoutOf).texts, random)
      if (!span) return joined(before, Buffer.from(pick(HOSTILE, random)), after)
      const from = span.begin + random(span.end - span.begin + 1)
      return replaced(bytes, from, Math.min(span.end, from + random(3)), pick(HOSTILE, random), span)
    }
  }
}

/** Of a file that was changed before, the layout may no longer be found. */
function safeLayout(bytes: Uint8Array, layoutOf: (bytes: Uint8Array) => Layout): Layout {
  try {
    const layout = layoutOf(bytes)
    const texts = layout.texts.filter(({ begin, end }) => begin <= end && end <= bytes.length)
    return { fields: [], texts }
  } catch {
    return { fields: [], texts: [] }
  }
}

function wordChanges(begin: number, end: number): number {
  return ([2, 4, 8] as const).reduce((n, width) => n + wordsIn(begin, end, width) * WORDS[width].length, 0)
}

function wordsIn(begin: number, end: number, width: number): number {
  return Math.max(0, Math.floor(end / width) - Math.ceil(begin / width))
}

function wordChange(bytes: Uint8Array, begin: number, end: number, at: number): Uint8Array {
  let left = at
  for (const width of [2, 4, 8] as const) {
    const values = WORDS[width]
    const count = wordsIn(begin, end, width) * values.length
    if (left < count) {
      const from = width * (Math.ceil(begin / width) + Math.floor(left / values.length))
      return withWord(bytes, from, width, values[left % values.length]!)
    }
    left -= count
  }
  throw new Error(`no change ${at}`)
}

function withWord(bytes: Uint8Array, at: number, width: 2 | 4 | 8, value: bigint): Uint8Array {
  const copy = new Uint8Array(bytes)
  for (let i = 0; i < width; i++) copy[at + i] = Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xffn)
  return copy
}

function tokensOf(bytes: Uint8Array, { begin, end }: Span): [begin: number, end: number][] {
  // One character for each byte, so that places are those of bytes.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', begin, end)
  return [...text.matchAll(TOKEN)].map(({ index, 0: token }) => [begin + index, begin + index + token.length])
}

/** Other text in a place, and its length where it is counted. */
function replaced(
  bytes: Uint8Array,
  from: number,
  to: number,
  text: string,
  { begin, end, length }: Layout['texts'][number],
): Uint8Array {
  const put = Buffer.from(text)
  const changed = new Uint8Array(Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]))
  const size = BigInt(end - begin + put.length - (to - from))
  if (length)
    for (let i = 0; i < length.bytes; i++) changed[length.at + i] = Number((size >> BigInt(8 * i)) & 0xffn)
  return changed
}
