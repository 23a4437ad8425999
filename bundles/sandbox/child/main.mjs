// @ts-check
// Runs programs that the host tells by a line of JSON each, one at a time, and tells it by lines of JSON what they write, what
// their tests report, and how they ended.
import { createInterface } from 'node:readline'
import { openJavaScript } from './javascript/javascript.mjs'
import { outputOf, tell } from './output.mjs'
import { openPython } from './python/python.mjs'

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
 */

/** Opened by the first job of its language, and kept. */
const languages = { python: once(openPython), javascript: once(openJavaScript) }

tell({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  /** @type {Job} */
  const job = JSON.parse(line)
  const output = outputOf(job.outputBytes)
  const started = performance.now()
  const before = process.cpuUsage()
  const ended = await languages[job.language]()(job, output)
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
