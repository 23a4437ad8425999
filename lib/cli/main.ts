#!/usr/bin/env node
import { createRequire } from 'node:module'
import { fileError } from '../io/files.ts'
import { type CliWorld, Interrupted, OutputClosed } from './context.ts'
import { runCli } from './run.ts'

const controller = new AbortController()

for (const [name, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const)
  process.on(name, () => {
    // Asked a second time, nothing is waited for.
    if (controller.signal.aborted) process.exit(128 + number)
    controller.abort(new Interrupted(128 + number))
  })

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  controller.abort(error.code === 'EPIPE' ? new OutputClosed() : fileError('standard output', 'write', error))
})
process.stderr.on('error', () => {}) // nobody is left to be told

const world: CliWorld = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: controller.signal,
  resolve: createRequire(import.meta.url).resolve,
  engine: async () => (await import('./native_engine.ts')).nativeEngine,
}

runCli(process.argv.slice(2), world).then((code) => {
  process.exitCode = code
})
