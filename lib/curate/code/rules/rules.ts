import type { SyntaxNode } from '../syntax_tree.ts'

/** A parameter of a function. */
export interface CodeParameter {
  readonly name: string
  /** `keyword`: given by its name only. `rest` and `keywords` take all that are left, by place and by name. */
  readonly kind: 'plain' | 'keyword' | 'rest' | 'keywords'
  /** As it is written; null where none is. */
  readonly type: string | null
  /** What it is where it is not given, as it is written; null where it must be given. */
  readonly value: string | null
}

/** Something that gets a value: `targets = values`, `target += value`; `i++` is `i += `, without values. */
export interface Assignment {
  readonly targets: readonly SyntaxNode[]
  readonly operator: string
  readonly values: readonly SyntaxNode[]
}

/** What a language calls the things that analysis asks for. */
export interface LanguageRules {
  /** Types of nodes of which each adds a way through the code. */
  readonly branches: ReadonlySet<string>
  /** `and` and `or`, which add one as well. */
  isLogical(node: SyntaxNode): boolean
  readonly functions: ReadonlySet<string>
  /** Types of nodes that declare a class or what the language has instead, and what it is called. */
  readonly classes: ReadonlyMap<string, string>
  /** Nodes around a declaration that belong to it, such as decorators. */
  readonly wrappers: ReadonlySet<string>
  readonly loops: ReadonlySet<string>
  /** Types of nodes that are names. */
  readonly names: ReadonlySet<string>
  /** Where names are bound: `type` or `type.field`. What lies there is a name of the code's own. */
  readonly bindings: ReadonlySet<string>
  /** Where names are those of members and arguments: `type.field`. */
  readonly members: ReadonlySet<string>
  /** The name of a function; null for one without. `ancestors`: from the root to its parent. */
  functionName(node: SyntaxNode, ancestors: readonly SyntaxNode[]): string | null
  /** The class that a method belongs to; null for a function. */
  classOf(node: SyntaxNode, ancestors: readonly SyntaxNode[]): string | null
  parameters(node: SyntaxNode): readonly CodeParameter[]
  /** The type of what a function returns, as it is written; null where none is. */
  returns(node: SyntaxNode): string | null
  /** Names of the classes that a class is made from. */
  bases(node: SyntaxNode): readonly string[]
  /** What a function, class or file tells about itself. `before`: the nodes before it, of which comments may belong to it. */
  docstring(node: SyntaxNode, before: readonly SyntaxNode[]): string | null
  /** Names of functions that a node calls, with what they are members of: `f`, `self.f`, `.f` of something longer. */
  calls(node: SyntaxNode): readonly string[]
  /** Other names that a function calls itself by. */
  selfNames(node: SyntaxNode, name: string, owner: string | null): readonly string[]
  imports(node: SyntaxNode): readonly string[]
  /** Whether a function is a test. */
  isTest(node: SyntaxNode, name: string, before: readonly SyntaxNode[], owner: string | null): boolean
  assignment(node: SyntaxNode): Assignment | null
  /** What is read of what, of `list[index]`. */
  subscript(node: SyntaxNode): { readonly object: SyntaxNode; readonly index: string } | null
}

/** Names with their parts, or the last part of what is no plain name. */
export function calleeName(text: string): string {
  if (/^[\w$.:#]+$/.test(text)) return text
  const last = /[\w$]+$/.exec(text)
  return last === null ? '' : `.${last[0]}`
}

/** The text of comments without their marks, or null where nothing is left. */
export function commentText(comments: readonly string[]): string | null {
  const lines = comments
    .flatMap((comment) =>
      comment
        .trimEnd()
        .replace(/^\/\*+!?/, '')
        .replace(/\*+\/$/, '')
        .split(/\r?\n/),
    )
    .map((line) => line.replace(/^\s*(?:\/\/[/!]?|\*)? ?/, '').trimEnd())
  return lines.join('\n').trim() || null
}

/** The nodes right before a declaration that are comments of some kind, in their order; those after the last gap. */
export function commentsBefore(
  node: SyntaxNode,
  before: readonly SyntaxNode[],
  belongs: (one: SyntaxNode) => 'comment' | 'between' | 'no',
): readonly string[] {
  const found: string[] = []
  let line = node.line
  for (const one of before.toReversed()) {
    const what = belongs(one)
    // A comment that ends with its line may be said to end at the beginning of the next.
    if (what === 'no' || one.line + one.text.trimEnd().split('\n').length < line) break
    if (what === 'comment') found.unshift(one.text)
    line = one.line
  }
  return found
}
