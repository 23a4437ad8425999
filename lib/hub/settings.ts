import { homedir } from 'node:os'
import { join } from 'node:path'
import { badArgument } from '../core/errors.ts'
import { readOptionalFile } from '../io/read.ts'

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>

const HUB = 'https://huggingface.co'
const MOST_TOKEN_BYTES = 4096

/** The folder in which Python keeps all of the hub: HF_HOME, or `huggingface` in the cache folder of the user. */
export function hubHome(env: Env = process.env, home: string = homedir()): string {
  if (env.HF_HOME) return fromHome(env.HF_HOME, home)
  const caches = env.XDG_CACHE_HOME ? fromHome(env.XDG_CACHE_HOME, home) : join(home, '.cache')
  return join(caches, 'huggingface')
}

/**
 * The folder of repositories, which is the one that Python's huggingface_hub uses. It is not created here.
 *
 * In this order: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub.
 */
export function hubCache(env: Env = process.env, home: string = homedir()): string {
  const own = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE
  return own ? fromHome(own, home) : join(hubHome(env, home), 'hub')
}

/** The address of the hub: HF_ENDPOINT, or that of Hugging Face. */
export function hubEndpoint(env: Env = process.env): string {
  return env.HF_ENDPOINT || HUB
}

/** Whether HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network. */
export function isOffline(env: Env = process.env): boolean {
  return isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE)
}

/**
 * The user's token: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or what the file HF_TOKEN_PATH or HF_HOME/token says; null where
 * there is none, and where HF_HUB_DISABLE_IMPLICIT_TOKEN asks for none to be sent.
 *
 * @throws VmmError BAD_FILE where the file cannot be read
 */
export async function hubToken(env: Env = process.env, home: string = homedir()): Promise<string | null> {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return null
  const own = (env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || '').trim()
  if (own !== '') return own
  const path = env.HF_TOKEN_PATH ? fromHome(env.HF_TOKEN_PATH, home) : join(hubHome(env, home), 'token')
  return (await readOptionalFile(path, MOST_TOKEN_BYTES))?.toString().trim() || null
}

/** An address without its last slashes. Throws VmmError BAD_ARGUMENT for one that is no address of a web server. */
export function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password
  if (!isPlain || url.search || url.hash)
    throw badArgument('endpoint', JSON.stringify(endpoint), `an address such as ${HUB}`)
  return url.href.replace(/\/+$/, '')
}

/** The same token. Throws VmmError BAD_ARGUMENT, which does not show it, for one that no header can carry. */
export function checkedToken(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw badArgument('token', 'a text with spaces or other characters', 'a token of the hub')
  return token
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase())
}

function fromHome(path: string, home: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(home, path.slice(1)) : path
}
