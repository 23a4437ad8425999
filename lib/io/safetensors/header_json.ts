import { VmmError } from '../../core/errors.ts'

/** What the JSON of a header says about one tensor; offsets are relative to the data. */
export type RawEntry = { name: string; dtype: string; shape: number[]; offsets: [number, number] }
export type RawHeader = { entries: RawEntry[]; metadata: Map<string, string> }

/**
 * Parses exactly the JSON that a safetensors header may be:
 * `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "text"}}`.
 * A parser of its own, because JSON.parse keeps the last of two equal names without a word and accepts any depth.
 *
 * @throws VmmError BAD_FILE with the file, the entry and the offset in the header
 */
export function parseHeaderJson(text: string, path: string): RawHeader {
  let at = 0
  let entry = ''

  const fail = (problem: string): never => {
    const where = entry === '' ? '' : ` in ${JSON.stringify(entry.slice(0, 100))}`
    throw new VmmError('BAD_FILE', `${path}: header${where}: ${problem} at offset ${at}`)
  }
  const skipSpace = () => {
    for (let c = text.charCodeAt(at); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; )
      c = text.charCodeAt(++at)
  }
  const take = (character: string): boolean => {
    skipSpace()
    if (text[at] !== character) return false
    at++
    return true
  }
  const expect = (character: string) => {
    if (!take(character)) fail(`expected ${character}`)
  }
  const string = (): string => {
    skipSpace()
    const begin = at
    if (text[at] !== '"') fail('expected a string')
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      if (at >= text.length) fail('unterminated string')
    }
    at++
    try {
      return JSON.parse(text.slice(begin, at)) as string
    } catch {
      at = begin
      return fail('invalid string')
    }
  }
  const size = (): number => {
    skipSpace()
    const begin = at
    while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++
    const digits = text.slice(begin, at)
    const value = Number(digits)
    if (digits === '' || (digits.length > 1 && digits[0] === '0'))
      fail('expected a whole number of 0 or more')
    if (!Number.isSafeInteger(value)) fail('number beyond 2^53 - 1')
    return value
  }
  const list = (): number[] => {
    const values: number[] = []
    expect('[')
    if (take(']')) return values
    do values.push(size())
    while (take(','))
    expect(']')
    return values
  }
  /** Calls `member` for each key of an object; equal keys are refused. */
  const object = (member: (key: string) => void) => {
    const seen = new Set<string>()
    expect('{')
    if (take('}')) return
    do {
      const key = string()
      if (seen.has(key)) fail(`${JSON.stringify(key.slice(0, 100))} appears twice, the second time`)
      seen.add(key)
      expect(':')
      member(key)
    } while (take(','))
    expect('}')
  }
  const tensor = (name: string): RawEntry => {
    let dtype: string | undefined
    let shape: number[] | undefined
    let offsets: number[] | undefined
    object((key) => {
      if (key === 'dtype') dtype = string()
      else if (key === 'shape') shape = list()
      else if (key === 'data_offsets') offsets = list()
      else fail(`unknown key ${JSON.stringify(key.slice(0, 100))}`)
    })
    if (dtype === undefined) return fail('dtype is missing')
    if (shape === undefined) return fail('shape is missing')
    const [begin, end, ...rest] = offsets ?? []
    if (begin === undefined || end === undefined || rest.length > 0)
      return fail('data_offsets must be [begin, end]')
    return { name, dtype, shape, offsets: [begin, end] }
  }

  const entries: RawEntry[] = []
  const metadata = new Map<string, string>()
  object((name) => {
    entry = name
    if (name === '__metadata__') object((key) => metadata.set(key, string()))
    else entries.push(tensor(name))
    entry = ''
  })
  skipSpace()
  if (at < text.length) fail('text after the header')
  return { entries, metadata }
}
