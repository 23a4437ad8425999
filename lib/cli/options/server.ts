import { badArgument } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import { readSmallFile } from '../../io/read.ts'
import { type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import type { CliContext } from '../context.ts'

/** Where a server listens, and who may ask it. */
export const SERVER_OPTIONS = {
  host: {
    type: 'string',
    value: 'ADDRESS',
    help: 'address to listen on (default: 127.0.0.1); others than loopback need a token',
  },
  port: {
    type: 'string',
    short: 'p',
    value: 'N',
    help: 'port to listen on, 0 for one that is free (default: 8080)',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    help: 'tokens, one a line, each after a name and a space where its use is counted apart (default: VMM_TOKEN)',
  },
  'allowed-host': {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: "name that a request's Host may have beside localhost and the address",
  },
  log: {
    type: 'boolean',
    help: 'a JSON line on standard error for each answer: route, status, time; no texts',
  },
} as const satisfies Options

const NEED = 'vmm serve needs the package vector-mamba-server: npm install vector-mamba-server'
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/
const MOST_BYTES = 2 ** 16
const FEWEST_CHARACTERS = 16

/** The package that serves. Throws VmmError UNSUPPORTED with the command that installs it. */
export function serverPackage(): Promise<typeof import('vector-mamba-server')> {
  return optionalPackages(() => import('vector-mamba-server'), NEED)
}

/** How a server is reached, as the options and the environment say. Throws UsageError; VmmError for a file of tokens. */
export async function reachOf(
  values: Values<typeof SERVER_OPTIONS>,
  { env }: Pick<CliContext, 'env'>,
): Promise<{ host: string; port: number; tokens: Record<string, string>; allowedHosts: readonly string[] }> {
  const { host = '127.0.0.1', 'token-file': file, 'allowed-host': allowedHosts = [] } = values
  if (host === '') throw new UsageError('--host: an empty address')
  const port = wholeNumber(values.port, '--port', [0, 65_535]) ?? 8080
  const tokens = await tokensOf(file, env.VMM_TOKEN)
  if (!LOOPBACK.test(host) && Object.keys(tokens).length === 0)
    throw new UsageError(`others may reach ${host}: it needs a token, in VMM_TOKEN or --token-file`)
  return { host, port, tokens, allowedHosts }
}

/** Tokens by name; their values are in no message. */
async function tokensOf(
  file: string | undefined,
  token: string | undefined,
): Promise<Record<string, string>> {
  if (file !== undefined) return readTokens(file)
  if (token === undefined || token === '') return {}
  if (token.length < FEWEST_CHARACTERS)
    throw new UsageError(`VMM_TOKEN: expected at least ${FEWEST_CHARACTERS} characters`)
  return { default: token }
}

async function readTokens(file: string): Promise<Record<string, string>> {
  const lines = (await readSmallFile(file, MOST_BYTES)).toString('utf8').split(/\r?\n/)
  const tokens: Record<string, string> = Object.create(null)
  for (const [i, line] of lines.entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '') continue
    const [token = '', name = 'default'] = words.reverse()
    const what = `line ${i + 1} of ${file}`
    if (words.length > 2) throw badArgument(what, `${words.length} words`, 'a token, or a name and a token')
    if (token.length < FEWEST_CHARACTERS)
      throw badArgument(what, `a token of ${token.length} characters`, `at least ${FEWEST_CHARACTERS}`)
    if (name in tokens) throw badArgument(what, `another token of ${name}`, 'one of each name')
    tokens[name] = token
  }
  if (Object.keys(tokens).length === 0)
    throw badArgument('--token-file', `no token in ${file}`, 'at least one')
  return { ...tokens }
}
