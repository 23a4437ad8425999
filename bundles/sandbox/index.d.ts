export type { Node, Point, Tree } from 'web-tree-sitter'
export { Language, Parser, Query, TreeCursor } from 'web-tree-sitter'

/** A language whose grammar is here. `javascript` reads JSX too; `tsx` is TypeScript with JSX. */
export type Grammar = 'python' | 'javascript' | 'typescript' | 'tsx' | 'go' | 'rust'

/**
 * The files of the compiled grammars.
 *
 * @example
 * ```js
 * import { grammars, Language, Parser } from 'vector-mamba-sandbox'
 *
 * await Parser.init()
 * const parser = new Parser()
 * parser.setLanguage(await Language.load(grammars.python))
 * const tree = parser.parse('def twice(x): return 2 * x')
 * console.log(tree.rootNode.child(0).type, tree.rootNode.hasError) // function_definition false
 * tree.delete()
 * parser.delete()
 * ```
 */
export declare const grammars: Readonly<Record<Grammar, string>>

/** The process that runs programs, which vector-mamba starts: see `openSandbox` there. */
export declare const child: {
  /** This package's own, and what it starts with in there. */
  readonly folder: string
  readonly program: string
  /** Folders of the packages that it imports, by their names. */
  readonly packages: Readonly<Record<string, string>>
}

/** Files of what measures a program, by its language: a prelude for the sandbox that defines `measure(program, request, tell)`. */
export declare const measures: Readonly<Record<'python' | 'javascript', string>>
