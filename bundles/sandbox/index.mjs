// @ts-check
import { fileURLToPath } from 'node:url'

export { Language, Parser, Query, TreeCursor } from 'web-tree-sitter'

/** @param {string} name */
const grammar = (name) => fileURLToPath(new URL(`grammars/tree-sitter-${name}.wasm`, import.meta.url))

export const grammars = Object.freeze({
  python: grammar('python'),
  javascript: grammar('javascript'),
  typescript: grammar('typescript'),
  tsx: grammar('tsx'),
  go: grammar('go'),
  rust: grammar('rust'),
})
