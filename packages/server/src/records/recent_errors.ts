import type { ReportedError } from '../options.ts'

/** Errors that are kept. */
const MOST = 100
/** Lines of a stack that are kept. */
const FRAMES = 20

/** The last errors that were the server's, the latest first. */
export interface RecentErrors {
  add(error: ReportedError): void
  list(): ReportedError[]
}

export function recentErrors(): RecentErrors {
  const kept: ReportedError[] = []
  return {
    add: (error) => {
      kept.unshift(error)
      kept.length = Math.min(kept.length, MOST)
    },
    list: () => [...kept],
  }
}

/** What may be told of an error: where it was and what it is called. Its message may quote a text. */
export function reportOf(error: unknown, at: Pick<ReportedError, 'id' | 'route'>): ReportedError {
  const { name, code, stack } = (error ?? {}) as { name?: unknown; code?: unknown; stack?: unknown }
  const words = [name, code].filter((word) => typeof word === 'string' && /^\w{1,64}$/.test(word))
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^ {4}at /.test(line)) : []
  return {
    time: new Date().toISOString(),
    ...at,
    name: words.join(' ') || 'unknown',
    stack: frames.slice(0, FRAMES).map((line) => line.trim()),
  }
}
