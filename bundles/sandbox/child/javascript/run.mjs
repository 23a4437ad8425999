// @ts-check
import RELEASE_SYNC from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import { TooMuchOutput } from '../output.mjs'
import { give, giveConsole, giveReport } from './realm.mjs'

/** @typedef {import('quickjs-emscripten-core').QuickJSContext} Context */

const PAGE = 65536
const INITIAL_PAGES = 256
/** More, and V8's own stack overflows before QuickJS's. */
const STACK_BYTES = 256 << 10
const IS_MODULE = /^\s*(?:export|import)\b/m

/**
 * Runs a program in an interpreter of its own. Its tests have a realm of their own in there: what the program does to its
 * globals is not done to theirs.
 *
 * @param {WebAssembly.Module} wasmModule
 * @param {import('../main.mjs').Job} job
 * @param {import('../output.mjs').Output} output
 * @returns {Promise<import('../main.mjs').Ended>}
 */
export async function runJavaScript(wasmModule, job, output) {
  const pages = Math.floor(job.memoryBytes / PAGE)
  // QuickJS's own limit of memory is none: that of the memory which it is given is.
  const wasmMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: pages })
  const quickJs = await newQuickJSWASMModuleFromVariant(
    newVariant(/** @type {any} */ (RELEASE_SYNC), { wasmModule, wasmMemory }),
  )
  const runtime = quickJs.newRuntime()
  let stopped = false
  runtime.setMaxStackSize(STACK_BYTES)
  runtime.setInterruptHandler(() => stopped)
  /** What is thrown here the program could catch; an interruption at its next step it cannot. @param {() => void} write */
  const bounded = (write) => {
    try {
      write()
    } catch (error) {
      if (!(error instanceof TooMuchOutput)) throw error
      stopped = true
    }
  }

  const own = runtime.newContext()
  const tester = runtime.newContext()
  const lines = job.stdin.split('\n')
  for (const context of [own, tester])
    giveConsole(context, lines, (stream, text) => bounded(() => output.write(stream, Buffer.from(text))))
  giveReport(tester, (json) => bounded(() => output.report(json)))
  give(tester, 'program', (expression) => {
    const value = own.evalCode(expression, 'program')
    return value.error ? value : value.value
  })
  const stages = /** @type {const} */ ([
    [tester, job.prelude, 'prelude.js'],
    [own, job.program, 'program.js'],
    [tester, job.tests, 'tests.js'],
  ])
  try {
    for (const [context, code, name] of stages) {
      if (code === null) continue
      const error = evaluate(context, code, name)
      if (stopped) return { status: 'output', exitCode: null, why: 'more output than is allowed' }
      if (error !== null)
        return failure(context.dump(error), (text) => bounded(() => output.write('stderr', text)))
    }
    return { status: 'ok', exitCode: 0, why: null }
  } catch (error) {
    // Such as an overflow of V8's stack by QuickJS's own recursion.
    return { status: 'crashed', exitCode: null, why: String(error).slice(0, 200) }
  }
}

/** Runs a source and what it has promised; gives its error, or null. @param {Context} context @param {string} code @param {string} name */
function evaluate(context, code, name) {
  const isModule = name === 'program.js' && IS_MODULE.test(code)
  const result = context.evalCode(code, name, { type: isModule ? 'module' : 'global' })
  if (result.error) return result.error
  const done = context.runtime.executePendingJobs()
  if (done.error) return done.error
  const state = context.getPromiseState(result.value)
  if (state.type === 'rejected') return state.error
  if (isModule && state.type === 'fulfilled') shareExports(context, state.value)
  return null
}

/** What a module exports becomes global, which is where tests look. @param {Context} context @param {any} exported */
function shareExports(context, exported) {
  const share = context.unwrapResult(
    context.evalCode('(exported) => { Object.assign(globalThis, exported) }'),
  )
  context.unwrapResult(context.callFunction(share, context.undefined, exported))
}

/** @param {any} error @param {(text: Buffer) => void} write @returns {import('../main.mjs').Ended} */
function failure(error, write) {
  const known = typeof error === 'object' && error !== null
  const text = known ? `${error.name}: ${error.message}` : `Uncaught ${error}`
  write(Buffer.from(`${text}\n${known && typeof error.stack === 'string' ? error.stack : ''}`))
  if (text === 'InternalError: out of memory')
    return { status: 'memory', exitCode: 1, why: 'more memory than is allowed' }
  return { status: 'error', exitCode: 1, why: null }
}
