import { createHash } from 'node:crypto'
import type { LanguageRules } from './rules/rules.ts'
import type { SyntaxNode } from './syntax_tree.ts'

/**
 * A hash that code keeps when it is laid out, commented and named otherwise: of its tree, in which each name that the code
 * binds is its number by first use. Other names, such as those of built-in functions and members, are kept.
 *
 * @returns 64 hex digits
 */
export function treeHash(node: SyntaxNode, rules: LanguageRules): string {
  const bound = new Set<string>()
  collectBound(node, rules, false, bound)
  const numbers = new Map<string, number>()
  const hash = createHash('sha256')
  const add = (one: SyntaxNode, parent: SyntaxNode | null): void => {
    if (one.type.includes('comment') || isDocstring(one, parent)) return
    if (one.children.length === 0) {
      hash.update(`${leafText(one, parent)}\0`)
      return
    }
    hash.update(`(${one.type}\0`)
    for (const next of one.children) add(next, one)
    hash.update(')\0')
  }
  const leafText = (one: SyntaxNode, parent: SyntaxNode | null): string => {
    const isOwn = rules.names.has(one.type) && bound.has(one.text) && !isMember(one, parent, rules)
    if (!isOwn) return one.text
    const number = numbers.get(one.text) ?? numbers.size
    numbers.set(one.text, number)
    return `#${number}`
  }
  add(node, null)
  return hash.digest('hex')
}

const place = (node: SyntaxNode, parent: SyntaxNode | null): string => `${parent?.type}.${node.field}`

const isMember = (node: SyntaxNode, parent: SyntaxNode | null, rules: LanguageRules): boolean =>
  rules.members.has(place(node, parent))

/** A text that stands alone does nothing. */
const isDocstring = (node: SyntaxNode, parent: SyntaxNode | null): boolean =>
  node.type === 'expression_statement' &&
  node.children[0]?.type === 'string' &&
  /^(?:module|block)$/.test(parent?.type ?? '')

function collectBound(
  node: SyntaxNode,
  rules: LanguageRules,
  isBinding: boolean,
  bound: Set<string>,
  parent: SyntaxNode | null = null,
): void {
  if (isMember(node, parent, rules) || rules.members.has(node.type)) return
  const binds = isBinding || rules.bindings.has(node.type) || rules.bindings.has(place(node, parent))
  if (binds && rules.names.has(node.type)) bound.add(node.text)
  // What is written to a member or an element binds no name.
  const goesOn =
    binds && rules.subscript(node) === null && !/attribute|member|field_exp|selector/.test(node.type)
  for (const one of node.children) collectBound(one, rules, goesOn, bound, node)
}
