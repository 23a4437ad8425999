import type { CodeFunction } from '../../code/analyse.ts'
import { child, descendants, named, type SyntaxNode } from '../../code/syntax_tree.ts'
import { neighbours, plainValues, wrongValue } from './neighbours.ts'
import { parameterKind } from './parameter_kind.ts'
import { int, literalValue, NONE, type Value, writtenValue } from './value.ts'

/** Arguments that a function is called with. */
export interface CaseInputs {
  /** Each as the language writes it. */
  readonly inputs: readonly string[]
  /** `normal`: like those of the tests; `edge`: empty, zero, negative, one; `error`: of a wrong kind. */
  readonly edgeCaseType: 'normal' | 'edge' | 'error'
}

export interface CaseSources {
  readonly language: 'python' | 'javascript' | 'typescript'
  readonly entry: CodeFunction
  /** The trees of the program and of its tests. */
  readonly program: SyntaxNode
  readonly tests: readonly SyntaxNode[]
  /** Cases at most. */
  readonly most: number
}

/** Sizes of growing inputs: lengths of lists and texts; numbers, where there are no lists. */
const LENGTHS = [8, 16, 32, 64]
const NUMBERS = [4, 8, 12, 16, 20, 24]

/**
 * Inputs for a function, from those that its tests give it, its annotations, its parameters' names, and the constants
 * that its code compares with. They are the same for the same code and tests.
 */
export function generatedCases(sources: CaseSources): readonly CaseInputs[] {
  const { language, entry, program, most } = sources
  const rows = sampleRows(sources)
  const constants = constantsOf(program)
  const found = new Map<string, CaseInputs>()
  const add = (row: readonly Value[], edgeCaseType: CaseInputs['edgeCaseType']): void => {
    const inputs = row.map((one) => writtenValue(one, language))
    const key = inputs.join(', ')
    if (found.size < most && !found.has(key)) found.set(key, { inputs, edgeCaseType })
  }
  for (const row of rows) add(row, 'normal')
  for (const row of wrongRows(rows[0] ?? [])) add(row, 'error')
  // Round by round, so that no parameter and no row takes all places.
  const changed = rows.map((row) => row.map((value) => neighbours(value, constants)))
  const rounds = Math.max(0, ...changed.flat().map((one) => one.length))
  for (let round = 0; round < rounds && found.size < most; round++) {
    for (const [r, row] of rows.entries()) {
      row.forEach((_, at) => {
        const other = changed[r]![at]![round]
        if (other !== undefined) add(row.with(at, other), isEdge(other) ? 'edge' : 'normal')
      })
      const all = row.map(
        (value, at) => changed[r]![at]![(round * (at + 1)) % (changed[r]![at]!.length || 1)] ?? value,
      )
      add(all, all.some(isEdge) ? 'edge' : 'normal')
    }
    const mixed = (rows[0] ?? []).map((value, at) => rows[(round + at) % rows.length]?.[at] ?? value)
    add(mixed, 'normal')
  }
  return [...found.values()].slice(0, entry.parameters.length === 0 ? 1 : most)
}

/** Inputs of growing size, smallest first; none where nothing in them can grow. */
export function growingInputs(sources: CaseSources): readonly (readonly string[])[] {
  const row = sampleRows(sources)[0] ?? []
  const sized = row.filter(({ kind }) => /^(?:list|tuple|text)$/.test(kind))
  if (sized.length === 0 && !row.some(({ kind }) => kind === 'int')) return []
  const lengths = new Set(sized.map(lengthOf))
  const sizes = sized.length > 0 ? LENGTHS : NUMBERS
  return sizes.map((size) =>
    row.map((value) => {
      const isLength = value.kind === 'int' && (sized.length === 0 || lengths.has(value.value))
      return writtenValue(isLength ? int(size) : grown(value, size), sources.language)
    }),
  )
}

const lengthOf = (value: Value): number =>
  'items' in value ? value.items.length : value.kind === 'text' ? value.value.length : 0

function grown(value: Value, size: number): Value {
  if (value.kind === 'text') {
    const characters = value.value || 'ab'
    return {
      kind: 'text',
      value: Array.from({ length: size }, (_, i) => characters[i % characters.length]).join(''),
    }
  }
  if (value.kind !== 'list' && value.kind !== 'tuple') return value
  const items = value.items.length > 0 ? value.items : [int(1)]
  const at = (i: number): Value => {
    const one = items[i % items.length]!
    return one.kind === 'int' ? int(one.value + Math.floor(i / items.length)) : one
  }
  return { kind: value.kind, items: Array.from({ length: size }, (_, i) => at(i)) }
}

const isEdge = (value: Value): boolean =>
  value.kind === 'none' ||
  (value.kind === 'int' && value.value <= 1) ||
  ('items' in value && value.items.length < 2) ||
  (value.kind === 'text' && value.value.length < 2) ||
  (value.kind === 'dict' && value.entries.length < 2)

const wrongRows = (row: readonly Value[]): readonly (readonly Value[])[] =>
  row.flatMap((value, at) => [row.with(at, NONE), row.with(at, wrongValue(value.kind))])

/** Arguments of the function in its tests; where there are none, values of the kinds that its parameters seem to have. */
function sampleRows({ entry, program, tests }: CaseSources): readonly (readonly Value[])[] {
  const isCall = (node: SyntaxNode) =>
    /^call/.test(node.type) && child(node, 'function')?.text === entry.name && node.children.length > 0
  const rowsIn = (root: SyntaxNode) =>
    [...descendants(root)]
      .filter(isCall)
      .map((call) => named(child(call, 'arguments')))
      .filter((row) => row.every(({ type }) => !/splat|spread|keyword/.test(type)))
      .map((row) => row.map(literalValue))
  const rows = tests.flatMap(rowsIn)
  if (rows.length > 0) return rows
  // Tests may stand in the program itself; what they give by name is not known here.
  const known = rowsIn(program).filter((row) => row.length > 0 && row.every(isLiteral))
  if (known.length > 0) return known
  const needed = entry.parameters.filter(({ kind, value }) => kind === 'plain' && value === null)
  const kinds = needed.filter(({ name }) => name !== 'self').map((one) => plainValues(parameterKind(one)))
  return [0, 1].map((i) => kinds.map((values) => values[i % values.length]!))
}

function isLiteral(value: Value): boolean {
  if (value.kind === 'dict') return value.entries.flat().every(isLiteral)
  return 'items' in value ? value.items.every(isLiteral) : value.kind !== 'raw'
}

/** Whole numbers and texts that a program holds. */
function constantsOf(program: SyntaxNode): readonly Value[] {
  const found = new Map<string, Value>()
  for (const node of descendants(program)) {
    if (!/^(?:integer|number|string)$/.test(node.type)) continue
    const value = literalValue(node)
    const isShort = value.kind === 'int' || (value.kind === 'text' && value.value.length <= 20)
    if (isShort && found.size < 8) found.set(node.text, value)
  }
  return [...found.values()]
}
