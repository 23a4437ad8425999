// @ts-check
// What a realm has before any program is evaluated in it.

/** @typedef {import('quickjs-emscripten-core').QuickJSContext} Context */

const CONSOLE = `((write) => {
  const { stringify } = JSON
  const shown = (value) => {
    if (typeof value === 'string') return value
    if (typeof value === 'function') return '[Function: ' + value.name + ']'
    if (typeof value !== 'object' || value === null || value instanceof Error) return String(value)
    return stringify(value) ?? String(value)
  }
  const to = (stream) => (...values) => write(stream, values.map(shown).join(' ') + '\\n')
  const [out, err] = [to('stdout'), to('stderr')]
  globalThis.console = { log: out, info: out, debug: out, warn: err, error: err }
})`

const REPORT = `((report) => {
  const { stringify } = JSON
  globalThis.report = (value) => report(stringify(value) ?? 'null')
})`

/** @param {Context} context @param {string} name @param {(...texts: string[]) => any} call gets its arguments as texts */
function hostFunction(context, name, call) {
  return context.newFunction(name, (...handles) => call(...handles.map((one) => context.getString(one))))
}

/** Gives a realm a global function of this process. @param {Context} context @param {string} name @param {(...texts: string[]) => any} call */
export function give(context, name, call) {
  hostFunction(context, name, call).consume((made) => context.setProp(context.global, name, made))
}

/** Gives a function of this process to one of the realm, which makes it fit for programs. @param {Context} context @param {string} code @param {(...texts: string[]) => any} call */
function giveTo(context, code, call) {
  const made = context.unwrapResult(context.evalCode(code))
  context
    .unwrapResult(context.callFunction(made, context.undefined, hostFunction(context, '', call)))
    .dispose()
}

/**
 * `console` and `readline()`.
 *
 * @param {Context} context
 * @param {string[]} lines of stdin; what is read is taken away
 * @param {(stream: 'stdout' | 'stderr', text: string) => void} write
 */
export function giveConsole(context, lines, write) {
  giveTo(context, CONSOLE, (stream, text) => write(stream === 'stderr' ? 'stderr' : 'stdout', text))
  give(context, 'readline', () => {
    const line = lines.shift()
    return line === undefined ? context.null : context.newString(line)
  })
}

/** `report(value)`. @param {Context} context @param {(json: string) => void} report */
export function giveReport(context, report) {
  giveTo(context, REPORT, report)
}
