import { VmmError } from 'vector-mamba'
import { isLoopback } from './access/hosts.ts'

/** An answered request, for a log: neither its texts nor its address. */
export interface LogEntry {
  readonly time: string
  readonly id: string
  readonly method: string
  /** The route's own pattern; null where there is none. */
  readonly route: string | null
  readonly status: number
  readonly ms: number
  /** The name of its token; 'local' where none is needed. */
  readonly user: string
}

/** How long things may take, in milliseconds. */
export interface Timeouts {
  /** Headers of a request, from its first byte or the connection on; 10 s when left out. */
  readonly headers?: number | undefined
  /** A whole request with its body; 30 s when left out. */
  readonly request?: number | undefined
  /** Between the requests of a connection; 5 s when left out. */
  readonly keepAlive?: number | undefined
  /** Encoding and searches; 60 s when left out. */
  readonly answer?: number | undefined
  /** Predictions, inversions and generated texts; 300 s when left out. */
  readonly long?: number | undefined
  /** What runs when the server is closed; 1.5 s when left out. */
  readonly grace?: number | undefined
}

/** Rows that may wait, by the queue that they wait in. */
export interface QueueLimits {
  /** Texts to encode; 4096 when left out. */
  readonly encode?: number | undefined
  /** Vectors to search for; 1024 when left out. */
  readonly search?: number | undefined
  /** Predictions; 64 when left out. */
  readonly predict?: number | undefined
  /** Inversions; 32 when left out. */
  readonly invert?: number | undefined
  /** Texts to generate; 32 when left out. */
  readonly generate?: number | undefined
}

/** How a server works. */
export interface ServerOptions {
  /** Where it listens; 127.0.0.1 when left out. Anything but loopback needs `tokens`. */
  readonly host?: string | undefined
  /** 8080 when left out; 0 takes one that is free. */
  readonly port?: number | undefined
  /** By the names under which their use is counted. Where there is one, every request but those for health needs one. */
  readonly tokens?: Readonly<Record<string, string>> | undefined
  /** Names that a request's Host may have beside those of loopback and the address that it came to. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Threads of native calls; as many as there are fast cores when left out. */
  readonly threads?: number | undefined
  readonly timeouts?: Timeouts | undefined
  readonly queues?: QueueLimits | undefined
  /** Bytes of a body; 4 MiB when left out. */
  readonly bodyLimit?: number | undefined
  /** Called for each answered request. */
  readonly onAnswer?: ((entry: LogEntry) => void) | undefined
  /** Called for errors that are nobody's fault but the server's; `stack` has no message, which may quote a text. */
  readonly onError?: ((error: ReportedError) => void) | undefined
}

/** An error that was the server's. */
export interface ReportedError {
  readonly time: string
  /** Of the request. */
  readonly id: string
  readonly route: string | null
  /** The error's name and, where it has one, its code. */
  readonly name: string
  readonly stack: readonly string[]
}

/** Options with nothing left out. */
export interface CheckedOptions {
  readonly host: string
  readonly port: number
  readonly tokens: Readonly<Record<string, string>>
  readonly allowedHosts: readonly string[]
  readonly threads: number | undefined
  readonly timeouts: Readonly<Record<keyof Timeouts, number>>
  readonly queues: Readonly<Record<keyof QueueLimits, number>>
  readonly bodyLimit: number
  readonly onAnswer: (entry: LogEntry) => void
  readonly onError: (error: ReportedError) => void
}

const TIMEOUTS = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 5_000,
  answer: 60_000,
  long: 300_000,
  grace: 1_500,
} as const satisfies Record<keyof Timeouts, number>

const QUEUES = {
  encode: 4096,
  search: 1024,
  predict: 64,
  invert: 32,
  generate: 32,
} as const satisfies Record<keyof QueueLimits, number>

const NAMES = {
  host: true,
  port: true,
  tokens: true,
  allowedHosts: true,
  threads: true,
  timeouts: true,
  queues: true,
  bodyLimit: true,
  onAnswer: true,
  onError: true,
} as const satisfies Record<keyof ServerOptions, true>

/** A token is long enough that nobody finds it by trying, and is sent as it stands. */
const TOKEN = /^[!-~]{16,512}$/
const USER = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

/** Throws VmmError BAD_ARGUMENT naming the option, what was given and what is allowed. Tokens are not quoted. */
export function checkOptions(given: ServerOptions): CheckedOptions {
  known(given, NAMES, 'options')
  const { host = '127.0.0.1', port = 8080, tokens = {}, allowedHosts = [] } = given
  const { threads, bodyLimit = 4 * 2 ** 20 } = given
  if (typeof host !== 'string' || host === '') throw wrong('host', String(host), 'an address')
  whole('port', port, 0, 65535)
  if (threads !== undefined) whole('threads', threads, 1, 1024)
  whole('bodyLimit', bodyLimit, 1, 2 ** 30)
  for (const [name, token] of Object.entries(tokens)) {
    if (!USER.test(name))
      throw wrong('tokens', `the name ${JSON.stringify(name.slice(0, 64))}`, 'letters, digits, _ . -')
    if (typeof token !== 'string' || !TOKEN.test(token))
      throw wrong(`tokens.${name}`, 'another', '16 to 512 characters of ASCII without spaces')
  }
  if (!isLoopback(host) && Object.keys(tokens).length === 0)
    throw wrong('tokens', 'none', `at least one, as others may reach ${host}`)
  return {
    ...{ host, port, tokens, threads, bodyLimit },
    allowedHosts: allowedHosts.map((name) => name.toLowerCase()),
    timeouts: filled('timeouts', given.timeouts, TIMEOUTS),
    queues: filled('queues', given.queues, QUEUES),
    onAnswer: given.onAnswer ?? (() => {}),
    onError: given.onError ?? (() => {}),
  }
}

function wrong(argument: string, given: string, allowed: string): VmmError {
  return new VmmError('BAD_ARGUMENT', `${argument}: got ${given}; expected ${allowed}`, { argument })
}

function known(given: object, names: Readonly<Record<string, unknown>>, argument: string): void {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(names, name)) throw wrong(argument, `'${name}'`, Object.keys(names).join(', '))
}

function whole(name: string, value: unknown, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw wrong(name, String(value), `a whole number from ${least} to ${most}`)
}

function filled<K extends string>(
  argument: string,
  given: Partial<Record<K, number | undefined>> | undefined,
  defaults: Readonly<Record<K, number>>,
): Record<K, number> {
  known(given ?? {}, defaults, argument)
  const names = Object.keys(defaults) as K[]
  const entries = names.map((name) => [name, given?.[name] ?? defaults[name]] as const)
  for (const [name, value] of entries) whole(`${argument}.${name}`, value, 1, 2 ** 31 - 1)
  return Object.fromEntries(entries) as Record<K, number>
}
