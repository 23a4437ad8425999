// packages/server on real connections: slow and silent clients, clients that leave, a queue that is full, stopping.
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TextGenerator } from '../../lib/index.ts'
import { bagOfWords } from '../support/bag_of_words.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { testUnless } from '../support/skip.ts'
import { type ErrorBody, gate, openServer, until } from './server.ts'

const missing = await optionalPackage('server')

/** All that a connection answers to some bytes, until it is closed by the server. */
function exchange(address: string, ...parts: string[]): Promise<string> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece) => {
      answer += piece
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    for (const part of parts) socket.write(part)
  })
}

/** A GET of which the last bytes are sent later. */
function begin(address: string, path: string) {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (piece) => {
    answer += piece
  })
  const sent = new Promise<void>((resolve) =>
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n`, () => setTimeout(resolve, 50)),
  )
  const finish = () =>
    new Promise<string>((resolve) => {
      socket.on('close', () => resolve(answer)).write('\r\n')
    })
  return { sent, finish }
}

const HEAD = 'POST /v1/embeddings HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

/** An encoder that begins to encode and goes on when it is told to, and tells what its signal says. */
function slowEncoder() {
  const encoder = bagOfWords()
  const [begun, free] = [gate(), gate()]
  const signals: AbortSignal[] = []
  const encode: typeof encoder.encode = async (texts, options) => {
    signals.push(options!.signal!)
    begun.open()
    const left = new Promise<never>((_, reject) =>
      options!.signal!.addEventListener('abort', () => reject(options!.signal!.reason)),
    )
    await Promise.race([free.passed, left])
    return encoder.encode(texts, options)
  }
  return { encoder: { ...encoder, encode }, begun, free, signals }
}

function ask(address: string, input: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${address}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
    ...(signal && { signal }),
  })
}

testUnless(missing, 'slow headers, slow bodies and silent connections end with 408', async () => {
  await using server = await openServer({ timeouts: { headers: 200, request: 400 } })
  const address = await server.listen()
  for (const parts of [
    ['POST /v1/embeddings HTTP/1.1\r\nhost: local'],
    [`${HEAD}content-length: 100\r\n\r\n`, '{"input"'],
    [''],
  ]) {
    const answer = await exchange(address, ...parts)
    assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/, parts[0])
    const { error } = JSON.parse(answer.split('\r\n\r\n')[1]!) as ErrorBody
    assert.equal([error.type, error.code], ['invalid_request_error', 'bad_http'])
  }
})

testUnless(missing, 'what is no HTTP is refused in the form of all errors', async () => {
  await using server = await openServer()
  const address = await server.listen()
  assert.match(await exchange(address, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 .*"bad_http"/s)
  const long = `${HEAD}x-long: ${'x'.repeat(20_000)}\r\n\r\n`
  assert.match(await exchange(address, long), /^HTTP\/1\.1 431 .*"the headers are too long"/s)
  const noHost = 'GET /v1/models HTTP/1.0\r\n\r\n'
  assert.match(await exchange(address, noHost), /^HTTP\/1\.1 403 .*"host_not_allowed"/s)
})

testUnless(missing, 'when a client leaves, what is encoded for it alone is cancelled', async () => {
  const { encoder, begun, signals } = slowEncoder()
  const statuses: number[] = []
  await using server = await openServer(
    { onAnswer: (entry) => statuses.push((entry as { status: number }).status) },
    { encoder },
  )
  const client = new AbortController()
  const address = await server.listen()
  const asked = ask(address, 'text', client.signal)
  await begun.passed
  assert.not(signals[0]!.aborted)
  client.abort()
  await asked.catch(() => {})
  await until(() => signals[0]!.aborted)
  await until(() => statuses.length === 1)
  assert.match(await (await fetch(`${address}/metrics`)).text(), /^vmm_aborted_total 1$/m)
})

testUnless(
  missing,
  'a POST that is finished aborts nothing, also on a connection that stays open',
  async () => {
    const encoder = bagOfWords()
    const signals: AbortSignal[] = []
    const encode: typeof encoder.encode = async (texts, options) => {
      signals.push(options!.signal!)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return encoder.encode(texts, options)
    }
    await using server = await openServer({}, { encoder: { ...encoder, encode } })
    const address = await server.listen()
    for (let i = 0; i < 5; i++) {
      const answer = await ask(address, `text ${i}`)
      assert.is(answer.status, 200)
      await answer.arrayBuffer()
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(
      signals.map(({ aborted }) => aborted),
      Array(5).fill(false),
    )
  },
)

testUnless(
  missing,
  'a full queue refuses with 429 and when to come again, and answers what it took',
  async () => {
    const { encoder, begun, free } = slowEncoder()
    await using server = await openServer({ queues: { encode: 2 } }, { encoder })
    const address = await server.listen()
    const first = ask(address, 'first')
    await begun.passed
    const others = ['second', 'third', 'fourth'].map((text) => ask(address, text))
    const refused = await Promise.race(others)
    assert.equal([refused.status, refused.headers.get('retry-after')], [429, '1'])
    const { error } = (await refused.json()) as ErrorBody
    assert.equal([error.type, error.code], ['rate_limit_error', 'queue_full'])
    free.open()
    const statuses = await Promise.all([first, ...others].map(async (one) => (await one).status))
    assert.equal(statuses.sort(), [200, 200, 200, 429])
  },
)

testUnless(missing, 'what takes too long is given up with 503', async () => {
  const { encoder, signals } = slowEncoder()
  await using server = await openServer({ timeouts: { answer: 100 } }, { encoder })
  const answer = await ask(await server.listen(), 'text')
  assert.equal([answer.status, answer.headers.get('retry-after')], [503, '2'])
  assert.is(((await answer.json()) as ErrorBody).error.code, 'deadline_passed')
  assert.ok(signals[0]!.aborted)
})

testUnless(missing, 'a server that is closed answers what runs, takes nothing new, and is gone', async () => {
  const { encoder, begun, free } = slowEncoder()
  const server = await openServer({}, { encoder })
  const address = await server.listen()
  const running = ask(address, 'text')
  await begun.passed
  const late = ['/v1/models', '/health/ready'].map((path) => begin(address, path))
  await Promise.all(late.map(({ sent }) => sent))
  const closed = server.close()
  const [models, ready] = await Promise.all(late.map(({ finish }) => finish()))
  assert.match(models!, /^HTTP\/1\.1 503 .*connection: close.*"code":"stopping"/s)
  assert.match(ready!, /^HTTP\/1\.1 503 .*connection: close.*\{"status":"stopping"\}$/s)
  free.open()
  const answer = await running
  assert.equal([answer.status, answer.headers.get('connection')], [200, 'close'])
  await answer.arrayBuffer()
  await closed
  assert.ok(
    await ask(address, 'text').then(
      () => false,
      () => true,
    ),
  )
})

testUnless(
  missing,
  'what does not end within the grace is answered with 503, and the connection is closed',
  async () => {
    const { encoder, begun, signals } = slowEncoder()
    const server = await openServer({ timeouts: { grace: 100 } }, { encoder })
    const address = await server.listen()
    const running = ask(address, 'text')
    await begun.passed
    await server.close()
    const answer = await running
    assert.equal([answer.status, ((await answer.json()) as ErrorBody).error.code], [503, 'stopping'])
    assert.ok(signals[0]!.aborted)
  },
)

testUnless(
  missing,
  'connections that are idle, silent or half sent do not keep a server from closing',
  async () => {
    const server = await openServer({ timeouts: { grace: 100 } })
    const address = await server.listen()
    const { port } = new URL(address)
    const silent = connect(Number(port), '127.0.0.1')
    const half = connect(Number(port), '127.0.0.1')
    half.write(`${HEAD}content-length: 100\r\n\r\n{"input"`)
    for (const socket of [silent, half]) socket.on('error', () => {})
    const kept = httpRequest(`${address}/health/live`, { headers: { connection: 'keep-alive' } })
    await new Promise<void>((resolve) =>
      kept.on('response', (answer) => answer.resume().on('end', resolve)).end(),
    )
    const ends = [silent, half].map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    await server.close()
    await Promise.all(ends)
  },
)

/** It writes a word and goes on until its signal ends it. */
function endlessGenerator() {
  const [begun, ended] = [gate(), gate()]
  const stream = async function* (_prompt: string, { signal }: { readonly signal: AbortSignal }) {
    yield 'word'
    begun.open()
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    }).finally(ended.open)
  }
  const generator = { name: 'endless', countTokens: () => 1, stream } as unknown as TextGenerator
  return { engine: { encoder: bagOfWords(), generator }, begun, ended }
}

const generate = (address: string, signal?: AbortSignal) =>
  fetch(`${address}/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ prompt: 'text' }),
    ...(signal && { signal }),
  })

testUnless(
  missing,
  'an open stream gets a last event when the server is closed, and does not keep it',
  async () => {
    const { engine, begun } = endlessGenerator()
    const server = await openServer({}, engine)
    const answer = await generate(await server.listen())
    await begun.passed
    const closed = server.close()
    const events = (await answer.text()).trimEnd().split('\n\n')
    assert.is(events.length, 2)
    assert.is(events[0], 'event: text\ndata: {"text":"word"}')
    assert.match(events[1]!, /^event: error\ndata: \{"error":\{.*"code":"stopping"\}\}$/)
    await closed
  },
)

testUnless(missing, 'when the reader of a stream leaves, what writes it is cancelled', async () => {
  const { engine, begun, ended } = endlessGenerator()
  await using server = await openServer({}, engine)
  const client = new AbortController()
  const answer = await generate(await server.listen(), client.signal)
  await begun.passed
  client.abort()
  await ended.passed
  await answer.text().catch(() => {})
})

test.run()
