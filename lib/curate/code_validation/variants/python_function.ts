import { RULES } from '../../code/rules/by_language.ts'
import { child, descendants, named, type SyntaxNode } from '../../code/syntax_tree.ts'

const rules = RULES.python

/** A function of Python whose body stands on lines of its own. */
export interface PythonFunction {
  readonly source: string
  readonly node: SyntaxNode
  readonly name: string
  readonly parameters: readonly string[]
  /** Statements without the docstring. */
  readonly statements: readonly SyntaxNode[]
  /** What stands before each line of the body, and what one more level adds. */
  readonly indent: string
  readonly unit: string
  /** Calls of itself. */
  readonly calls: readonly SyntaxNode[]
}

/** The function of that name at the top of a program; null where its form is another one than rules can rewrite. */
export function pythonFunction(source: string, root: SyntaxNode, name: string): PythonFunction | null {
  const node = named(root).find(
    (one) => one.type === 'function_definition' && child(one, 'name')?.text === name,
  )
  const body = child(node ?? null, 'body')
  const all = rules.parameters(node ?? root)
  if (node === undefined || body === null || body.line === node.line) return null
  if (all.some(({ kind }) => kind !== 'plain')) return null
  const hasDocstring = rules.docstring(node, []) !== null
  const statements = named(body).slice(hasDocstring ? 1 : 0)
  const first = statements[0]
  if (first === undefined) return null
  const indent = source.slice(source.lastIndexOf('\n', first.start) + 1, first.start)
  // Lines of long texts must not be moved.
  if (!/^[ \t]+$/.test(indent) || /"""|'''/.test(source.slice(first.start, node.end))) return null
  return {
    ...{ source, node, name, statements, indent, unit: indent.includes('\t') ? '\t' : '    ' },
    parameters: all.map((one) => one.name),
    calls: [...descendants(node)].filter((one) => rules.calls(one).includes(name)),
  }
}

/** The body from its first statement on, as it is written. */
export const bodyOf = ({ source, node, statements }: PythonFunction): string =>
  source.slice(statements[0]!.start, node.end).trimEnd()

/** The program with another body of the function. */
export function withBody({ source, node, statements }: PythonFunction, body: string): string {
  return source.slice(0, statements[0]!.start) + body + source.slice(node.end)
}

/** A text of lines, one level deeper. */
export const deeper = (text: string, unit: string): string => text.replace(/\n(?=[^\n\r])/g, `\n${unit}`)

/** A program that imports a module first. */
export const withImport = (module: string, source: string): string => `import ${module}\n${source}`

/** The nodes around a node within a function, the innermost first. */
export function within(root: SyntaxNode, node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  let at: SyntaxNode | undefined = root
  while (at !== undefined && at !== node) {
    found.unshift(at)
    at = at.children.find((one) => one.start <= node.start && node.end <= one.end)
  }
  return found
}

/** Names that are assigned below a node, each once. */
export const assignedNames = (node: SyntaxNode): readonly string[] => [
  ...new Set(
    [...descendants(node)]
      .flatMap((one) => [...(rules.assignment(one)?.targets ?? []), ...loopTargets(one)])
      .filter(({ type }) => type === 'identifier')
      .map(({ text }) => text),
  ),
]

const loopTargets = (node: SyntaxNode): readonly SyntaxNode[] => {
  const left = node.type === 'for_statement' ? child(node, 'left') : null
  return left === null ? [] : left.type === 'identifier' ? [left] : named(left)
}
