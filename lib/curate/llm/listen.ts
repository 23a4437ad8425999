import { linkedAbort, orAborted } from '../../core/aborts.ts'
import { reasonOf, type SendRequest } from '../../models/remote/exchange.ts'

/** A request whose answer comes in pieces. Times in milliseconds. */
export interface Listening {
  readonly send: SendRequest
  readonly url: string
  readonly init: Pick<RequestInit, 'method' | 'headers' | 'body'>
  /** A connection over which nothing has come for so long is given up. */
  readonly silenceMs: number
  /** An answer that has taken so long is given up. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Why there is no answer. */
export interface Unheard {
  readonly why: 'network' | 'silence'
  readonly message: string
}

/**
 * Sends a request and reads the answer as it comes. Redirects are not followed. Throws the signal's reason, also where
 * what stands in for `fetch` does not listen to it.
 *
 * @param read gets the answer and the pieces of its body; what it leaves unread is given up
 */
export async function listen<T>(
  { send, url, init, silenceMs, timeoutMs, signal }: Listening,
  read: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T | Unheard> {
  const wanted = linkedAbort(signal)
  let late: Unheard | null = null
  const stop = (message: string) => () => {
    late = { why: 'silence', message }
    wanted.abort()
  }
  const silent = stop(`nothing came for ${silenceMs / 1000} s`)
  let silence = setTimeout(silent, silenceMs)
  const end = setTimeout(stop(`no whole answer within ${timeoutMs / 1000} s`), timeoutMs)
  async function* heard(body: AsyncIterable<Uint8Array>) {
    for await (const chunk of body) {
      clearTimeout(silence)
      silence = setTimeout(silent, silenceMs)
      yield chunk
    }
  }
  const ask = async () => {
    const response = await send(url, { ...init, signal: wanted.signal, redirect: 'manual' })
    return read(response, heard((response.body ?? []) as AsyncIterable<Uint8Array>))
  }
  try {
    return await orAborted(ask(), wanted.signal)
  } catch (error) {
    signal?.throwIfAborted()
    return late ?? { why: 'network', message: reasonOf(error) }
  } finally {
    clearTimeout(silence)
    clearTimeout(end)
    wanted.release()
    wanted.abort()
  }
}
