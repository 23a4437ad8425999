// Runs tests and cases on a program that has been executed, and tells what they do and cost. The sandbox executes this before the
// program, in a realm of its own; the program's has `$vmm`, which the host has written calls of into the program.

const LONGEST_TEXT = 1500
const MOST_ITEMS = 1000
const DEEPEST = 20
/** Below, the clock of whole milliseconds tells nothing. */
const LEAST_MS = 10

/** What is defined in the program's realm: `$vmm`, and `assert` for tests. */
const PROGRAM_REALM = `(() => {
  const now = Date.now
  const costs = {
    steps: 0, budget: Infinity, ended: false, calls: [], ms: [], lines: new Set(), stack: [], printed: null,
    step() {
      if (++costs.steps <= costs.budget) return
      costs.ended = true
      throw new RangeError('out of steps')
    },
    in(id) {
      costs.calls[id] = (costs.calls[id] ?? 0) + 1
      const call = { id, begin: now(), inner: 0 }
      costs.stack.push(call)
      costs.step()
      return call
    },
    out(call) {
      const spent = now() - call.begin
      costs.ms[call.id] = (costs.ms[call.id] ?? 0) + spent - call.inner
      while (costs.stack.length > 0 && costs.stack.pop() !== call);
      const outer = costs.stack.at(-1)
      if (outer !== undefined) outer.inner += spent
    },
    line(line) { costs.lines.add(line) },
  }
  Object.defineProperty(globalThis, '$vmm', { value: costs })
  for (const name of ['log', 'info', 'debug', 'warn', 'error']) {
    const write = console[name]
    console[name] = (...values) => {
      if (costs.printed === null) write(...values)
      else if (costs.printed.length < 1000) costs.printed.push(values.map(String).join(' '))
    }
  }
  const same = (a, b, deep) => {
    if (Object.is(a, b) || (!deep && a == b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
    if (a instanceof Map || a instanceof Set) return same([...a], [...b], deep)
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], deep))
  }
  class AssertionError extends Error { name = 'AssertionError' }
  const must = (ok, message) => { if (!ok) throw new AssertionError(String(message ?? '')) }
  globalThis.assert = Object.assign((ok, message) => must(ok, message), {
    ok: must,
    equal: (a, b, message) => must(a == b, message),
    strictEqual: (a, b, message) => must(Object.is(a, b), message),
    notStrictEqual: (a, b, message) => must(!Object.is(a, b), message),
    deepEqual: (a, b, message) => must(same(a, b, true), message),
    deepStrictEqual: (a, b, message) => must(same(a, b, true), message),
    throws: (run, message) => {
      try { run() } catch { return }
      throw new AssertionError(String(message ?? 'nothing was thrown'))
    },
  })
  return costs
})()`

const costs = program(PROGRAM_REALM)

const shortened = (text) =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… ${text.length} ${checksum(text)}`

/** FNV-1a of a text's UTF-16 units. */
function checksum(text) {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}

/** A text for a value, equal for equal values. */
function shown(value, depth = 0) {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'function') return `[Function: ${value.name}]`
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth > DEEPEST) return '…'
  const kind = value.constructor?.name ?? 'null'
  const list = (items) => Array.from(items, (one) => shown(one, depth + 1)).join(', ')
  if (Array.isArray(value)) return `[${list(value)}]`
  if (kind === 'Map') return `Map{${Array.from(value, ([k, v]) => `${shown(k, depth + 1)}: ${shown(v, depth + 1)}`).join(', ')}}`
  if (kind === 'Set') return `Set{${list(value)}}`
  if (kind === 'Date' || kind === 'RegExp') return String(value)
  if (typeof value.message === 'string' && 'stack' in value) return `${value.name}: ${value.message}`
  if (typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function') {
    const read = []
    for (const one of value) if (read.push(one) === MOST_ITEMS) break
    return `iterator[${list(read)}]`
  }
  const fields = Object.keys(value).map((key) => `${key}: ${shown(value[key], depth + 1)}`)
  return `${kind === 'Object' ? '' : kind}{${fields.join(', ')}}`
}

/** What comes of a call: kind, text, steps, and what is printed meanwhile. */
function attempt(budget, run) {
  costs.steps = 0
  costs.stack.length = 0
  costs.ended = false
  costs.budget = budget ?? Number.POSITIVE_INFINITY
  costs.printed = []
  let found
  try {
    found = { kind: 'value', text: run() }
  } catch (error) {
    const isError = typeof error === 'object' && error !== null
    const name = isError ? String(error.name) : 'thrown'
    found = { kind: 'error', text: name, message: shortened(isError ? String(error.message) : shown(error)) }
  }
  const printed = costs.printed.join('\n')
  costs.printed = null
  costs.budget = Number.POSITIVE_INFINITY
  if (costs.ended) found = { kind: 'steps', text: '' }
  return { ...found, steps: costs.steps, printed: shortened(printed) }
}

/** The result of a call, and what has become of the arguments. */
function called(program, entry, source) {
  const values = program(`(${source})`)
  const before = shown(values)
  const result = shown(entry(...values))
  const after = shown(values)
  return shortened(result === 'undefined' && after === before ? result : after === before ? result : `${result} with ${after}`)
}

/** Runs what is asked for on a program, and tells each part of the answer. */
function measure(program, request, tell) {
  let passed = true
  request.tests.forEach((test, i) => {
    const outcome = attempt(request.testBudget, () => {
      program(`{${test}\n}`)
      return ''
    })
    passed &&= outcome.kind === 'value'
    tell({ test: i, ...outcome })
  })
  tell({ lines: request.lines, executed: request.lines.filter((line) => costs.lines.has(line)) })
  const functions = request.functions.map(({ name, line }, id) => {
    const ms = costs.ms[id] ?? 0
    return { name, line, calls: costs.calls[id] ?? 0, seconds: ms < LEAST_MS ? null : ms / 1000 }
  })
  tell({ functions: functions.filter(({ calls }) => calls > 0) })
  if (request.entry !== null && (passed || !request.casesIfPassed)) {
    const entry = program(`typeof ${request.entry} === 'function' ? ${request.entry} : null`)
    for (let i = request.first; entry !== null && i < request.cases.length; i++) {
      const [source, budget] = request.cases[i]
      tell({ case: i, ...attempt(budget, () => called(program, entry, source)) })
    }
  }
  tell({ end: true })
}
