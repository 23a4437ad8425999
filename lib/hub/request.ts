import { setTimeout as sleep } from 'node:timers/promises'
import { HubError, type HubReason, mayPass } from './errors.ts'

/** How long is waited for a network or a hub that fails. Times in milliseconds. */
export interface Patience {
  /** Attempts that bring nothing, one after another. */
  readonly tries: number
  /** Before the second attempt; twice as long before each further one. */
  readonly pause: number
  /** A connection over which nothing has come for so long is given up. */
  readonly silence: number
  /** What a hub that is busy may ask for; for more it is an error. */
  readonly longestWait: number
}

export const PATIENCE: Patience = { tries: 5, pause: 250, silence: 60_000, longestWait: 300_000 }

/** A hub, and how it is spoken to. */
export interface Hub {
  /** Without a slash at its end. */
  readonly endpoint: string
  readonly token: string | null
  readonly signal: AbortSignal | undefined
  readonly patience: Patience
}

/** What a server has answered. Its body is read once, or given up. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Throws HubError `network` where the connection is lost; the signal's reason. */
  chunks(): AsyncIterable<Uint8Array>
  giveUp(): void
}

const REDIRECTS = [301, 302, 303, 307, 308]
const MOST_REDIRECTS = 10
const MOST_WAITS = 5
/** Milliseconds, where a busy hub does not say for how long. */
const PLAIN_WAIT = 5000
/** Before the first attempt is repeated at most. */
const LONGEST_PAUSE = 30_000

const REASONS: Readonly<Record<string, HubReason>> = {
  GatedRepo: 'gated',
  RepoNotFound: 'repository',
  RevisionNotFound: 'revision',
  EntryNotFound: 'entry',
}

/**
 * Asks for a path of the hub. Redirects are followed; the token goes to the hub's own origin alone. A hub that is busy is
 * asked again when it says.
 *
 * @param about for messages: whose file this is
 * @returns an answer of 200 or 206
 * @throws HubError by its reason; the signal's reason
 */
export async function get(
  hub: Hub,
  path: string,
  about: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  for (let waits = 1; ; waits++) {
    const { answer, url } = await follow(hub, new URL(`${hub.endpoint}${path}`), headers)
    if (answer.status === 200 || answer.status === 206) return answer
    answer.giveUp()
    if (answer.status !== 429) throw refusal(hub, url, answer, about)
    const wait = waitOf(answer.headers)
    if (waits > MOST_WAITS || wait > hub.patience.longestWait) {
      const seconds = Math.ceil(wait / 1000).toLocaleString('en')
      throw new HubError('busy', `${about}: ${url.host} is asked too often; try again in ${seconds} s`)
    }
    await pause(wait, hub.signal)
  }
}

/**
 * Runs something until it succeeds. After errors that may pass it is tried again, some time later.
 *
 * @param hasGained whether much has come since it was asked last, so that attempts are counted anew
 */
export async function retrying<T>(
  { patience, signal }: Pick<Hub, 'patience' | 'signal'>,
  run: () => Promise<T>,
  hasGained: () => boolean = () => false,
): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await run()
    } catch (error) {
      signal?.throwIfAborted()
      if (!mayPass(error)) throw error
      if (hasGained()) tries = 1
      if (tries >= patience.tries) throw error
      await pause(Math.min(patience.pause * 2 ** (tries - 1), LONGEST_PAUSE), signal)
    }
}

/** The text of an answer. Throws HubError `server` where it is longer than any should be. */
export async function textOf(answer: Answer, mostBytes: number, about: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.chunks()) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw new HubError('server', `${about}: an answer of more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

async function follow(
  hub: Hub,
  first: URL,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly answer: Answer; readonly url: URL }> {
  let url = first
  let isTrusted = true
  for (let redirects = 0; ; redirects++) {
    const token = isTrusted && hub.token !== null ? { authorization: `Bearer ${hub.token}` } : {}
    const answer = await ask(hub, url, { ...headers, ...token })
    const location = answer.headers.get('location')
    if (!REDIRECTS.includes(answer.status) || location === null) return { answer, url }
    answer.giveUp()
    const wrong = (what: string) => new HubError('server', `${url.host}: ${what}`)
    if (redirects === MOST_REDIRECTS) throw wrong(`more than ${MOST_REDIRECTS} redirects`)
    if (!URL.canParse(location, url.href)) throw wrong('a redirect to what is no address')
    const next = new URL(location, url)
    if (next.protocol !== 'https:' && next.protocol !== first.protocol)
      throw wrong(`a redirect to ${next.protocol}, which is not safe`)
    // Once it has left the hub, nobody is told the token again.
    isTrusted &&= next.origin === first.origin
    url = next
  }
}

async function ask(
  { signal, patience }: Hub,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort()
  signal?.addEventListener('abort', abort)
  let timer: NodeJS.Timeout | undefined
  const listen = () => {
    clearTimeout(timer)
    timer = setTimeout(abort, patience.silence)
  }
  const end = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  const lost = (cause: unknown) => {
    signal?.throwIfAborted()
    const silent = controller.signal.aborted ? `nothing came for ${patience.silence / 1000} s` : null
    return new HubError('network', `${url.host}: ${silent ?? causeText(cause)}`, cause)
  }
  try {
    listen()
    const response = await fetch(url, {
      // What is packed on its way has another length, and ranges of it mean something else.
      headers: { 'user-agent': 'vector-mamba', 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: controller.signal,
    })
    const { status, body } = response
    return {
      status,
      headers: response.headers,
      giveUp: () => {
        end()
        abort()
      },
      async *chunks() {
        try {
          for await (const chunk of body ?? []) {
            listen()
            yield chunk
          }
        } catch (cause) {
          throw lost(cause)
        } finally {
          end()
          abort()
        }
      },
    }
  } catch (cause) {
    end()
    throw lost(cause)
  }
}

/** What fetch says is that it failed; why, its causes say. */
function causeText(error: unknown): string {
  const { cause } = error as Error
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message
  return cause instanceof Error && cause.message !== '' ? cause.message : 'the connection was lost'
}

/** An answer that is no file, as an error. */
function refusal(hub: Hub, url: URL, { status, headers }: Answer, about: string): HubError {
  const says = headers.get('x-error-message') ?? ''
  const code = headers.get('x-error-code') ?? ''
  const isHub = url.origin === new URL(hub.endpoint).origin
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code]! : null
  const login = hub.token === null ? '; if it is private, HF_TOKEN must have a token' : ''
  switch (reason) {
    case 'gated':
      return new HubError('gated', gatedText(hub, about))
    case 'repository':
      return new HubError('repository', `${about}: ${url.host} has no such repository${login}`)
    case 'revision':
      return new HubError('revision', `${about}: the repository has no such revision`)
    case 'entry':
      return new HubError('entry', `${about}: the repository has no such file`)
  }
  if (isHub && status === 401) {
    if (hub.token === null || !/credentials|token/i.test(says))
      return new HubError('repository', `${about}: ${url.host} has no such repository${login}`)
    return new HubError('token', `${about}: ${url.host} does not accept the token`)
  }
  if (isHub && status === 403) return new HubError('gated', `${gatedText(hub, about)}${says && `: ${says}`}`)
  if (isHub && status === 404) return new HubError('repository', `${about}: ${url.host} does not know it`)
  return new HubError('server', `${about}: ${url.host} answers ${status}${says && `: ${says}`}`)
}

function gatedText({ endpoint, token }: Hub, about: string): string {
  const how =
    token === null ? 'set HF_TOKEN to a token of a user who may' : 'the token is of a user who may not'
  return `${about}: only users who were let in at ${endpoint} may download it; ${how}`
}

/** For how long a busy server asks to wait, in milliseconds. */
function waitOf(headers: Headers): number {
  const after = headers.get('retry-after') ?? /;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]
  if (after === undefined) return PLAIN_WAIT
  if (/^\d+$/.test(after)) return 1000 * Number(after)
  const until = Date.parse(after)
  return Number.isNaN(until) ? PLAIN_WAIT : Math.max(0, until - Date.now())
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
}
