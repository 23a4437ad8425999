import { child, named, type SyntaxNode } from '../../code/syntax_tree.ts'

/** A value that is written in code. `raw` is what is no literal, kept as it is written. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Value[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Value, Value])[] }
  | { readonly kind: 'raw'; readonly text: string }

export type ValueKind = Value['kind']

export const int = (value: number): Value => ({ kind: 'int', value })
export const text = (value: string): Value => ({ kind: 'text', value })
export const NONE: Value = { kind: 'none' }

const raw = (node: SyntaxNode): Value => ({ kind: 'raw', text: node.text })

/** The value of a literal of Python or JavaScript. */
export function literalValue(node: SyntaxNode): Value {
  switch (node.type) {
    case 'none':
    case 'null':
    case 'undefined':
      return NONE
    case 'true':
    case 'false':
      return { kind: 'bool', value: node.type === 'true' }
    case 'integer':
    case 'float':
    case 'number':
      return numberOf(node)
    case 'string':
      return textOf(node)
    case 'list':
    case 'array':
      return { kind: 'list', items: named(node).map(literalValue) }
    case 'tuple':
    case 'set':
      return { kind: node.type, items: named(node).map(literalValue) }
    case 'dictionary':
    case 'object':
      return dictOf(node)
    case 'parenthesized_expression':
      return literalValue(named(node)[0] ?? node)
    case 'unary_operator':
    case 'unary_expression':
      return negativeOf(node)
    default:
      return raw(node)
  }
}

function numberOf(node: SyntaxNode): Value {
  const plain = node.text.replaceAll('_', '')
  const value = Number(plain)
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return raw(node)
  return { kind: /^(?:\d+|0[xob].*)$/i.test(plain) ? 'int' : 'float', value }
}

function textOf(node: SyntaxNode): Value {
  const quote = /^("""|'''|"|')/.exec(node.text)?.[1]
  const content = quote === undefined ? undefined : node.text.slice(quote.length, -quote.length)
  if (content === undefined || content.includes('\\')) return raw(node)
  return text(content)
}

function dictOf(node: SyntaxNode): Value {
  const pairs = named(node)
  if (pairs.some(({ type }) => type !== 'pair')) return raw(node)
  const keyOf = (key: SyntaxNode): Value =>
    key.type === 'property_identifier' ? text(key.text) : literalValue(key)
  return {
    kind: 'dict',
    entries: pairs.map((pair) => [keyOf(child(pair, 'key')!), literalValue(child(pair, 'value')!)]),
  }
}

function negativeOf(node: SyntaxNode): Value {
  const value = literalValue(child(node, 'argument')!)
  const isMinus = child(node, 'operator')?.text === '-'
  return isMinus && (value.kind === 'int' || value.kind === 'float')
    ? { kind: value.kind, value: -value.value }
    : raw(node)
}

/** A value as a language writes it. */
export function writtenValue(value: Value, language: 'python' | 'javascript' | 'typescript'): string {
  const isPython = language === 'python'
  const list = (items: readonly Value[]) => items.map((one) => writtenValue(one, language)).join(', ')
  switch (value.kind) {
    case 'none':
      return isPython ? 'None' : 'null'
    case 'bool':
      return isPython ? (value.value ? 'True' : 'False') : String(value.value)
    case 'float':
      return Number.isInteger(value.value) && Math.abs(value.value) < 1e15
        ? value.value.toFixed(1)
        : String(value.value)
    case 'int':
      return String(value.value)
    case 'text':
      return JSON.stringify(value.value)
    case 'list':
      return `[${list(value.items)}]`
    case 'tuple':
      if (!isPython) return `[${list(value.items)}]`
      return value.items.length === 1 ? `(${list(value.items)},)` : `(${list(value.items)})`
    case 'set':
      if (!isPython) return `new Set([${list(value.items)}])`
      return value.items.length === 0 ? 'set()' : `{${list(value.items)}}`
    case 'dict': {
      const pairs = value.entries.map(
        ([key, one]) =>
          `${isPython ? writtenValue(key, language) : `[${writtenValue(key, language)}]`}: ${writtenValue(one, language)}`,
      )
      return `{${pairs.join(', ')}}`
    }
    case 'raw':
      return value.text
  }
}
