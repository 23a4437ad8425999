// @ts-check
// What is evaluated in a realm before any program.

/** `console`, by `write(stream, text)`. */
export const CONSOLE = `{
  const { write } = globalThis
  delete globalThis.write
  const { stringify } = JSON
  const shown = (value) => {
    if (typeof value === 'string') return value
    if (typeof value === 'function') return '[Function: ' + value.name + ']'
    if (typeof value !== 'object' || value === null || value instanceof Error) return String(value)
    return stringify(value) ?? String(value)
  }
  const to = (stream) => (...values) => write(stream, values.map(shown).join(' ') + '\\n')
  globalThis.console = { log: to('stdout'), info: to('stdout'), debug: to('stdout'), warn: to('stderr'), error: to('stderr') }
}`

/** `report(value)`, by `report(json)`. */
export const REPORT = `{
  const { report } = globalThis
  const { stringify } = JSON
  globalThis.report = (value) => report(stringify(value) ?? 'null')
}`
