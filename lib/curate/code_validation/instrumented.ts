import type { CodeLanguage } from '../code/languages.ts'
import { parseCode } from '../code/parse.ts'
import { RULES } from '../code/rules/by_language.ts'
import { child, named, type SyntaxNode } from '../code/syntax_tree.ts'

/** A program with calls of `$vmm` in it, which counts. */
export interface InstrumentedProgram {
  readonly source: string
  /** What is called by its place here. */
  readonly functions: readonly { readonly name: string; readonly line: number }[]
  /** Lines of functions on which statements begin. */
  readonly lines: readonly number[]
}

/** A text that is put into the source. Of those at one place, closing ones come first, and inner ones before outer ones. */
interface Insertion {
  readonly at: number
  readonly text: string
  readonly order: number
}

/** Writes calls into a program of JavaScript or TypeScript that count calls, turns of loops and lines; results stay the same. */
export async function instrumented(
  source: string,
  language: CodeLanguage & ('javascript' | 'typescript'),
): Promise<InstrumentedProgram> {
  const rules = RULES[language]
  const functions: { name: string; line: number }[] = []
  const lines = new Set<number>()
  const insertions: Insertion[] = []
  let place = 0
  const open = (at: number, text: string) => insertions.push({ at, text, order: ++place })
  const close = (at: number, text: string) => insertions.push({ at, text, order: -++place })

  const enter = (node: SyntaxNode, ancestors: readonly SyntaxNode[]): void => {
    const body = child(node, 'body')
    if (body === null) return
    const name = rules.functionName(node, ancestors) ?? 'anonymous'
    const begin = `const $call=$vmm.in(${functions.length});try{`
    const end = '}finally{$vmm.out($call)}'
    functions.push({ name, line: node.line })
    if (body.type === 'statement_block') {
      open(afterDirectives(body), begin)
      close(body.end - 1, end)
    } else {
      lines.add(body.line)
      open(body.start, `{${begin}$vmm.line(${body.line});return (`)
      close(body.end, `)${end}}`)
    }
  }
  const loop = (node: SyntaxNode): void => {
    const body = child(node, 'body')
    if (body === null) return
    if (body.type === 'statement_block') open(body.start + 1, '$vmm.step();')
    else wrap(body, '$vmm.step();')
  }
  const wrap = (node: SyntaxNode, text: string): void => {
    open(node.start, `{${text}`)
    close(node.end, '}')
  }
  const statement = (node: SyntaxNode, isWrapped: boolean): void => {
    lines.add(node.line)
    if (isWrapped) wrap(node, `$vmm.line(${node.line});`)
    else open(node.start, `$vmm.line(${node.line});`)
  }
  const visit = (node: SyntaxNode, ancestors: SyntaxNode[], isInFunction: boolean): void => {
    const isFunction = rules.functions.has(node.type)
    if (isFunction) enter(node, ancestors)
    if (rules.loops.has(node.type)) loop(node)
    const isInside = isFunction || isInFunction
    if (isInside && (node.type === 'statement_block' || /^switch_/.test(node.type)))
      for (const one of statementsOf(node)) statement(one, false)
    if (isInside && node.type === 'if_statement') {
      const consequence = child(node, 'consequence')!
      if (consequence.type !== 'statement_block') statement(consequence, true)
    }
    ancestors.push(node)
    for (const one of node.children) visit(one, ancestors, isInside)
    ancestors.pop()
  }
  const root = await parseCode(source, language)
  visit(root, [], false)
  // Tests look for global names, which a module's are not.
  const shared = isModule(root) ? `\n;Object.assign(globalThis, { ${topNames(root).join(', ')} })` : ''
  return {
    source: withInsertions(source, insertions) + shared,
    functions,
    lines: [...lines].sort((a, b) => a - b),
  }
}

const isModule = (root: SyntaxNode): boolean =>
  named(root).some(({ type }) => type === 'import_statement' || type === 'export_statement')

/** Names of functions, classes and variables that a program declares at its top. */
const topNames = (root: SyntaxNode): readonly string[] =>
  named(root)
    .map((one) => child(one, 'declaration') ?? one)
    .flatMap((one) => (/^(?:lexical|variable)_declaration$/.test(one.type) ? named(one) : [one]))
    .filter(({ type }) => /^(?:function|generator_function|class|variable)_declara/.test(type))
    .map((one) => child(one, 'name')!)
    .filter(({ type }) => /identifier$/.test(type))
    .map(({ text }) => text)

/** Statements before which something can be put: no directives, and no functions, which count from the beginning anyway. */
function statementsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const all =
    node.type === 'statement_block' ? named(node) : node.children.filter(({ field }) => field === 'body')
  const isStatement = (one: SyntaxNode) =>
    /_statement$|^lexical_declaration$|^variable_declaration$/.test(one.type)
  return all.filter((one) => isStatement(one) && !isDirective(one) && one.type !== 'statement_block')
}

const isDirective = (node: SyntaxNode): boolean =>
  node.type === 'expression_statement' && node.children[0]?.type === 'string'

function afterDirectives(body: SyntaxNode): number {
  let at = body.start + 1
  for (const one of named(body)) {
    if (!isDirective(one)) break
    at = one.end
  }
  return at
}

function withInsertions(source: string, insertions: readonly Insertion[]): string {
  const sorted = insertions.toSorted((a, b) => a.at - b.at || a.order - b.order)
  let [text, from] = ['', 0]
  for (const { at, text: added } of sorted) {
    text += source.slice(from, at) + added
    from = at
  }
  return text + source.slice(from)
}
