import type { Sandbox } from '../sandbox/sandbox.ts'

/** What runs programs: a sandbox, or what a test has instead. */
export type CodeRunner = Pick<Sandbox, 'run'>
