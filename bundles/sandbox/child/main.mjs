// @ts-check
// Runs programs that the host tells by a line of JSON each, one at a time, and tells it by lines of JSON what they write, what
// their tests report, and how they ended.
import { createInterface } from 'node:readline'
import { openJavaScript } from './javascript/open.mjs'
import { outputOf, tell } from './output.mjs'
import { openPython } from './python/open.mjs'

/**
 * @typedef {object} Job
 * @property {'python' | 'javascript'} language
 * @property {string} program
 * @property {string | null} prelude
 * @property {string | null} tests
 * @property {string} stdin
 * @property {Record<string, string>} files
 * @property {number} outputBytes
 * @property {number} memoryBytes
 *
 * @typedef {object} Ended
 * @property {'ok' | 'error' | 'memory' | 'output' | 'crashed'} status
 * @property {number | null} exitCode
 * @property {string | null} why
 *
 * @typedef {(job: Job, output: import('./output.mjs').Output) => Promise<Ended>} Run
 */

/** Opened by the first job of its language, and kept. */
const languages = { python: once(openPython), javascript: once(openJavaScript) }

tell({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  /** @type {Job} */
  const job = JSON.parse(line)
  const output = outputOf(job.outputBytes)
  // What is compiled is no time of the program's.
  const run = await languages[job.language]()(job.memoryBytes)
  tell({ began: true })
  const started = performance.now()
  const before = process.cpuUsage()
  const ended = await run(job, output)
  output.flush()
  const { user, system } = process.cpuUsage(before)
  tell({ ...ended, seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 })
}

/** @template T @param {() => T} open @returns {() => T} */
function once(open) {
  /** @type {T | undefined} */
  let opened
  return () => (opened ??= open())
}
