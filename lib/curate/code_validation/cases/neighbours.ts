import { int, NONE, text, type Value, type ValueKind } from './value.ts'

/** Larger numbers take code too long that counts up to them. */
const LARGEST = 1_000_000

/**
 * Values like one: some that are a little different, and those where code often goes wrong. The most telling come first.
 *
 * @param constants numbers and texts that the code compares with, of which those of the same kind are taken, and their neighbours
 */
export function neighbours(value: Value, constants: readonly Value[]): readonly Value[] {
  switch (value.kind) {
    case 'int':
      return numbers(value.value, constants)
    case 'float':
      return [0, 1.5, -value.value, value.value + 1, value.value / 2, 100.25].map((one) => ({
        kind: 'float',
        value: one,
      }))
    case 'text':
      return texts(value.value, constants)
    case 'bool':
      return [{ kind: 'bool', value: !value.value }]
    case 'list':
    case 'tuple':
    case 'set':
      return lists(value.items, constants).map((items) => ({ kind: value.kind, items }))
    case 'dict':
      return dicts(value.entries, constants)
    default:
      return []
  }
}

function numbers(value: number, constants: readonly Value[]): readonly Value[] {
  const known = constants.flatMap((one) =>
    one.kind === 'int' ? [one.value, one.value + 1, one.value - 1] : [],
  )
  const all = [
    value + 1,
    0,
    1,
    value - 1,
    -value,
    2,
    ...known,
    -1,
    2 * value + 1,
    3,
    10,
    7,
    12,
    100,
    5,
    16,
    31,
  ]
  return [...new Set(all)]
    .filter((one) => one !== value && Math.abs(one) <= LARGEST && Number.isSafeInteger(one))
    .map((one) => int(one === 0 ? 0 : one))
}

function texts(value: string, constants: readonly Value[]): readonly Value[] {
  const known = constants.flatMap((one) => (one.kind === 'text' ? [one.value, value + one.value] : []))
  const half = value.slice(0, Math.ceil(value.length / 2))
  const all = [
    ...['', half, value + value, [...value].reverse().join(''), value.slice(0, 1), value.toUpperCase()],
    ...[value.toLowerCase(), `${value}a`, ...known, ` ${value} `, `${half}1${value.slice(half.length)}`],
    ...['ab', 'aab', 'Python 3', 'a_b', '12', 'AbC dEf', 'aeiou', '{[()]}', 'zzz'],
  ]
  return [...new Set(all)].filter((one) => one !== value && one.length <= 200).map(text)
}

function lists(items: readonly Value[], constants: readonly Value[]): readonly (readonly Value[])[] {
  const found: (readonly Value[])[] = [[], items.slice(0, 1), items.toReversed(), items.slice(0, -1)]
  found.push([...items, ...items], sorted(items), sorted(items).toReversed(), items.slice(1))
  // Elements change one by one, and all at once.
  for (const at of [0, items.length - 1, Math.floor(items.length / 2)]) {
    const one = items[at]
    if (one === undefined) continue
    for (const other of neighbours(one, constants).slice(0, 4)) found.push(items.with(at, other))
    found.push(
      items.map(() => one),
      [one, ...items],
    )
  }
  found.push(items.map((one, i) => neighbours(one, constants)[i % 3] ?? one))
  return found
}

function dicts(entries: readonly (readonly [Value, Value])[], constants: readonly Value[]): readonly Value[] {
  const found = [[], entries.slice(0, 1), entries.toReversed()]
  const first = entries[0]
  if (first !== undefined)
    for (const other of neighbours(first[1], constants).slice(0, 4))
      found.push([[first[0], other], ...entries.slice(1)])
  return found.map((one) => ({ kind: 'dict', entries: one }))
}

function sorted(items: readonly Value[]): readonly Value[] {
  const key = (one: Value): number | string => ('value' in one ? (one.value as number | string) : 0)
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/** Values of a kind where nothing else is known. */
export function plainValues(kind: ValueKind): readonly Value[] {
  switch (kind) {
    case 'int':
      return [int(5), int(12)]
    case 'float':
      return [
        { kind: 'float', value: 2.5 },
        { kind: 'float', value: 10 },
      ]
    case 'text':
      return [text('hello'), text('Abc abc')]
    case 'bool':
      return [
        { kind: 'bool', value: true },
        { kind: 'bool', value: false },
      ]
    case 'list':
    case 'tuple':
    case 'set':
      return [
        { kind, items: [3, 1, 2].map(int) },
        { kind, items: [5, 5, -1, 0].map(int) },
      ]
    case 'dict':
      return [
        {
          kind,
          entries: [
            [text('a'), int(1)],
            [text('b'), int(2)],
          ],
        },
      ]
    default:
      return [NONE]
  }
}

/** A value that is not of the kind that a function expects. */
export const wrongValue = (kind: ValueKind | undefined): Value => (kind === 'text' ? int(3) : text('x'))
