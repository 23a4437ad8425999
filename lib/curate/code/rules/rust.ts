import { child, named, type SyntaxNode } from '../syntax_tree.ts'
import {
  type Assignment,
  type CodeParameter,
  calleeName,
  commentsBefore,
  commentText,
  type LanguageRules,
} from './rules.ts'

/** The name of a type without what it is told about: `P` of `P<T>`. */
const typeName = (node: SyntaxNode | null): string | null => {
  if (node === null) return null
  return (child(node, 'type') ?? node).text.replace(/<.*$/s, '')
}

const parameters = (node: SyntaxNode): readonly CodeParameter[] =>
  named(child(node, 'parameters'))
    .filter(({ type }) => type === 'parameter' || type === 'self_parameter')
    .map((one) => ({
      name: child(one, 'pattern')?.text ?? 'self',
      kind: 'plain',
      type: child(one, 'type')?.text ?? null,
      value: null,
    }))

/** The paths of a `use`, each whole. */
function paths(node: SyntaxNode, prefix: string): readonly string[] {
  const joined = (text: string) => (prefix === '' ? text : text === 'self' ? prefix : `${prefix}::${text}`)
  switch (node.type) {
    case 'use_list':
      return named(node).flatMap((one) => paths(one, prefix))
    case 'scoped_use_list': {
      const path = child(node, 'path')
      return paths(child(node, 'list')!, path === null ? prefix : joined(path.text))
    }
    case 'use_as_clause':
      return [joined(child(node, 'path')!.text)]
    default:
      return [joined(node.text)]
  }
}

/** Calls, and those in the arguments of macros, which the grammar does not look into. */
function calls(node: SyntaxNode): readonly string[] {
  if (node.type === 'call_expression') {
    const called = child(node, 'function')!
    return [calleeName((child(called, 'function') ?? called).text)]
  }
  if (node.type === 'macro_invocation') return [`${child(node, 'macro')!.text}!`]
  if (node.type !== 'token_tree') return []
  return node.children.flatMap((one, i) => {
    const next = node.children[i + 1]
    return one.type === 'identifier' && next?.type === 'token_tree' && next.text.startsWith('(')
      ? [one.text]
      : []
  })
}

function assignment(node: SyntaxNode): Assignment | null {
  if (node.type === 'let_declaration') {
    const value = child(node, 'value')
    return value === null ? null : { targets: [child(node, 'pattern')!], operator: '=', values: [value] }
  }
  if (node.type !== 'assignment_expression' && node.type !== 'compound_assignment_expr') return null
  const operator = child(node, 'operator')?.text ?? '='
  return { targets: [child(node, 'left')!], operator, values: [child(node, 'right')!] }
}

const attributesBefore = (node: SyntaxNode, before: readonly SyntaxNode[]): readonly string[] =>
  commentsBefore(node, before, (one) =>
    one.type === 'attribute_item' ? 'comment' : one.type.endsWith('comment') ? 'between' : 'no',
  )

export const rustRules: LanguageRules = {
  branches: new Set([
    'if_expression',
    'for_expression',
    'while_expression',
    'loop_expression',
    'match_arm',
    'try_expression',
  ]),
  isLogical: (node) =>
    node.type === 'binary_expression' && /^(?:&&|\|\|)$/.test(child(node, 'operator')?.text ?? ''),
  functions: new Set(['function_item', 'function_signature_item']),
  classes: new Map([
    ['struct_item', 'struct'],
    ['enum_item', 'enum'],
    ['trait_item', 'trait'],
  ]),
  wrappers: new Set(),
  loops: new Set(['for_expression', 'while_expression', 'loop_expression']),
  names: new Set(['identifier', 'shorthand_field_identifier']),
  bindings: new Set([
    'function_item.name',
    'parameter.pattern',
    'closure_parameters',
    'let_declaration.pattern',
    'let_condition.pattern',
    'for_expression.pattern',
    'match_pattern',
  ]),
  members: new Set(['tuple_struct_pattern.type', 'scoped_identifier.name', 'scoped_identifier.path']),
  functionName: (node) => child(node, 'name')?.text ?? null,
  classOf: (_, ancestors) => {
    const owner = ancestors.at(-2)
    if (owner?.type === 'trait_item') return child(owner, 'name')!.text
    return owner?.type === 'impl_item' ? typeName(child(owner, 'type')) : null
  },
  parameters,
  returns: (node) => child(node, 'return_type')?.text ?? null,
  bases: (node) => named(child(node, 'bounds')).map(({ text }) => text),
  docstring: (node, before) =>
    commentText(
      commentsBefore(node, before, (one) => {
        if (one.type === 'attribute_item') return 'between'
        return /^\/\/\/|^\/\*\*/.test(one.text) ? 'comment' : 'no'
      }),
    ),
  calls,
  selfNames: (_, name, owner) =>
    owner === null ? [name] : [`self.${name}`, `Self::${name}`, `${owner}::${name}`],
  imports: (node) => (node.type === 'use_declaration' ? paths(child(node, 'argument')!, '') : []),
  isTest: (node, _, before) =>
    attributesBefore(node, before).some((text) => /^#\[(?:\w+::)*test\b/.test(text)),
  assignment,
  subscript: (node) => {
    if (node.type !== 'index_expression') return null
    const [object, index] = named(node)
    return { object: object!, index: index?.text ?? '' }
  },
}
