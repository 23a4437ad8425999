// A hub on this machine that speaks the protocol of Hugging Face's, with what may go wrong there.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A file of a repository. */
type Content = Uint8Array | string

/** What goes wrong. It may be changed while the hub runs. */
export interface Faults {
  /** Connections that end after so many bytes, by path: one number for each, in their order. */
  cuts?: Record<string, number[]>
  /** After so many bytes of a path nothing more comes, and the connection stays. */
  stalls?: Record<string, number>
  /** Answers that ask to wait, with these headers. */
  busy?: Record<string, string>[]
  /** Other bytes of a path than the listing names. */
  wrong?: Record<string, Content>
  /** Each request for a range gets all. */
  noRanges?: boolean
  /** Where files lie, in place of the second host. */
  location?: string
  /** What the listing says, in place of the files. */
  siblings?: unknown[]
  /** What all requests are answered: status, headers. */
  refuses?: [number, Record<string, string>]
}

export interface Asked {
  readonly host: 'hub' | 'store'
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

export interface LocalHub extends AsyncDisposable {
  readonly endpoint: string
  readonly commit: string
  readonly files: Map<string, Content>
  readonly faults: Faults
  readonly asked: Asked[]
  /** Paths that were asked for at the hub, without the listing. */
  fetched(): string[]
  /** The name of a file's blob. */
  etag(path: string): string
}

const isLarge = (path: string) => /\.(safetensors|bin|model)$/.test(path)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const gitHash = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

/**
 * Starts a hub with one repository, whose `main` and `v1` are one commit. Large files are on a second host, where nobody
 * asks for a token.
 *
 * @param token what the hub asks for; none when left out
 */
export async function localHub(
  repository: string,
  contents: Readonly<Record<string, Content>>,
  { token, commit = 'c0ffee'.padEnd(40, '0') }: { token?: string; commit?: string } = {},
): Promise<LocalHub> {
  const files = new Map(Object.entries(contents))
  const faults: Faults = {}
  const asked: Asked[] = []
  const bytesOf = (path: string) => Buffer.from(files.get(path)!)
  const etag = (path: string) => (isLarge(path) ? sha256 : gitHash)(bytesOf(path))

  const siblings = () =>
    [...files.keys()].map((path) => {
      const size = bytesOf(path).length
      const lfs = isLarge(path) && { lfs: { sha256: etag(path), size, pointerSize: 130 } }
      return { rfilename: path, size, blobId: gitHash(bytesOf(path)), ...lfs }
    })

  const sendFile = (path: string, request: IncomingMessage, response: ServerResponse) => {
    const bytes = faults.wrong?.[path] === undefined ? bytesOf(path) : Buffer.from(faults.wrong[path])
    const range = faults.noRanges ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const from = Number(range?.[1] ?? 0)
    if (range && from >= bytes.length)
      return send(response, 416, { 'content-range': `bytes */${bytes.length}` })
    const part = bytes.subarray(from)
    const place = range && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
    const about = { 'x-repo-commit': commit, etag: `"${etag(path)}"` }
    response.writeHead(range ? 206 : 200, { 'content-length': part.length, ...about, ...place })
    const cut = faults.cuts?.[path]?.shift()
    const stall = faults.stalls?.[path]
    if (cut !== undefined)
      response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 60))
    else if (stall !== undefined) response.write(part.subarray(0, stall))
    else response.end(part)
  }

  const answer = (path: string, request: IncomingMessage, response: ServerResponse) => {
    const refuse = (status: number, code: string) =>
      send(response, status, { 'x-error-code': code, 'x-error-message': code })
    const wait = faults.busy?.shift()
    if (wait) return send(response, 429, wait)
    if (faults.refuses) return send(response, ...faults.refuses)
    if (token && request.headers.authorization !== `Bearer ${token}`) return refuse(401, 'GatedRepo')
    const [, id, revision, file] =
      /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path) ??
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ??
      []
    if (id !== repository) return refuse(401, 'RepoNotFound')
    if (!['main', 'v1', commit].includes(decodeURIComponent(revision!)))
      return refuse(404, 'RevisionNotFound')
    if (file === undefined)
      return send(response, 200, {}, { id, sha: commit, siblings: faults.siblings ?? siblings() })
    const name = decodeURIComponent(file)
    if (!files.has(name)) return refuse(404, 'EntryNotFound')
    if (!isLarge(name)) return sendFile(name, request, response)
    const location = faults.location ?? `${storeUrl}/${encodeURIComponent(name)}?signature=secret`
    const linked = { 'x-linked-etag': `"${etag(name)}"`, 'x-linked-size': `${bytesOf(name).length}` }
    return send(response, 302, { location, 'x-repo-commit': commit, ...linked })
  }

  const server = (host: 'hub' | 'store', reply: typeof answer) =>
    createServer((request, response) => {
      const { pathname: path } = new URL(request.url!, 'http://host')
      const { range, authorization } = request.headers
      asked.push({ host, path, range, authorization })
      reply(path, request, response)
    })
  const store = server('store', (path, ...rest) => sendFile(decodeURIComponent(path.slice(1)), ...rest))
  const hub = server('hub', answer)
  const storeUrl = (await listening(store)).replace('127.0.0.1', 'localhost')
  const endpoint = await listening(hub)

  return {
    endpoint,
    commit,
    files,
    faults,
    asked,
    etag,
    fetched: () =>
      asked
        .filter(({ host, path }) => host === 'hub' && path.includes('/resolve/'))
        .map(({ path }) => decodeURIComponent(path.slice(path.indexOf(commit) + commit.length + 1))),
    [Symbol.asyncDispose]: async () => {
      for (const one of [hub, store]) {
        one.closeAllConnections()
        await new Promise((resolve) => one.close(resolve))
      }
    },
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  json: unknown = {},
): void {
  const body = JSON.stringify(json)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  })
  response.end(body)
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
