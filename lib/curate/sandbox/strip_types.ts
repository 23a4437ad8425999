import type { Node } from 'vector-mamba-sandbox'

/** Nodes of which nothing is left at run time. */
const ERASED: ReadonlySet<string> = new Set([
  'type_annotation',
  'type_parameters',
  'type_arguments',
  'interface_declaration',
  'type_alias_declaration',
  'ambient_declaration',
  'function_signature',
  'method_signature',
  'abstract_method_signature',
  'index_signature',
  'accessibility_modifier',
  'override_modifier',
  'implements_clause',
  'type_predicate_annotation',
  'asserts_annotation',
])
/** Words that are types' alone, where they stand in these nodes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  optional_parameter: ['?'],
  public_field_definition: ['?', '!', 'readonly', 'declare', 'abstract'],
  method_definition: ['?'],
  variable_declarator: ['!'],
  non_null_expression: ['!'],
  abstract_class_declaration: ['abstract'],
}
/** What TypeScript makes code of, which only its compiler can. */
const COMPILED: ReadonlySet<string> = new Set([
  'enum_declaration',
  'internal_module',
  'module',
  'decorator',
  'import_alias',
])

/**
 * A TypeScript program without its types, each line where it was. What would need code of its own, such as an enum, is a
 * problem.
 */
export async function stripTypes(source: string): Promise<{ source: string } | { problem: string }> {
  const { grammars, Language, Parser } = await import('vector-mamba-sandbox')
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(grammars.typescript))
  const tree = parser.parse(source)!
  try {
    if (tree.rootNode.hasError) return { problem: 'the program cannot be parsed as TypeScript' }
    const cut: [start: number, end: number][] = []
    const problem = collect(tree.rootNode, cut)
    return problem === null ? { source: blank(source, cut) } : { problem }
  } finally {
    tree.delete()
    parser.delete()
  }
}

/** Adds the ranges that are cut from a node; gives what cannot be, or null. */
function collect(node: Node, cut: [number, number][]): string | null {
  if (COMPILED.has(node.type)) return onlyCompiled(node, node.type.replace('_declaration', ''))
  if (ERASED.has(node.type) || isTypeOnly(node)) {
    cut.push([node.startIndex, node.endIndex])
    return null
  }
  const words = WORDS[node.type] ?? []
  for (const [i, child] of node.children.entries()) {
    if (child === null) continue
    if (node.type === 'required_parameter' && child.type === 'accessibility_modifier')
      return onlyCompiled(node, 'property as a parameter')
    // `x as T` and `x satisfies T`: the word and all after it.
    if ((node.type === 'as_expression' || node.type === 'satisfies_expression') && i > 0) {
      cut.push([child.startIndex, node.endIndex])
      return null
    }
    if (!child.isNamed && words.includes(child.type)) {
      cut.push([child.startIndex, child.endIndex])
      continue
    }
    const problem = collect(child, cut)
    if (problem !== null) return problem
  }
  return null
}

/** `import type …`, `export type …`, and `this` as a first parameter. */
function isTypeOnly(node: Node): boolean {
  if (node.type === 'export_statement') {
    const inner = node.childForFieldName('declaration')
    if (inner !== null && ERASED.has(inner.type)) return true
  }
  return /^(?:im|ex)port_statement$/.test(node.type) && node.children.some((child) => child?.type === 'type')
}

function onlyCompiled(node: Node, what: string): string {
  return `line ${node.startPosition.row + 1}: ${what}: only TypeScript's compiler makes code of it`
}

/** The source with spaces for what is cut, so that lines stay. */
function blank(source: string, cut: readonly (readonly [number, number])[]): string {
  let result = ''
  let at = 0
  for (const [start, end] of cut) {
    result += source.slice(at, start) + source.slice(start, end).replace(/[^\r\n]/g, ' ')
    at = end
  }
  return result + source.slice(at)
}
