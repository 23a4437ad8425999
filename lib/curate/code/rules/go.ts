import { child, childrenOf, named, type SyntaxNode } from '../syntax_tree.ts'
import {
  type Assignment,
  type CodeParameter,
  calleeName,
  commentsBefore,
  commentText,
  type LanguageRules,
} from './rules.ts'

const parameters = (node: SyntaxNode): readonly CodeParameter[] =>
  named(child(node, 'parameters')).flatMap((one) =>
    childrenOf(one, 'name').map(
      ({ text: name }): CodeParameter => ({
        name,
        kind: one.type === 'variadic_parameter_declaration' ? 'rest' : 'plain',
        type: child(one, 'type')?.text ?? null,
        value: null,
      }),
    ),
  )

/** The parameter that a method is called on. */
const receiver = (node: SyntaxNode): SyntaxNode | null => named(child(node, 'receiver'))[0] ?? null

const parts = (node: SyntaxNode | null): readonly SyntaxNode[] =>
  node?.type === 'expression_list' ? named(node) : node === null ? [] : [node]

function assignment(node: SyntaxNode): Assignment | null {
  switch (node.type) {
    case 'inc_statement':
    case 'dec_statement':
      return { targets: named(node), operator: node.type === 'inc_statement' ? '+=' : '-=', values: [] }
    case 'var_spec':
      return { targets: childrenOf(node, 'name'), operator: '=', values: parts(child(node, 'value')) }
    case 'short_var_declaration':
    case 'assignment_statement': {
      const operator = child(node, 'operator')?.text ?? '='
      return { targets: parts(child(node, 'left')), operator, values: parts(child(node, 'right')) }
    }
    default:
      return null
  }
}

export const goRules: LanguageRules = {
  branches: new Set(['if_statement', 'for_statement', 'expression_case', 'type_case', 'communication_case']),
  isLogical: (node) =>
    node.type === 'binary_expression' && /^(?:&&|\|\|)$/.test(child(node, 'operator')?.text ?? ''),
  functions: new Set(['function_declaration', 'method_declaration']),
  classes: new Map([['type_spec', 'type']]),
  wrappers: new Set(['type_declaration']),
  loops: new Set(['for_statement']),
  names: new Set(['identifier']),
  bindings: new Set([
    'function_declaration.name',
    'parameter_declaration.name',
    'variadic_parameter_declaration.name',
    'short_var_declaration.left',
    'assignment_statement.left',
    'var_spec.name',
    'const_spec.name',
    'range_clause.left',
  ]),
  members: new Set(),
  functionName: (node) => child(node, 'name')?.text ?? null,
  classOf: (node) => child(receiver(node), 'type')?.text.replace(/^\*|\[.*$/gs, '') ?? null,
  parameters,
  returns: (node) => child(node, 'result')?.text ?? null,
  bases: () => [],
  docstring: (node, before) =>
    commentText(commentsBefore(node, before, (one) => (one.type === 'comment' ? 'comment' : 'no'))),
  calls: (node) => (node.type === 'call_expression' ? [calleeName(child(node, 'function')!.text)] : []),
  selfNames: (node, name, owner) =>
    owner === null ? [name] : [`${child(receiver(node), 'name')?.text ?? ''}.${name}`],
  imports: (node) => (node.type === 'import_spec' ? [child(node, 'path')!.text.slice(1, -1)] : []),
  isTest: (node, name) => /^Test(?![a-z])/.test(name) && /testing\.T\b/.test(child(node, 'parameters')!.text),
  assignment,
  subscript: (node) =>
    node.type === 'index_expression'
      ? { object: child(node, 'operand')!, index: child(node, 'index')!.text }
      : null,
}
