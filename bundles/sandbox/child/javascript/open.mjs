// @ts-check
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runJavaScript } from './run.mjs'

/** What is made once in a process: QuickJS, compiled. Gives how programs are run. */
export function openJavaScript() {
  const file = fileURLToPath(import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'))
  const module = new WebAssembly.Module(readFileSync(file))
  /** @type {import('../main.mjs').Run} */
  const run = (job, output) => runJavaScript(module, job, output)
  return async () => run
}
