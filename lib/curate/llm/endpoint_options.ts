import { badArgument, check, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import type { SendRequest } from '../../models/remote/exchange.ts'
import {
  apiKeyOf,
  LONGEST_TIMEOUT,
  OPENAI,
  serviceUrl,
  wholeNumber,
} from '../../models/remote/service_options.ts'
import type { TokenPrice } from './chat_model.ts'

/** How an OpenAI-compatible endpoint is asked. Times in milliseconds. */
export interface EndpointOptions {
  /** The service without `/chat/completions`, such as `http://localhost:8080/v1`. */
  readonly url: string
  /** What the service calls the model. */
  readonly model: string
  /** What a cache knows it by. Default: the name of its machine, without the port, which may change. */
  readonly name?: string | undefined
  /** Sent to `url` alone; it is in no error and no file. Default: OPENAI_API_KEY for OpenAI itself, none for others. */
  readonly apiKey?: string | undefined
  /** The environment variable that has the key, for configurations that are files. */
  readonly apiKeyVariable?: string | undefined
  /** Requests at a time, 1 to 256. Default 4. */
  readonly concurrency?: number | undefined
  /** Requests a minute at most, evenly spread, further tries among them. Default: no limit. */
  readonly requestsPerMinute?: number | undefined
  /** Further tries after 408, 409, 429, 5xx, a broken answer or none. Default 5. */
  readonly retries?: number | undefined
  /** A connection that is silent for so long is given up. Default 2 minutes; `fetch` itself waits 5 at most. */
  readonly silenceMs?: number | undefined
  /** An answer that takes longer is given up. Default 30 minutes. */
  readonly timeoutMs?: number | undefined
  /** An endpoint that asks to wait for longer is given up. Default 10 minutes. */
  readonly longestWaitMs?: number | undefined
  /** US dollars for a million tokens. Default: not known. */
  readonly price?: TokenPrice | undefined
  /** What sends requests in place of `fetch`. */
  readonly fetch?: SendRequest | undefined
}

const OPTIONS = {
  url: true,
  model: true,
  name: true,
  apiKey: true,
  apiKeyVariable: true,
  concurrency: true,
  requestsPerMinute: true,
  retries: true,
  silenceMs: true,
  timeoutMs: true,
  longestWaitMs: true,
  price: true,
  fetch: true,
} as const satisfies OptionNames<EndpointOptions>

/** Options with their defaults. */
export interface EndpointSettings {
  /** Without a slash at its end. */
  readonly url: string
  readonly model: string
  readonly name: string
  readonly apiKey: string | null
  readonly concurrency: number
  readonly requestsPerMinute: number | null
  readonly retries: number
  readonly silenceMs: number
  readonly timeoutMs: number
  readonly longestWaitMs: number
  readonly price: TokenPrice | null
  readonly send: SendRequest
}

const LONGEST_NAME = 512

/** Throws VmmError BAD_ARGUMENT for options that are wrong or missing, naming the option. */
export function endpointSettings(
  options: EndpointOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EndpointSettings {
  refuseUnknown(options, OPTIONS)
  const { model, requestsPerMinute = null, price = null, fetch: send = fetch } = options
  const url = serviceUrl(options.url)
  const name = options.name ?? new URL(url).hostname
  const isName = (word: unknown) => typeof word === 'string' && word !== '' && word.length <= LONGEST_NAME
  check(isName(model), 'model', model, 'what the service calls its model')
  check(isName(name), 'name', name, `a name of 1 to ${LONGEST_NAME} characters`)
  const isPace = requestsPerMinute === null || (Number.isFinite(requestsPerMinute) && requestsPerMinute > 0)
  check(isPace, 'requestsPerMinute', requestsPerMinute, 'a number above 0')
  if (price !== null)
    for (const part of ['input', 'output'] as const)
      check(
        Number.isFinite(price[part]) && price[part] >= 0,
        `price.${part}`,
        price[part],
        'US dollars, 0 or more',
      )
  check(typeof send === 'function', 'fetch', send, 'a function as fetch is')
  return {
    url,
    model,
    name,
    apiKey: apiKeyOf(keyOf(options, url, environment)),
    concurrency: wholeNumber('concurrency', options.concurrency ?? 4, 1, 256),
    requestsPerMinute,
    retries: wholeNumber('retries', options.retries ?? 5, 0, 100),
    silenceMs: wholeNumber('silenceMs', options.silenceMs ?? 120_000, 1, 300_000),
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs ?? 1_800_000, 1, LONGEST_TIMEOUT),
    longestWaitMs: wholeNumber('longestWaitMs', options.longestWaitMs ?? 600_000, 0, LONGEST_TIMEOUT),
    price,
    send,
  }
}

/** A key goes to whom it is for: that of OpenAI is sent to nobody else unless somebody says so. */
function keyOf(
  { apiKey, apiKeyVariable }: EndpointOptions,
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (apiKey !== undefined) {
    check(apiKeyVariable === undefined, 'apiKeyVariable', apiKeyVariable, 'none beside apiKey')
    return apiKey
  }
  if (apiKeyVariable === undefined) return (url === OPENAI && environment.OPENAI_API_KEY) || ''
  check(
    typeof apiKeyVariable === 'string',
    'apiKeyVariable',
    apiKeyVariable,
    'the name of an environment variable',
  )
  const key = environment[apiKeyVariable]
  if (key === undefined)
    throw badArgument('apiKeyVariable', describe(apiKeyVariable), 'an environment variable that is set')
  return key
}
