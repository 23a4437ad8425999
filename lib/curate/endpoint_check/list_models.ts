import { parseJson } from '../../io/json.ts'
import { refusalOf } from '../../models/remote/refusal.ts'
import type { EndpointSettings } from '../llm/endpoint_options.ts'
import { listen } from '../llm/listen.ts'
import { LlmError } from '../llm/llm_error.ts'

const MOST_BYTES = 1 << 20

/** The names of the models that an endpoint offers. Throws LlmError where it does not say. */
export async function listModels(
  { url, apiKey, send, silenceMs, timeoutMs }: EndpointSettings,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const headers: Record<string, string> = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
  const request = {
    send,
    url: `${url}/models`,
    init: { method: 'GET', headers },
    silenceMs,
    timeoutMs,
    signal,
  }
  const heard = await listen(request, async ({ ok, status, headers }, chunks) => {
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of chunks) {
      parts.push(chunk)
      bytes += chunk.length
      if (bytes > MOST_BYTES) break
    }
    return {
      ok,
      status,
      headers,
      text: new TextDecoder().decode(Buffer.concat(parts)),
      cut: bytes > MOST_BYTES,
    }
  })
  const about = `${url}/models`
  if ('why' in heard) throw new LlmError(heard.why, `${about}: ${heard.message}`)
  if (!heard.ok) {
    const hide = (text: string) => (apiKey === null ? text : text.replaceAll(apiKey, '…'))
    throw new LlmError('server', refusalOf(heard, about, hide).message)
  }
  const names = namesIn(heard.text)
  if (names === null) throw new LlmError('server', `${about}: the answer is no list of models`)
  return names
}

function namesIn(text: string): string[] | null {
  try {
    const { data } = parseJson(text, 'answer') as { readonly data?: unknown }
    if (!Array.isArray(data)) return null
    return data.flatMap((item) => {
      const id = (item as { readonly id?: unknown } | null)?.id
      return typeof id === 'string' ? [id] : []
    })
  } catch {
    return null
  }
}
