import { complexityOf } from './complexity.ts'
import { type CodeLanguage, checkCodeLanguage } from './languages.ts'
import { parseCode } from './parse.ts'
import { type CodePattern, patternsOf } from './patterns.ts'
import { RULES } from './rules/by_language.ts'
import { javascriptTest } from './rules/javascript.ts'
import type { CodeParameter, LanguageRules } from './rules/rules.ts'
import { descendants, type SyntaxNode } from './syntax_tree.ts'
import { treeHash } from './tree_hash.ts'

/** Where a part of code stands, and what it says about itself. */
export interface CodePart {
  readonly name: string
  /** First and last line, from 1, decorators included. */
  readonly lines: readonly [number, number]
  /** UTF-16 units of the source, the end not included. */
  readonly range: readonly [number, number]
  readonly docstring: string | null
  /** Equal for parts that differ in names, comments and layout alone. */
  readonly hash: string
  /** The grammar has no place for some of it. */
  readonly broken: boolean
}

/** A function or method. */
export interface CodeFunction extends CodePart {
  /** The class of a method; null for a function. */
  readonly owner: string | null
  /** It stands in another function. */
  readonly nested: boolean
  readonly parameters: readonly CodeParameter[]
  /** As it is written; null where it is not. */
  readonly returns: string | null
  /** What it calls, each once, by first use: `f`, `self.f`, `math.sqrt`, `.strip` of something longer. */
  readonly calls: readonly string[]
  readonly complexity: number
  readonly patterns: readonly CodePattern[]
  readonly test: boolean
}

/** A class, or what a language has instead. */
export interface CodeClass extends CodePart {
  /** 'class', 'interface', 'struct', 'enum', 'trait' or 'type'. */
  readonly kind: string
  readonly bases: readonly string[]
  /** Names of its methods. */
  readonly methods: readonly string[]
}

/** A test: a function, or in JavaScript a call of `test` or `it`. */
export interface CodeTest {
  readonly name: string
  readonly lines: readonly [number, number]
  readonly range: readonly [number, number]
  readonly calls: readonly string[]
}

/** A module that code needs. */
export interface CodeImport {
  /** As the language names it: `os.path`, `./file.js`, `std::collections::HashMap`. */
  readonly name: string
  /** The statement, in UTF-16 units of the source. */
  readonly range: readonly [number, number]
}

/** What is known of code without running it. */
export interface CodeAnalysis {
  readonly language: CodeLanguage
  /** The grammar has no place for some of it; the rest is told all the same. */
  readonly broken: boolean
  /** The first line that the grammar has no place for; null where there is none. */
  readonly brokenLine: number | null
  readonly functions: readonly CodeFunction[]
  readonly classes: readonly CodeClass[]
  readonly imports: readonly CodeImport[]
  readonly tests: readonly CodeTest[]
  /** Cyclomatic complexity of the whole. */
  readonly complexity: number
  readonly patterns: readonly CodePattern[]
  /** Of the whole. */
  readonly hash: string
}

/**
 * Reads code by its syntax tree; nothing of it is executed. Code with mistakes is read as far as it goes.
 *
 * @param language 'python', 'javascript', 'typescript', 'rust' or 'go'
 * @throws VmmError BAD_ARGUMENT for another language or more than 2²⁰ characters, UNSUPPORTED where the optional package
 * vector-mamba-sandbox, which has the grammars, is not installed
 * @example
 * ```js
 * import { analyseCode } from 'vector-mamba/curate'
 *
 * const { functions } = await analyseCode('def f(n): return 1 if n < 2 else n * f(n - 1)', 'python')
 * console.log(functions[0].name, functions[0].patterns, functions[0].complexity) // f [ 'recursion' ] 2
 * ```
 */
export async function analyseCode(source: string, language: string): Promise<CodeAnalysis> {
  checkCodeLanguage(language)
  return analysisOf(await parseCode(source, language), language)
}

/** The same of a tree that there is. */
export function analysisOf(root: SyntaxNode, language: CodeLanguage): CodeAnalysis {
  const rules = RULES[language]
  const functions: CodeFunction[] = []
  const classes: CodeClass[] = []
  const imports: CodeImport[] = []
  const tests: CodeTest[] = []
  const visit = (node: SyntaxNode, ancestors: SyntaxNode[]): void => {
    for (const name of rules.imports(node)) imports.push({ name, range: [node.start, node.end] })
    const test = rules === RULES.javascript ? javascriptTest(node) : null
    if (test !== null) tests.push({ ...placeOf(node), name: test.name, calls: callsIn(test.body, rules) })
    if (rules.functions.has(node.type)) {
      const found = functionOf(node, ancestors, rules)
      if (found !== null) functions.push(found)
      if (found?.test) tests.push(found)
    }
    const kind = rules.classes.get(node.type)
    const declared = kind === undefined ? null : classOf(node, kind, ancestors, rules)
    if (declared !== null) classes.push(declared)
    ancestors.push(node)
    for (const one of node.children) visit(one, ancestors)
    ancestors.pop()
  }
  visit(root, [])
  const broken = firstBroken(root)
  return {
    language,
    broken: broken !== null,
    brokenLine: broken?.line ?? null,
    functions,
    classes: classes.map((one) => ({ ...one, methods: methodsOf(one.name, functions) })),
    imports,
    tests,
    complexity: complexityOf(root, rules),
    patterns: [...new Set(functions.flatMap(({ patterns }) => patterns))],
    hash: treeHash(root, rules),
  }
}

function functionOf(
  node: SyntaxNode,
  ancestors: readonly SyntaxNode[],
  rules: LanguageRules,
): CodeFunction | null {
  const name = rules.functionName(node, ancestors)
  if (name === null || name === '') return null
  const owner = rules.classOf(node, ancestors)
  const { outer, before } = around(node, ancestors, rules)
  const selfNames = new Set(rules.selfNames(node, name, owner))
  const decorators = outer.children.filter(({ type }) => type === 'decorator').map(({ text }) => text)
  return {
    ...placeOf(outer),
    name,
    owner,
    nested: ancestors.some(({ type }) => rules.functions.has(type)),
    parameters: rules.parameters(node),
    returns: rules.returns(node),
    docstring: rules.docstring(node, before),
    calls: callsIn(node, rules),
    complexity: complexityOf(node, rules),
    patterns: patternsOf(node, rules, selfNames, decorators.join('\n')),
    hash: treeHash(node, rules),
    test: rules.isTest(node, name, before, owner),
    broken: firstBroken(node) !== null,
  }
}

function classOf(
  node: SyntaxNode,
  kind: string,
  ancestors: readonly SyntaxNode[],
  rules: LanguageRules,
): CodeClass | null {
  const name = node.children.find(({ field }) => field === 'name')?.text ?? null
  if (name === null || !node.named) return null
  const { outer, before } = around(node, ancestors, rules)
  return {
    ...placeOf(outer),
    name,
    kind,
    bases: rules.bases(node),
    methods: [],
    docstring: rules.docstring(node, before),
    hash: treeHash(node, rules),
    broken: firstBroken(node) !== null,
  }
}

const methodsOf = (name: string, functions: readonly CodeFunction[]): readonly string[] =>
  functions.filter(({ owner }) => owner === name).map((one) => one.name)

/** A declaration with what belongs to it, and what stands before it among its like. */
function around(
  node: SyntaxNode,
  ancestors: readonly SyntaxNode[],
  rules: LanguageRules,
): { outer: SyntaxNode; before: readonly SyntaxNode[] } {
  let at = ancestors.length
  while (at > 0 && rules.wrappers.has(ancestors[at - 1]!.type)) at--
  const outer = ancestors[at] ?? node
  const siblings = ancestors[at - 1]?.children ?? []
  return { outer, before: siblings.slice(0, siblings.indexOf(outer)) }
}

const placeOf = ({ line, endLine, start, end }: SyntaxNode) => ({
  lines: [line, endLine] as const,
  range: [start, end] as const,
})

const callsIn = (node: SyntaxNode, rules: LanguageRules): readonly string[] => [
  ...new Set([...descendants(node)].flatMap((one) => rules.calls(one)).filter((name) => name !== '')),
]

function firstBroken(node: SyntaxNode): SyntaxNode | null {
  for (const one of descendants(node)) if (one.broken) return one
  return null
}
