import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { badArgument, check, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { isSpace, type Space } from '../../core/space.ts'
import type { SendRequest } from './exchange.ts'
import { type KnownModel, knownModel } from './known_models.ts'
import { apiKeyOf, LONGEST_TIMEOUT, OPENAI, serviceUrl, wholeNumber } from './service_options.ts'

/** How a service is asked for vectors. */
export interface RemoteEncoderOptions {
  /** What the service calls the model. */
  readonly model: string
  /** The service, without `/embeddings`; `https://api.openai.com/v1` when left out. */
  readonly url?: string | undefined
  /**
   * The length of its vectors; to be left out for text-embedding-ada-002, text-embedding-3-small and
   * text-embedding-3-large. Fewer than these two have of themselves are asked for as `dimensions`.
   */
  readonly dims?: number | undefined
  /** Whether `dims` is sent as `dimensions`, for models that can shorten their vectors; known of OpenAI's. */
  readonly sendDimensions?: boolean | undefined
  /**
   * Sent to the service that `url` names; the environment variable OPENAI_API_KEY when left out, and '' sends none. It
   * is in no error and no file.
   */
  readonly apiKey?: string | undefined
  /** What the encoder tells of its capacity; what is longer, the service cuts or refuses. Default 8191, as of OpenAI's. */
  readonly capacityTokens?: number | undefined
  /** Texts of a request at most, 1 to 2048. Default 64. */
  readonly batch?: number | undefined
  /** Requests at a time, of all calls together, 1 to 256. Default 4. */
  readonly concurrency?: number | undefined
  /** Requests a minute at most, evenly spread, further tries among them; no limit when left out. */
  readonly requestsPerMinute?: number | undefined
  /** Further tries after 408, 429, 5xx, a broken answer or none. Default 5. */
  readonly retries?: number | undefined
  /** How long a request may take, in milliseconds. Default 2 minutes. */
  readonly timeoutMs?: number | undefined
  /** A folder that keeps vectors, so that no text is asked for twice; none when left out. */
  readonly cache?: string | undefined
  /** Whether vectors are scaled to length 1. Default true. */
  readonly normalise?: boolean | undefined
  /** The embedding space; the name of the model and its dims when left out, as `text-embedding-3-small-1536`. */
  readonly space?: Space | undefined
  /** What sends requests in place of `fetch`. */
  readonly fetch?: SendRequest | undefined
}

const OPTIONS = {
  model: true,
  url: true,
  dims: true,
  sendDimensions: true,
  apiKey: true,
  capacityTokens: true,
  batch: true,
  concurrency: true,
  requestsPerMinute: true,
  retries: true,
  timeoutMs: true,
  cache: true,
  normalise: true,
  space: true,
  fetch: true,
} as const satisfies OptionNames<RemoteEncoderOptions>

/** Options with their defaults. */
export interface RemoteSettings {
  readonly model: string
  /** Without a slash at its end. */
  readonly url: string
  readonly dims: number
  readonly sendsDimensions: boolean
  readonly apiKey: string | null
  readonly capacityTokens: number
  readonly batch: number
  readonly concurrency: number
  readonly requestsPerMinute: number | null
  readonly retries: number
  readonly timeoutMs: number
  /** A whole path. */
  readonly cache: string | null
  readonly normalise: boolean
  readonly space: Space
  readonly fingerprint: string
  readonly send: SendRequest
}

const LONGEST_MODEL = 512
const MOST_DIMS = 1 << 16

/** Throws VmmError BAD_ARGUMENT for options that are wrong or missing, naming the option. */
export function remoteSettings(
  options: RemoteEncoderOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RemoteSettings {
  refuseUnknown(options, OPTIONS)
  const { model, normalise = true, requestsPerMinute = null, cache = null, fetch: send = fetch } = options
  const isName = typeof model === 'string' && model !== '' && model.length <= LONGEST_MODEL
  check(isName, 'model', model, 'what the service calls its model')
  const known = knownModel(model)
  const url = serviceUrl(options.url ?? OPENAI)
  const dims = dimsOf(options.dims ?? known?.dims, model, known)
  check(typeof normalise === 'boolean', 'normalise', normalise, 'true or false')
  const isPace = requestsPerMinute === null || (Number.isFinite(requestsPerMinute) && requestsPerMinute > 0)
  check(isPace, 'requestsPerMinute', requestsPerMinute, 'a number above 0')
  check(cache === null || (typeof cache === 'string' && cache !== ''), 'cache', cache, 'the path of a folder')
  check(typeof send === 'function', 'fetch', send, 'a function as fetch is')
  const space = options.space ?? spaceOf(model, dims)
  check(isSpace(space), 'space', space, "a name such as 'text-embedding-3-small-1536'")
  return {
    model,
    url,
    dims,
    sendsDimensions: sendsDimensions(options.sendDimensions, dims, model, known),
    apiKey: apiKeyOf(options.apiKey ?? environment.OPENAI_API_KEY ?? ''),
    capacityTokens: wholeNumber('capacityTokens', options.capacityTokens ?? 8191, 1),
    batch: wholeNumber('batch', options.batch ?? 64, 1, 2048),
    concurrency: wholeNumber('concurrency', options.concurrency ?? 4, 1, 256),
    requestsPerMinute,
    retries: wholeNumber('retries', options.retries ?? 5, 0, 100),
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs ?? 120_000, 1, LONGEST_TIMEOUT),
    cache: cache === null ? null : resolve(cache),
    normalise,
    space,
    fingerprint: sha256(['remote encoder', url, model, dims, normalise]),
    send,
  }
}

function sha256(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}

function dimsOf(dims: unknown, model: string, known: KnownModel | undefined): number {
  if (dims === undefined)
    throw badArgument('dims', 'undefined', `the length of the vectors of ${describe(model)}`)
  return wholeNumber('dims', dims, known && !known.shortens ? known.dims : 1, known?.dims ?? MOST_DIMS)
}

function sendsDimensions(
  asked: unknown,
  dims: number,
  model: string,
  known: KnownModel | undefined,
): boolean {
  if (asked === undefined) return known !== undefined && dims !== known.dims
  check(typeof asked === 'boolean', 'sendDimensions', asked, 'true or false')
  check(
    !asked || known?.shortens !== false,
    'sendDimensions',
    asked,
    `false, as ${model} takes no dimensions`,
  )
  return asked
}

const LONGEST_SPACE = 64

/** Letters and digits of a model's name joined by '-', and its dims. */
function spaceOf(model: string, dims: number): Space {
  const words = model.toLowerCase().match(/[a-z0-9]+(?:\.[a-z0-9]+)*/g) ?? ['remote']
  const name = words.join('-').slice(0, LONGEST_SPACE - 1 - String(dims).length)
  return `${name.replace(/[-.]+$/, '')}-${dims}`
}
