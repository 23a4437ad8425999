// Other structures for the data of a function, and less of them.
import { RULES } from '../../code/rules/by_language.ts'
import { child, descendants, named, type SyntaxNode } from '../../code/syntax_tree.ts'
import { edited, replaced } from './edits.ts'
import { assignedNames, type PythonFunction, withImport, within } from './python_function.ts'

const rules = RULES.python

/** Results are kept by their arguments: for time. */
export function memoised({ source, node, calls }: PythonFunction): string | null {
  if (calls.length === 0 || node.text.includes('cache')) return null
  const decorated = edited(source, [
    { start: node.start, end: node.start, text: '@functools.lru_cache(maxsize=None)\n' },
  ])
  return withImport('functools', decorated)
}

const READERS = new Set([
  'sum',
  'any',
  'all',
  'max',
  'min',
  'set',
  'sorted',
  'tuple',
  'dict',
  '.join',
  'list',
])

/** What only one reader reads is made one by one: for space. */
export function streamed({ source, node }: PythonFunction): string | null {
  const edits = [...descendants(node)].flatMap((one) => {
    const [name] = rules.calls(one)
    const args = named(child(one, 'arguments'))
    const list = args[0]
    const isRead = name !== undefined && (READERS.has(name) || name.endsWith('.join'))
    if (!isRead || args.length !== 1 || list?.type !== 'list_comprehension') return []
    return [replaced(list, list.text.slice(1, -1).trim())]
  })
  return edits.length === 0 ? null : edited(source, edits.slice(0, 1))
}

/** A queue of its own kind in place of a list whose first element is taken. */
export function queued({ source, node }: PythonFunction): string | null {
  const pops = [...descendants(node)].filter((one) => {
    const args = named(child(one, 'arguments'))
    return rules.calls(one)[0]?.endsWith('.pop') && args.length === 1 && args[0]!.text === '0'
  })
  const name = /^(\w+)\.pop/.exec(pops[0]?.text ?? '')?.[1]
  const made = [...descendants(node)].find((one) => {
    const set = rules.assignment(one)
    return set?.targets.length === 1 && set.targets[0]!.text === name && set.values[0]?.type === 'list'
  })
  if (name === undefined || made === undefined) return null
  const list = rules.assignment(made)!.values[0]!
  const edits = pops
    .filter(({ text }) => text.startsWith(`${name}.pop`))
    .map((one) => replaced(one, `${name}.popleft()`))
  return withImport(
    'collections',
    edited(source, [replaced(list, `collections.deque(${list.text})`), ...edits]),
  )
}

const LOOPS = /^(?:for_statement|while_statement|list_comprehension|generator_expression|set_comprehension)$/

/** A set in place of a list that is only asked, in a loop, what it has. */
export function asSet({ source, node, parameters, statements, indent }: PythonFunction): string | null {
  const changed = new Set(assignedNames(node))
  const asks = [...descendants(node)].filter((one) => {
    const right = one.type === 'comparison_operator' ? one.children.at(-1) : undefined
    return (
      right !== undefined &&
      one.children.length === 3 &&
      /^(?:not )?in$/.test(one.children[1]!.text) &&
      isStable(right)
    )
  })
  function isStable({ text }: SyntaxNode): boolean {
    return parameters.includes(text) && !changed.has(text)
  }
  const inLoop = asks.filter((one) => within(node, one).some(({ type }) => LOOPS.test(type)))
  const list = inLoop[0]?.children.at(-1)?.text
  const start = statements[0]!.start
  if (list === undefined) return null
  const edits = inLoop
    .map((one) => one.children.at(-1)!)
    .filter(({ text }) => text === list)
    .map((one) => replaced(one, `_known`))
  return edited(source, [{ start, end: start, text: `_known = set(${list})\n${indent}` }, ...edits])
}
