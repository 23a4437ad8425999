import { child, named, type SyntaxNode } from '../syntax_tree.ts'
import {
  type Assignment,
  type CodeParameter,
  calleeName,
  commentsBefore,
  commentText,
  type LanguageRules,
} from './rules.ts'

const CLASSES = new Set(['class_declaration', 'class', 'abstract_class_declaration'])

/** A type as it is written, without the colon before it. */
const typeOf = (node: SyntaxNode | null): string | null =>
  child(node, 'type')?.text.replace(/^:\s*/, '') ?? null

function parameter(node: SyntaxNode): CodeParameter {
  const pattern = child(node, 'pattern') ?? child(node, 'left') ?? node
  return {
    name: pattern.text.replace(/^\.\.\.\s*/, ''),
    kind: pattern.type === 'rest_pattern' ? 'rest' : 'plain',
    type: typeOf(node),
    value: (child(node, 'value') ?? child(node, 'right'))?.text ?? null,
  }
}

const parameters = (node: SyntaxNode): readonly CodeParameter[] => {
  const single = child(node, 'parameter')
  return single === null
    ? named(child(node, 'parameters'))
        .filter((one) => child(one, 'pattern')?.type !== 'this')
        .map(parameter)
    : [parameter(single)]
}

/** What a function without a name of its own is assigned to: a variable, a member, a property. */
function assignedName(parent: SyntaxNode | undefined): string | null {
  if (parent?.type === 'variable_declarator') return child(parent, 'name')!.text
  if (parent?.type === 'field_definition' || parent?.type === 'public_field_definition')
    return (child(parent, 'property') ?? child(parent, 'name'))?.text ?? null
  if (parent?.type === 'pair') return child(parent, 'key')!.text.replace(/^['"]|['"]$/g, '')
  if (parent?.type === 'assignment_expression')
    return calleeName(child(parent, 'left')!.text).split('.').at(-1) || null
  return null
}

const quoted = (node: SyntaxNode | null | undefined): readonly string[] =>
  node?.type === 'string' ? [node.text.slice(1, -1)] : []

function imports(node: SyntaxNode): readonly string[] {
  if (node.type === 'import_statement' || node.type === 'export_statement')
    return quoted(child(node, 'source'))
  const isImport =
    node.type === 'call_expression' && /^(?:require|import)$/.test(child(node, 'function')!.text)
  return isImport ? quoted(named(child(node, 'arguments'))[0]) : []
}

function assignment(node: SyntaxNode): Assignment | null {
  if (node.type === 'update_expression') {
    const operator = node.text.includes('++') ? '+=' : '-='
    return { targets: [child(node, 'argument')!], operator, values: [] }
  }
  const isDeclared = node.type === 'variable_declarator'
  const isAssigned = node.type === 'assignment_expression' || node.type === 'augmented_assignment_expression'
  if (!isDeclared && !isAssigned) return null
  const left = child(node, isDeclared ? 'name' : 'left')!
  const right = child(node, isDeclared ? 'value' : 'right')
  if (right === null) return null
  const parts = (one: SyntaxNode, list: string) => (one.type === list ? named(one) : [one])
  return {
    targets: parts(left, 'array_pattern'),
    operator: child(node, 'operator')?.text ?? '=',
    values: left.type === 'array_pattern' ? parts(right, 'array') : [right],
  }
}

const isTestCall = (node: SyntaxNode): boolean =>
  node.type === 'call_expression' && /^(?:test|it)(?:\.\w+)?$/.test(child(node, 'function')!.text)

export const javascriptRules: LanguageRules = {
  branches: new Set([
    'if_statement',
    'for_statement',
    'for_in_statement',
    'while_statement',
    'do_statement',
    'switch_case',
    'catch_clause',
    'ternary_expression',
  ]),
  isLogical: (node) =>
    node.type === 'binary_expression' && /^(?:&&|\|\||\?\?)$/.test(child(node, 'operator')?.text ?? ''),
  functions: new Set([
    'function_declaration',
    'generator_function_declaration',
    'function_expression',
    'generator_function',
    'arrow_function',
    'method_definition',
  ]),
  classes: new Map([
    ...[...CLASSES].map((type) => [type, 'class'] as const),
    ['interface_declaration', 'interface'],
    ['enum_declaration', 'enum'],
  ]),
  wrappers: new Set([
    'export_statement',
    'lexical_declaration',
    'variable_declaration',
    'variable_declarator',
    'field_definition',
    'public_field_definition',
    'pair',
    'assignment_expression',
    'expression_statement',
  ]),
  loops: new Set(['for_statement', 'for_in_statement', 'while_statement', 'do_statement']),
  names: new Set(['identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern']),
  bindings: new Set([
    'function_declaration.name',
    'generator_function_declaration.name',
    'function_expression.name',
    'class_declaration.name',
    'formal_parameters',
    'arrow_function.parameter',
    'variable_declarator.name',
    'assignment_expression.left',
    'for_in_statement.left',
    'catch_clause.parameter',
    'import_clause',
  ]),
  members: new Set(['type_annotation', 'assignment_pattern.right']),
  functionName: (node, ancestors) => child(node, 'name')?.text ?? assignedName(ancestors.at(-1)),
  classOf: (node, ancestors) => {
    const owner = ancestors.at(node.type === 'method_definition' ? -2 : -3)
    if (owner === undefined || !CLASSES.has(owner.type)) return null
    return child(owner, 'name')?.text ?? assignedName(ancestors[ancestors.indexOf(owner) - 1])
  },
  parameters,
  returns: (node) => child(node, 'return_type')?.text.replace(/^:\s*/, '') ?? null,
  bases: (node) => {
    const heritage = named(node).find(({ type }) => type === 'class_heritage')
    const clauses = named(heritage ?? null)
    return clauses
      .flatMap((one) => (one.type.endsWith('_clause') ? named(one) : [one]))
      .map(({ text }) => text)
  },
  docstring: (node, before) => {
    const comments = commentsBefore(node, before, (one) =>
      one.type === 'decorator' ? 'between' : one.text.startsWith('/**') ? 'comment' : 'no',
    )
    return commentText(comments.slice(-1))
  },
  calls: (node) => {
    if (node.type === 'call_expression') return [calleeName(child(node, 'function')!.text)]
    return node.type === 'new_expression' ? [calleeName(child(node, 'constructor')!.text)] : []
  },
  selfNames: (_, name, owner) => (owner === null ? [name] : [`this.${name}`, `${owner}.${name}`]),
  imports: (node) => (isTestCall(node) ? [] : imports(node)),
  isTest: (_, name) => /^test[A-Z_]/.test(name),
  assignment,
  subscript: (node) =>
    node.type === 'subscript_expression'
      ? { object: child(node, 'object')!, index: child(node, 'index')!.text }
      : null,
}

/** The name of a test that is a call of `test` or `it`, and what it runs; null for other nodes. */
export function javascriptTest(node: SyntaxNode): { name: string; body: SyntaxNode } | null {
  if (!isTestCall(node)) return null
  const [name, body] = named(child(node, 'arguments'))
  return name?.type === 'string' && body !== undefined ? { name: name.text.slice(1, -1), body } : null
}
