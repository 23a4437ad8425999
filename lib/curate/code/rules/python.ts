import { child, childrenOf, named, type SyntaxNode } from '../syntax_tree.ts'
import { type Assignment, type CodeParameter, calleeName, type LanguageRules } from './rules.ts'

const FUNCTION = 'function_definition'
const CLASS = 'class_definition'

/** A string literal without prefixes that make it no plain text; null for others. */
function plainString(node: SyntaxNode | undefined): string | null {
  if (node?.type !== 'string') return null
  const start = node.children[0]?.text ?? ''
  if (!/^[rRuU]?(?:"""|'''|"|')$/.test(start)) return null
  const content = node.text.slice(start.length, node.text.length - start.replace(/^\w/, '').length)
  return /^[rR]/.test(start) ? content : unescaped(content)
}

const MARKS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' }

const unescaped = (text: string): string =>
  text.replace(/\\(\r?\n|.)/gs, (all, mark: string) => {
    if (/^[\\'"]$/.test(mark)) return mark
    return MARKS[mark.replace('\r\n', '\n')] ?? all
  })

/** A docstring without the indentation of the code around it. */
function cleaned(text: string): string | null {
  const [first = '', ...rest] = text.replaceAll('\r\n', '\n').replaceAll('\t', '        ').split('\n')
  const indents = rest.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length)
  const indent = Math.min(...indents)
  const lines = [first.trimStart(), ...rest.map((line) => line.slice(Math.min(indent, line.length)))]
  return (
    lines
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/^\n+|\n+$/g, '') || null
  )
}

function parameters(node: SyntaxNode): CodeParameter[] {
  const found: CodeParameter[] = []
  let isKeyword = false
  for (const one of named(child(node, 'parameters'))) {
    if (one.type === 'keyword_separator') isKeyword = true
    if (one.type.endsWith('_separator')) continue
    const pattern = one.type === 'typed_parameter' ? one.children[0]! : (child(one, 'name') ?? one)
    const isRest = pattern.type === 'list_splat_pattern'
    const isKeywords = pattern.type === 'dictionary_splat_pattern'
    found.push({
      name: pattern.text.replace(/^\*+\s*/, ''),
      kind: isRest ? 'rest' : isKeywords ? 'keywords' : isKeyword ? 'keyword' : 'plain',
      type: child(one, 'type')?.text ?? null,
      value: child(one, 'value')?.text ?? null,
    })
    if (isRest) isKeyword = true
  }
  return found
}

function imports(node: SyntaxNode): readonly string[] {
  if (node.type === 'future_import_statement') return ['__future__']
  if (node.type === 'import_from_statement') return [child(node, 'module_name')!.text]
  if (node.type !== 'import_statement') return []
  return childrenOf(node, 'name').map((one) => (child(one, 'name') ?? one).text)
}

const LISTS = new Set(['pattern_list', 'expression_list', 'tuple_pattern', 'list_pattern', 'tuple'])
const parts = (node: SyntaxNode): readonly SyntaxNode[] => (LISTS.has(node.type) ? named(node) : [node])

function assignment(node: SyntaxNode): Assignment | null {
  if (node.type === 'named_expression')
    return { targets: [child(node, 'name')!], operator: '=', values: [child(node, 'value')!] }
  if (node.type !== 'assignment' && node.type !== 'augmented_assignment') return null
  const [left, right] = [child(node, 'left'), child(node, 'right')]
  if (left === null || right === null) return null
  return { targets: parts(left), operator: child(node, 'operator')?.text ?? '=', values: parts(right) }
}

export const pythonRules: LanguageRules = {
  branches: new Set([
    'if_statement',
    'elif_clause',
    'for_statement',
    'while_statement',
    'conditional_expression',
    'except_clause',
    'except_group_clause',
    'assert_statement',
    'case_clause',
    'for_in_clause',
    'if_clause',
  ]),
  isLogical: (node) => node.type === 'boolean_operator',
  functions: new Set([FUNCTION]),
  classes: new Map([[CLASS, 'class']]),
  wrappers: new Set(['decorated_definition']),
  loops: new Set(['for_statement', 'while_statement', 'for_in_clause']),
  names: new Set(['identifier']),
  bindings: new Set([
    'function_definition.name',
    'class_definition.name',
    'parameters',
    'lambda_parameters',
    'assignment.left',
    'augmented_assignment.left',
    'named_expression.name',
    'for_statement.left',
    'for_in_clause.left',
    'as_pattern_target',
    'aliased_import.alias',
  ]),
  members: new Set(['attribute.attribute', 'keyword_argument.name', 'default_parameter.value', 'type']),
  functionName: (node) => child(node, 'name')?.text ?? null,
  classOf: (_, ancestors) => {
    const owner = ancestors.findLast(({ type }) => type === CLASS || type === FUNCTION)
    return owner?.type === CLASS ? (child(owner, 'name')?.text ?? null) : null
  },
  parameters,
  returns: (node) => child(node, 'return_type')?.text ?? null,
  bases: (node) =>
    named(child(node, 'superclasses'))
      .filter(({ type }) => type !== 'keyword_argument')
      .map(({ text }) => text),
  docstring: (node) => {
    const body = node.type === 'module' ? node : child(node, 'body')
    const first = named(body)[0]
    const text = first?.type === 'expression_statement' ? plainString(first.children[0]) : plainString(first)
    return text === null ? null : cleaned(text)
  },
  calls: (node) => (node.type === 'call' ? [calleeName(child(node, 'function')!.text)] : []),
  selfNames: (_, name, owner) =>
    owner === null ? [name] : [`self.${name}`, `cls.${name}`, `${owner}.${name}`],
  imports,
  isTest: (_, name, __, owner) => /^test/.test(name) && (owner === null || /^Test|Tests?$/.test(owner)),
  assignment,
  subscript: (node) => {
    if (node.type !== 'subscript') return null
    const index = childrenOf(node, 'subscript')
    return { object: child(node, 'value')!, index: index.map(({ text }) => text).join(',') }
  },
}
