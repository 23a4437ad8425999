import { linkedAbort, orAborted } from '../../core/aborts.ts'

/** How requests are sent: `fetch`, or what stands in for it. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>

export interface Exchange {
  readonly send: SendRequest
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Bytes of an answer at most. */
  readonly mostBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** An answer; of one that is no success, the beginning of its text. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Whether it goes on beyond what was read. */
  readonly cut: boolean
}

/** Why there is no answer. */
export interface Silence {
  readonly reason: string
}

/** Far more than is shown of a refusal. */
const REFUSAL_BYTES = 1 << 16

/**
 * Posts JSON and reads the answer, no further than its bound; redirects are not followed. Throws the signal's reason,
 * also where what stands in for `fetch` does not listen to it.
 */
export async function exchange(request: Exchange): Promise<Reply | Silence> {
  const { signal, timeoutMs } = request
  const wanted = linkedAbort(signal)
  let late = false
  const timer = setTimeout(() => {
    late = true
    wanted.abort()
  }, timeoutMs)
  try {
    return await orAborted(ask(request, wanted.signal), wanted.signal)
  } catch (error) {
    signal?.throwIfAborted()
    return { reason: late ? `no answer within ${timeoutMs} ms` : reasonOf(error) }
  } finally {
    clearTimeout(timer)
    wanted.release()
    wanted.abort()
  }
}

async function ask({ send, url, headers, body, mostBytes }: Exchange, signal: AbortSignal): Promise<Reply> {
  const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
  const most = response.ok ? mostBytes : REFUSAL_BYTES
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > most) break
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks, Math.min(bytes, most)))
  return { status: response.status, headers: response.headers, text, cut: bytes > most }
}

/** What `fetch` says is "fetch failed"; its cause knows more. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  const { code, message } = (error.cause ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  const known = [message, code].find((word) => typeof word === 'string' && word !== '')
  return known === undefined ? error.message : `${error.message}: ${known}`
}
