// @ts-check
import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { withMemoryCap } from '../memory.mjs'
import { outputOf } from '../output.mjs'
import { runPython } from './run.mjs'

const PAGE = 65536

/** @type {import('../main.mjs').Job} */
const NOTHING = {
  language: 'python',
  program: '',
  prelude: '',
  tests: '',
  stdin: '',
  files: {},
  outputBytes: 0,
  memoryBytes: 0,
}

/**
 * @typedef {object} Opened What runs share.
 * @property {(options: object) => Promise<any>} instantiate of Emscripten's glue
 * @property {WebAssembly.Module} module
 * @property {Uint8Array} library the standard library, a zip
 * @property {Uint8Array} sitecustomize
 * @property {Uint8Array} harness
 */

/** What is made once in a process. Gives how programs are run that may take some bytes of memory. */
export function openPython() {
  const wasm = read('../../python/python.wasm')
  const shared = {
    instantiate: glue(),
    library: read('../../python/python313.zip'),
    sitecustomize: read('sitecustomize.py'),
    harness: read('harness.py'),
  }
  /** @type {Map<number, WebAssembly.Module>} */
  const modules = new Map()

  return async (/** @type {number} */ memoryBytes) => {
    const pages = Math.floor(memoryBytes / PAGE)
    const known = modules.get(pages)
    const module = known ?? new WebAssembly.Module(withMemoryCap(wasm, pages))
    modules.set(pages, module)
    /** @type {import('../main.mjs').Run} */
    const run = (job, output) => runPython({ ...shared, module }, job, output)
    // V8 compiles what is called when it is called first: without this, the first program would be charged for it.
    if (known === undefined) await run(NOTHING, outputOf(0))
    return run
  }
}

/** Emscripten's glue. It gets no `require`, no process and no network: what it asks for of Node's is here. */
function glue() {
  const given = ['require', 'module', 'exports', '__filename', '__dirname', 'process']
  const names = [...given, 'setTimeout', 'clearTimeout', 'fetch', 'WebSocket']
  const module = { exports: /** @type {any} */ ({}) }
  /** @param {string} name */
  const require = (name) => {
    if (name === 'node:fs') return {}
    if (name === 'node:crypto')
      return { randomFillSync: (/** @type {Uint8Array} */ to) => randomFillSync(to) }
    throw new Error(name)
  }
  const visible = { versions: { node: process.versions.node }, argv: [] }
  vm.compileFunction(read('../../python/python.cjs').toString(), names)(
    require,
    module,
    module.exports,
    '/python.cjs',
    '/',
    visible,
    // An alarm that a program sets would go off in the next one's time.
    () => 0,
    () => {},
    undefined,
    undefined,
  )
  return module.exports
}

/** @param {string} path */
function read(path) {
  return readFileSync(new URL(path, import.meta.url))
}
