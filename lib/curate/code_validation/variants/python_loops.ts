// Recursion as a loop, and a loop as recursion.
import { child, descendants, named, type SyntaxNode } from '../../code/syntax_tree.ts'
import { type Edit, edited, replaced } from './edits.ts'
import { assignedNames, bodyOf, deeper, type PythonFunction, withBody, within } from './python_function.ts'

/** Where a call of itself may not stand: a loop would take `continue` for its own. */
const NO_PLACE = new Set([
  'for_statement',
  'while_statement',
  'try_statement',
  'with_statement',
  'lambda',
  'list_comprehension',
  'generator_expression',
])

/**
 * A loop in place of recursion: of calls that are returned as they are, or of one that is added to or multiplied with
 * something. Null for other forms.
 */
export function iterative(form: PythonFunction): string | null {
  if (form.calls.length === 0 || form.parameters.length === 0) return null
  const returns = [...descendants(form.node)].filter(({ type }) => type === 'return_statement')
  const edits: Edit[] = []
  let operator: string | null = null
  for (const call of form.calls) {
    const around = within(form.node, call)
    const [parent, outer] = around
    const args = named(child(call, 'arguments'))
    const isPlain =
      args.length === form.parameters.length && args.every(({ type }) => !/splat|keyword/.test(type))
    if (
      !isPlain ||
      around.slice(0, -1).some(({ type }) => NO_PLACE.has(type) || type === 'function_definition')
    )
      return null
    const next = `${form.parameters.join(', ')} = ${args.map(({ text }) => text).join(', ')}; continue`
    if (parent?.type === 'return_statement') edits.push(replaced(parent, next))
    else if (
      parent?.type === 'binary_operator' &&
      outer?.type === 'return_statement' &&
      form.calls.length === 1
    ) {
      const [left, right] = [child(parent, 'left')!, child(parent, 'right')!]
      operator = child(parent, 'operator')!.text
      edits.push(replaced(outer, `_total ${operator}= ${(left === call ? right : left).text}; ${next}`))
    } else return null
  }
  if (operator !== null && operator !== '+' && operator !== '*') return null
  for (const one of operator === null ? [] : returns) {
    const value = named(one)[0]
    if (edits.some(({ start }) => start === one.start)) continue
    if (value === undefined) return null
    edits.push(replaced(value, `_total ${operator} (${value.text})`))
  }
  const { indent, unit } = form
  const body = edited(bodyOf(form), edits, form.statements[0]!.start)
  const start = operator === null ? '' : `_total = ${operator === '+' ? 0 : 1}\n${indent}`
  return withBody(
    form,
    `${start}while True:\n${indent}${unit}${deeper(body, unit)}\n${indent}${unit}return None`,
  )
}

const ENDS = new Set(['break_statement', 'continue_statement', 'return_statement', 'yield', 'await'])

/** Recursion in place of the first loop that stands in the function itself and runs to its end; null where there is none. */
export function recursive(form: PythonFunction): string | null {
  if (form.calls.length > 0) return null
  const isLoop = (one: SyntaxNode) =>
    (one.type === 'while_statement' || one.type === 'for_statement') &&
    child(one, 'alternative') === null &&
    ![...descendants(one)].some(({ type }) => ENDS.has(type))
  const loop = form.statements.find(isLoop)
  const body = child(loop ?? null, 'body')
  if (loop === undefined || body === null || body.line === loop.line) return null
  const before = form.statements.filter(({ start }) => start < loop.start)
  const known = new Set([...form.parameters, ...before.flatMap((one) => assignedNames(one))])
  const carried = assignedNames(body).filter((name) => known.has(name))
  // What the loop alone has bound is not there after it.
  const own = assignedNames(loop).filter((name) => !carried.includes(name))
  const after = form.statements.filter(({ start }) => start > loop.start)
  if (after.some((one) => [...descendants(one)].some(({ text }) => own.includes(text)))) return null
  const { indent, unit, source } = form
  const inner = source.slice(source.lastIndexOf('\n', body.start) + 1, body.start)
  const text = source.slice(body.start, body.end).trimEnd()
  const isFor = loop.type === 'for_statement'
  const parameters = isFor ? ['_i', ...carried] : carried
  const again = isFor ? ['_i + 1', ...carried] : carried
  const result = carried.join(', ')
  const condition = isFor ? '_i < len(_items)' : child(loop, 'condition')!.text
  const lines = [
    `def _go(${parameters.join(', ')}):`,
    `${inner}if not (${condition}):`,
    `${inner}${unit}return ${result || 'None'}`,
    ...(isFor ? [`${inner}${child(loop, 'left')!.text} = _items[_i]`] : []),
    `${inner}${text}`,
    `${inner}return _go(${again.join(', ')})`,
    ...(isFor ? [`${indent}_items = [*${child(loop, 'right')!.text}]`] : []),
    `${indent}${carried.length > 0 ? `${result} = ` : ''}_go(${(isFor ? ['0', ...carried] : carried).join(', ')})`,
  ]
  return edited(source, [replaced(loop, lines.join('\n'))])
}
