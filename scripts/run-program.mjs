import { spawn, spawnSync } from 'node:child_process'
import { ROOT } from './setup/paths.mjs'

/**
 * Runs a program to its end, or until `minutes` are over. Gives what it printed, and what went wrong: null, an exit
 * code, a signal, the time.
 */
export function runProgram(command, args, { minutes, env = process.env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, minutes * 60_000)
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', ({ message }) => {
      clearTimeout(timer)
      resolve({ output, problem: message })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const ending = signal === null ? `exit code ${code}` : `signal ${signal}`
      resolve({ output, problem: late ? `more than ${minutes} minutes` : code === 0 ? null : ending })
    })
  })
}

/** What a program says of its tests in uvu's summary. One that is no test file may have none, and is one test. */
export function countsOf(output, isTestFile, problem) {
  const [, all, passed] = /Total:\s+(\d+)\s+Passed:\s+(\d+)/.exec(output) ?? []
  const skips = Number(/Skipped:\s+(\d+)/.exec(output)?.[1] ?? 0)
  if (all === undefined) {
    // A process that ends without its summary has lost tests: a promise that never settled, a crash.
    const ok = !isTestFile && problem === null
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
  }
  const failed = Number(all) - Number(passed) - skips
  return { passed: Number(passed), failed: Math.max(failed, problem === null ? 0 : 1), skipped: skips }
}

/** Runs a program; what it prints is shown when it fails. */
export function succeeds(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`)
  return status === 0
}
