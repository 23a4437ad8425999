// @ts-check
import { dirname } from 'node:path'
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

/** @param {string} name */
const folderOf = (name) => dirname(dirname(fileURLToPath(import.meta.resolve(name))))

const PACKAGES = /** @type {const} */ ([
  'quickjs-emscripten-core',
  '@jitl/quickjs-wasmfile-release-sync',
  '@jitl/quickjs-ffi-types',
])

export const child = Object.freeze({
  folder: fileURLToPath(new URL('.', import.meta.url)),
  program: 'child/main.mjs',
  packages: Object.freeze(Object.fromEntries(PACKAGES.map((name) => [name, folderOf(name)]))),
})

/** @param {string} ending */
const measure = (ending) => fileURLToPath(new URL(`measure/measure.${ending}`, import.meta.url))

export const measures = Object.freeze({ python: measure('py'), javascript: measure('js') })
