import { openSandbox } from '../sandbox/sandbox.ts'
import type { CodeRunner } from './code_runner.ts'

let opened: Promise<CodeRunner> | null = null

/** A sandbox that is opened when it is first needed, and stays open. It keeps no process from ending. */
export function sharedSandbox(): Promise<CodeRunner> {
  opened ??= openSandbox().catch((error: unknown) => {
    opened = null
    throw error
  })
  return opened
}
