import { answerBytes, vectorsOf } from './answer.ts'
import type { Clock } from './clock.ts'
import { exchange } from './exchange.ts'
import { makePace, makePlaces } from './limits.ts'
import type { RemoteSettings } from './options.ts'
import { refusalOf } from './refusal.ts'
import { type Outcome, withRetries } from './retry.ts'

/** What a service is asked for. */
export interface EmbeddingService {
  /**
   * The vectors of some texts, f32 [dims] each, in order.
   *
   * @param about which texts they are, for messages
   * @throws VmmError BAD_ARGUMENT for what the service refuses, or other dims; NOT_FOUND where it has no such model;
   *   SERVICE where it does not answer, or not well; the signal's reason
   */
  vectors(texts: readonly string[], about: string, signal: AbortSignal | undefined): Promise<Float32Array[]>
}

/** A service at a URL. Its limits hold for all calls together. */
export function embeddingService(settings: RemoteSettings, clock: Clock): EmbeddingService {
  const { model, dims, apiKey, retries, timeoutMs, send } = settings
  const url = `${settings.url}/embeddings`
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  const hide = (text: string) => (apiKey === null ? text : text.replaceAll(apiKey, '…'))
  const places = makePlaces(settings.concurrency)
  const pace = makePace(settings.requestsPerMinute, clock)
  let format: 'base64' | 'float' = 'base64'
  const attempt = async (
    texts: readonly string[],
    about: string,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Float32Array[]>> => {
    await pace(signal)
    const asked = format
    const body = JSON.stringify({
      model,
      input: texts,
      encoding_format: asked,
      ...(settings.sendsDimensions ? { dimensions: dims } : {}),
    })
    const mostBytes = answerBytes(texts.length, dims)
    const where = `${url}: ${about}`
    const reply = await exchange({ send, url, headers, body, mostBytes, timeoutMs, signal })
    if ('reason' in reply)
      return { failure: { code: 'SERVICE', message: `${where}: ${hide(reply.reason)}`, again: true } }
    if (reply.status < 200 || reply.status > 299) {
      const failure = refusalOf(reply, where, hide)
      if (asked === 'float' || failure.again || !/encoding_format|base64/i.test(failure.message))
        return { failure }
      format = 'float'
      return attempt(texts, about, signal)
    }
    if (reply.cut)
      return {
        failure: {
          code: 'SERVICE',
          message: `${where}: the answer has over ${mostBytes} bytes`,
          again: false,
        },
      }
    return vectorsOf(reply.text, texts.length, dims, where)
  }
  return {
    vectors: (texts, about, signal) =>
      places(signal, () => withRetries(() => attempt(texts, about, signal), { retries, clock, signal })),
  }
}
