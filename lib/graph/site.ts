const own = /[/\\](?:lib|dist)[/\\](?:graph|ops)[/\\]/
let fixed: string | null = null

/** The place in a model that is calling an op: the nearest caller outside this package's graph and op folders. */
export function callSite(): string {
  if (fixed !== null) return fixed
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 16
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const at = /\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (at && !own.test(at)) return at.replace(/^file:\/\//, '')
  }
  return 'unknown'
}

/** Makes nodes on behalf of another place: the gradient of a line is blamed on that line. */
export function withSite<T>(site: string, body: () => T): T {
  const before = fixed
  fixed = site
  try {
    return body()
  } finally {
    fixed = before
  }
}
