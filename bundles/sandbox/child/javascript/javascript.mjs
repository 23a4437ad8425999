// @ts-check
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import RELEASE_SYNC from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import { TooMuchOutput } from '../output.mjs'
import { CONSOLE, REPORT } from './prepared.mjs'

/** @typedef {import('quickjs-emscripten-core').QuickJSContext} Context */

const PAGE = 65536
const INITIAL_PAGES = 256
/** More, and V8's own stack overflows before QuickJS's. */
const STACK_BYTES = 256 << 10

const MODULE = /^\s*(?:export|import)\b/m

/** What is made once in a process: the module, compiled. */
export function openJavaScript() {
  const file = fileURLToPath(import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'))
  const wasmModule = new WebAssembly.Module(readFileSync(file))

  /**
   * Runs a program in an interpreter of its own. What the tests are given is a realm of its own in that interpreter, so that
   * whatever the program does to its globals is not done to theirs.
   *
   * @param {import('../main.mjs').Job} job
   * @param {ReturnType<typeof import('../output.mjs').outputOf>} output
   */
  return async function run(job, output) {
    const wasmMemory = new WebAssembly.Memory({
      initial: INITIAL_PAGES,
      maximum: Math.floor(job.memoryBytes / PAGE),
    })
    const quickJs = await newQuickJSWASMModuleFromVariant(
      newVariant(RELEASE_SYNC, { wasmModule, wasmMemory }),
    )
    const runtime = quickJs.newRuntime()
    let stopped = false
    runtime.setMaxStackSize(STACK_BYTES)
    runtime.setInterruptHandler(() => stopped)

    /** The program is stopped at its next step: an error it could catch. @param {() => void} write */
    const bounded = (write) => {
      try {
        write()
      } catch (error) {
        if (!(error instanceof TooMuchOutput)) throw error
        stopped = true
      }
    }
    /** @param {Context} context @param {string} name @param {(...texts: string[]) => unknown} call */
    const give = (context, name, call) =>
      context
        .newFunction(
          name,
          (...handles) => /** @type {any} */ (call(...handles.map((one) => context.getString(one)))),
        )
        .consume((made) => context.setProp(context.global, name, made))
    /** @param {Context} context */
    const giveConsole = (context) => {
      give(context, 'write', (stream, text) =>
        bounded(() => output.write(stream === 'stderr' ? 'stderr' : 'stdout', Buffer.from(text))),
      )
      const lines = job.stdin.split('\n')
      give(context, 'readline', () =>
        lines.length > 0 ? context.newString(/** @type {string} */ (lines.shift())) : context.null,
      )
      context.unwrapResult(context.evalCode(CONSOLE)).dispose()
    }
    const own = runtime.newContext()
    const tester = runtime.newContext()
    give(tester, 'report', (json) => bounded(() => output.report(json)))
    give(tester, 'program', (expression) => {
      const value = own.evalCode(expression, 'program')
      return value.error ? value : value.value
    })
    giveConsole(tester)
    tester.unwrapResult(tester.evalCode(REPORT)).dispose()
    giveConsole(own)

    /** Runs a stage; gives why it did not end well. @param {Context} context @param {string} code @param {string} name */
    const stage = (context, code, name) => {
      const isModule = context === own && MODULE.test(code)
      const result = context.evalCode(code, name, { type: isModule ? 'module' : 'global' })
      if (result.error) return result.error
      const done = runtime.executePendingJobs()
      if (done.error) return done.error
      const state = context.getPromiseState(result.value)
      if (state.type === 'rejected') return state.error
      if (isModule && state.type === 'fulfilled') shareExports(own, state.value)
      return null
    }
    try {
      for (const [context, code, name] of /** @type {const} */ ([
        [tester, job.prelude, 'prelude.js'],
        [own, job.program, 'program.js'],
        [tester, job.tests, 'tests.js'],
      ])) {
        const wrong = code === null ? null : stage(context, code, name)
        if (wrong === null && !stopped) continue
        if (stopped) return { status: 'output', exitCode: null, why: 'more output than is allowed' }
        const { name: kind, message, stack } = described(context.dump(/** @type {any} */ (wrong)))
        bounded(() => output.write('stderr', Buffer.from(`${kind}: ${message}\n${stack}`)))
        const memory = kind === 'InternalError' && message === 'out of memory'
        if (memory) return { status: 'memory', exitCode: 1, why: 'more memory than is allowed' }
        return { status: 'error', exitCode: 1, why: null }
      }
    } catch (error) {
      return { status: 'crashed', exitCode: null, why: String(error).slice(0, 200) }
    }
    return { status: 'ok', exitCode: 0, why: null }
  }
}

/** What a module exports, as globals, which is where tests look. @param {Context} context @param {any} exported */
function shareExports(context, exported) {
  context.setProp(context.global, '__exported', exported)
  context
    .unwrapResult(context.evalCode('Object.assign(globalThis, __exported); delete globalThis.__exported'))
    .dispose()
}

/** @param {any} error @returns {{ name: string, message: string, stack: string }} */
function described(error) {
  const known = typeof error === 'object' && error !== null
  return {
    name: known ? String(error.name) : 'Uncaught',
    message: known ? String(error.message) : String(error),
    stack: known && typeof error.stack === 'string' ? error.stack : '',
  }
}
