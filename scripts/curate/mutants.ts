// Mutants of programs: an operator is swapped or a constant changed, one at a time.
import { parseCode } from '../../lib/curate/code/parse.ts'
import { child, descendants, type SyntaxNode } from '../../lib/curate/code/syntax_tree.ts'

/** A program with a change, and what the change is. */
export interface Mutant {
  readonly source: string
  readonly line: number
  readonly before: string
  readonly after: string
}

const OPERATORS: Readonly<Record<string, string>> = {
  ...{ '+': '-', '-': '+', '*': '+', '/': '*', '//': '*', '%': '*', '**': '*' },
  ...{ '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==' },
  ...{ and: 'or', or: 'and', in: 'not in', is: 'is not' },
  ...{ '+=': '-=', '-=': '+=', '*=': '+=', '//=': '*=', '/=': '*=', '%=': '*=' },
  ...{ '&': '|', '|': '&', '^': '&', '<<': '>>', '>>': '<<' },
}
const OPERATIONS = new Set([
  'binary_operator',
  'comparison_operator',
  'boolean_operator',
  'augmented_assignment',
])

/** All mutants of a Python program, in the order of their places. */
export async function mutantsOf(source: string): Promise<readonly Mutant[]> {
  const root = await parseCode(source, 'python')
  const found: Mutant[] = []
  const replace = (node: SyntaxNode, after: string): void => {
    const changed = source.slice(0, node.start) + after + source.slice(node.end)
    found.push({ source: changed, line: node.line, before: node.text, after })
  }
  for (const node of descendants(root)) {
    if (OPERATIONS.has(node.type))
      for (const one of node.children)
        if (!one.named && OPERATORS[one.text]) replace(one, OPERATORS[one.text]!)
    const constant = changedConstant(node)
    if (constant !== null) replace(node, constant)
    if (node.type === 'not_operator') replace(node, `(${child(node, 'argument')!.text})`)
  }
  return found
}

function changedConstant(node: SyntaxNode): string | null {
  if (node.type === 'true') return 'False'
  if (node.type === 'false') return 'True'
  if (node.type === 'integer' && /^\d+$/.test(node.text)) return String(BigInt(node.text) + 1n)
  return node.type === 'float' ? `(${node.text} + 1)` : null
}
