/** How a process is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What ends it, where a signal to the process that was started does not. */
  readonly end?: readonly [file: string, ...args: string[]]
}

/** The package that has the process which runs programs: `child` of vector-mamba-sandbox. */
export interface ChildPackage {
  readonly folder: string
  readonly program: string
  readonly packages: Readonly<Record<string, string>>
}

/**
 * A warm process runs many programs and has a limit of CPU time of its own, beyond which nobody needs it: it ends by itself
 * where the process that started it was killed. It is replaced long before.
 */
export const PROCESS_CPU_SECONDS = 900
