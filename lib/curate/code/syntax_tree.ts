/** A node of a syntax tree. Places count UTF-16 units of the source, lines count from 1. */
export interface SyntaxNode {
  /** The grammar's name for it; of a word or mark such as `if` or `+`, the text itself. */
  readonly type: string
  /** False for words and marks. */
  readonly named: boolean
  /** What its parent calls it, such as `left`; null where it has no name there. */
  readonly field: string | null
  readonly start: number
  readonly end: number
  readonly line: number
  readonly endLine: number
  readonly text: string
  /** The grammar has no place for it, or it is missing. */
  readonly broken: boolean
  readonly children: readonly SyntaxNode[]
}

/** A node and all below it, in the order of the source. */
export function* descendants(node: SyntaxNode): Generator<SyntaxNode, void, undefined> {
  const waiting = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    for (let i = next.children.length - 1; i >= 0; i--) waiting.push(next.children[i]!)
  }
}

/** The child that a node calls by this name; null where there is none. */
export const child = (node: SyntaxNode | null, field: string): SyntaxNode | null =>
  node?.children.find((one) => one.field === field) ?? null

export const childrenOf = (node: SyntaxNode, field: string): readonly SyntaxNode[] =>
  node.children.filter((one) => one.field === field)

export const named = (node: SyntaxNode | null): readonly SyntaxNode[] =>
  node?.children.filter((one) => one.named && !one.type.includes('comment')) ?? []

/** Whether any node below fits. */
export function some(node: SyntaxNode, fits: (node: SyntaxNode) => boolean): boolean {
  for (const one of descendants(node)) if (fits(one)) return true
  return false
}
