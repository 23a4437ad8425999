import type { LanguageRules } from './rules/rules.ts'
import { descendants, type SyntaxNode } from './syntax_tree.ts'

/**
 * Cyclomatic complexity of a part of code, the functions in it included: 1 and one more for each branch, loop, condition
 * of a comprehension, handler, assertion, case, and logical operator. McCabe, A Complexity Measure, 1976.
 */
export function complexityOf(node: SyntaxNode, rules: LanguageRules): number {
  let ways = 1
  for (const one of descendants(node))
    if (one.named && (rules.branches.has(one.type) || rules.isLogical(one))) ways++
  return ways
}
