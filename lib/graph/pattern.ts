import { VmmError } from '../core/errors.ts'
import { formatShape, type Shape } from '../tensor/shape.ts'

/**
 * One axis of a shape pattern. Patterns are words: `rows in` (symbols), `4` (a literal), `sequences+1` (a symbol
 * and an offset), `... d` (any leading axes, the same in all tensors of the op), `experts? out in` (a leading
 * axis that may be missing).
 */
export interface DimToken {
  readonly kind: 'symbol' | 'literal' | 'ellipsis' | 'optional'
  readonly symbol: string
  readonly add: number
}

const word = /^(?:(\.\.\.)|(\d+)|([A-Za-z]\w*)(\?|[+-]\d+)?)$/

export function parsePattern(text: string): DimToken[] {
  const words = text.split(/\s+/).filter(Boolean)
  return words.map((w, i) => {
    const m = word.exec(w)
    if (!m || ((m[1] || m[4] === '?') && i > 0)) throw new Error(`bad shape pattern '${text}'`)
    if (m[1]) return { kind: 'ellipsis', symbol: '...', add: 0 }
    if (m[2]) return { kind: 'literal', symbol: '', add: Number(m[2]) }
    if (m[4] === '?') return { kind: 'optional', symbol: m[3]!, add: 0 }
    return { kind: 'symbol', symbol: m[3]!, add: Number(m[4] ?? 0) }
  })
}

/** Sizes of the symbols of one call, and which tensor fixed each: what the messages are made of. */
export interface BoundSymbols {
  readonly sizes: Map<string, number>
  readonly fixedBy: Map<string, string>
  leading: Shape | null
}

export function noSymbols(): BoundSymbols {
  return { sizes: new Map(), fixedBy: new Map(), leading: null }
}

function mismatch(op: string, tensor: string, pattern: string, shape: Shape, why: string): VmmError {
  return new VmmError(
    'BAD_ARGUMENT',
    `${op}: ${tensor} [${pattern}] has shape ${formatShape(shape)}: ${why}`,
    {
      argument: tensor,
    },
  )
}

/** Matches a shape with its pattern, binding new symbols and comparing known ones. Throws VmmError. */
export function bindShape(
  op: string,
  tensor: string,
  pattern: string,
  tokens: readonly DimToken[],
  shape: Shape,
  bound: BoundSymbols,
): void {
  const first = tokens[0]
  const fixed = first?.kind === 'ellipsis' || first?.kind === 'optional' ? tokens.slice(1) : tokens
  const extra = shape.length - fixed.length
  if (extra < 0 || (extra > 0 && first?.kind !== 'ellipsis' && !(first?.kind === 'optional' && extra === 1)))
    throw mismatch(
      op,
      tensor,
      pattern,
      shape,
      `expected ${fixed.length}${fixed === tokens ? '' : ' or more'} axes`,
    )
  if (first?.kind === 'ellipsis') {
    const leading = shape.slice(0, extra)
    if (bound.leading === null) {
      bound.leading = leading
      bound.fixedBy.set('...', tensor)
    } else if (formatShape(bound.leading) !== formatShape(leading)) {
      const other = bound.fixedBy.get('...')
      throw mismatch(
        op,
        tensor,
        pattern,
        shape,
        `leading axes differ from ${formatShape(bound.leading)} of ${other}`,
      )
    }
  }
  const axes: [DimToken, number][] = fixed.map((t, i) => [t, shape[extra + i]!])
  if (first?.kind === 'optional' && extra === 1) axes.unshift([first, shape[0]!])
  for (const [token, size] of axes) {
    if (token.kind === 'literal') {
      if (size !== token.add)
        throw mismatch(op, tensor, pattern, shape, `expected ${token.add} where it has ${size}`)
      continue
    }
    const value = size - token.add
    const known = bound.sizes.get(token.symbol)
    if (known === undefined) {
      if (value < 0) throw mismatch(op, tensor, pattern, shape, `${token.symbol} would be ${value}`)
      bound.sizes.set(token.symbol, value)
      bound.fixedBy.set(token.symbol, tensor)
    } else if (known !== value) {
      const by = bound.fixedBy.get(token.symbol)
      throw mismatch(op, tensor, pattern, shape, `${token.symbol} is ${value} here but ${known} in ${by}`)
    }
  }
}

/** The shape that a pattern stands for once its symbols are known; an unbound optional axis is left out. */
export function shapeOf(tokens: readonly DimToken[], bound: BoundSymbols): number[] {
  return tokens.flatMap((t) => {
    if (t.kind === 'literal') return [t.add]
    if (t.kind === 'ellipsis') return [...(bound.leading ?? [])]
    const size = bound.sizes.get(t.symbol)
    if (size === undefined) {
      if (t.kind === 'optional') return []
      throw new Error(`symbol ${t.symbol} is not bound`)
    }
    return [size + t.add]
  })
}
