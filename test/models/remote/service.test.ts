// What a service may do wrong, at a local port that does it.
import { inspect } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ErrorCode, VmmError } from '../../../lib/core/errors.ts'
import { remoteEncoder } from '../../../lib/models/remote/encoder.ts'
import { type RemoteEncoderOptions, remoteSettings } from '../../../lib/models/remote/options.ts'
import { embeddingService } from '../../../lib/models/remote/service.ts'
import {
  type Answered,
  type Asked,
  answered,
  embeddings,
  embeddingsService,
  failed,
  vectorOf,
} from '../../support/embeddings_service.ts'
import { rejects } from '../../support/rejects.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const dims = 8
const texts = Array.from({ length: 10 }, (_, i) => `concept number ${i}`)
const wanted = texts.map((text) => Array.from(vectorOf(text, dims)))

/** An encoder of a service that answers so, and waits for nothing. */
async function world(
  answer: (asked: Asked, number: number) => Answered | Promise<Answered>,
  options: Partial<RemoteEncoderOptions> = {},
) {
  const service = await embeddingsService(answer)
  const clock = virtualClock()
  const settings = remoteSettings({
    url: service.url,
    model: 'tiny',
    dims,
    apiKey: '',
    normalise: false,
    ...options,
  })
  const encoder = remoteEncoder(settings, embeddingService(settings, clock), null)
  return {
    service,
    asked: service.asked,
    clock,
    rows: async () => (await encoder.encode(texts)).vectors.toArray(),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

test('a request is one of the protocol', async () => {
  await using own = await world((asked) => answered(asked, { dims }), { apiKey: 'sk-example' })
  assert.equal(await own.rows(), wanted)
  const [{ path, headers, body }] = own.asked as [Asked]
  assert.is(path, '/v1/embeddings')
  assert.is(headers.authorization, 'Bearer sk-example')
  assert.is(headers['content-type'], 'application/json')
  assert.equal(body, { model: 'tiny', input: texts, encoding_format: 'base64' })
  await using open = await world((asked) => answered(asked, { dims }), { sendDimensions: true })
  await open.rows()
  assert.is(open.asked[0]!.headers.authorization, undefined)
  assert.is(open.asked[0]!.body.dimensions, dims)
})

test('answers of floats, and in another order, are the same', async () => {
  for (const form of [{ as: 'float' }, { reversed: true }, { as: 'float', reversed: true }] as const) {
    await using own = await world((asked) => answered(asked, { dims, ...form }))
    assert.equal(await own.rows(), wanted)
  }
})

test('a service that refuses base64 is asked for floats, from then on', async () => {
  await using own = await world((asked) =>
    asked.body.encoding_format === 'base64'
      ? failed(422, "encoding_format: Input should be 'float'")
      : answered(asked, { dims, as: 'float' }),
  )
  assert.equal(await own.rows(), wanted)
  assert.equal(await own.rows(), wanted)
  assert.equal(
    own.asked.map(({ body }) => body.encoding_format),
    ['base64', 'float', 'float'],
  )
})

test('429, 408, 5xx, a lost connection and broken answers are tried again', async () => {
  const whole = embeddings(texts, { dims })
  const once: readonly Answered[] = [
    failed(429, 'Rate limit reached'),
    failed(500, 'The server had an error'),
    failed(503, ''),
    failed(408, 'timeout'),
    'drop',
    { body: whole.slice(0, whole.length / 2) },
    { body: '<html>502 Bad Gateway</html>' },
    { body: '{"object":"list"}' },
    { body: '' },
  ]
  for (const first of once) {
    await using own = await world((asked, number) => (number === 0 ? first : answered(asked, { dims })))
    assert.equal(await own.rows(), wanted)
    assert.equal(own.clock.waits, [250])
  }
})

test('a request that takes too long is tried again, and then told', async () => {
  await using own = await world((asked, number) => (number === 0 ? 'hang' : answered(asked, { dims })), {
    timeoutMs: 200,
  })
  assert.equal(await own.rows(), wanted)
  await using never = await world(() => 'hang', { timeoutMs: 20, retries: 2 })
  await rejects(
    never.rows,
    'SERVICE',
    /^http:.*\/v1\/embeddings: texts\[0 … 9\]: no answer within 20 ms; tried 3 times$/,
  )
})

test('what the service asks to wait is waited for, in each of its forms', async () => {
  const forms = [
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '9', 'retry-after-ms': '1250' }, 1250],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, 250],
    [{ 'retry-after': '-3' }, 250],
  ] as const
  for (const [headers, wait] of forms) {
    await using own = await world((asked, number) =>
      number === 0 ? failed(429, 'slowly', headers) : answered(asked, { dims }),
    )
    assert.equal(await own.rows(), wanted)
    assert.equal(own.clock.waits, [wait])
  }
  await using long = await world(() => failed(429, 'slowly', { 'retry-after': '9000' }))
  await rejects(long.rows, 'SERVICE', /answers 429: slowly; it asks to wait 9000 s$/)
  assert.is(long.asked.length, 1)
})

test('failures that last are told with how often it was tried', async () => {
  await using own = await world(() => failed(500, 'The server had an error'), { retries: 3 })
  await rejects(own.rows, 'SERVICE', /answers 500: The server had an error; tried 4 times$/)
  assert.equal(own.clock.waits, [250, 500, 1000])
  await using gone = await world(() => 'hang')
  await gone.service[Symbol.asyncDispose]()
  await rejects(gone.rows, 'SERVICE', /fetch failed: .*ECONNREFUSED.*; tried 6 times$/)
})

test('refusals are not tried again, and have what the service says', async () => {
  const cases: readonly (readonly [Answered, ErrorCode, string | undefined, RegExp])[] = [
    [
      failed(400, "'input[3]' is too long"),
      'BAD_ARGUMENT',
      undefined,
      /texts\[0 … 9\]: the service answers 400: 'input\[3\]' is too long$/,
    ],
    [failed(401, 'Incorrect API key provided'), 'BAD_ARGUMENT', 'apiKey', /401: Incorrect/],
    [failed(403, 'no'), 'BAD_ARGUMENT', 'apiKey', /403: no$/],
    [failed(404, 'The model does not exist'), 'NOT_FOUND', undefined, /404: The model/],
    [failed(429, 'You exceeded your quota', {}, 'insufficient_quota'), 'SERVICE', undefined, /429: You/],
    [
      { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
      'BAD_ARGUMENT',
      'url',
      /answers 307$/,
    ],
    [
      { status: 422, body: '{"detail":[{"loc":["body"],"msg":"field required"}]}' },
      'BAD_ARGUMENT',
      undefined,
      /422: field required$/,
    ],
    [{ status: 400, body: '{"detail":"no"}' }, 'BAD_ARGUMENT', undefined, /400: no$/],
    [{ status: 400, body: '{"error":"no such field"}' }, 'BAD_ARGUMENT', undefined, /400: no such field$/],
    [{ status: 400, body: '{"message":"nothing"}' }, 'BAD_ARGUMENT', undefined, /400: nothing$/],
    [
      { status: 400, body: '<h1>Bad\r\n  \u001b[31mrequest</h1>' },
      'BAD_ARGUMENT',
      undefined,
      /400: <h1>Bad \\u001b\[31mrequest<\/h1>$/,
    ],
    [{ status: 400, body: '['.repeat(50_000) }, 'BAD_ARGUMENT', undefined, /400: \[{300}…$/],
  ]
  for (const [answer, code, argument, message] of cases) {
    await using own = await world(() => answer)
    await rejects(own.rows, code, message)
    assert.is(own.asked.length, 1)
    const error = await own.rows().catch((error: unknown) => error)
    assert.is((error as VmmError).argument, argument)
  }
})

test('an answer is checked: count, indices, numbers, dims', async () => {
  const items = () => JSON.parse(embeddings(texts, { dims, as: 'float' })).data as Record<string, unknown>[]
  const altered = (alter: (data: Record<string, unknown>[]) => void): string => {
    const data = items()
    alter(data)
    return JSON.stringify({ data })
  }
  const base64 = (numbers: readonly number[]) =>
    Buffer.from(Float32Array.from(numbers).buffer).toString('base64')
  const set = (embedding: unknown) => altered((data) => Object.assign(data[3]!, { embedding }))
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8]
  const bad: readonly (readonly [string, RegExp])[] = [
    [altered((data) => data.pop()), /the answer has 9 embeddings for 10 texts$/],
    [altered((data) => data.push(data[0]!)), /the answer has 11 embeddings for 10 texts$/],
    ...[4, 10, -1, 1.5, '3', null].map(
      (index) =>
        [
          altered((data) => Object.assign(data[3]!, { index })),
          /indices of the embeddings are not 0 … 9, each once$/,
        ] as const,
    ),
    [altered((data) => data.splice(3, 1, null as never)), /embedding 3 has no finite numbers$/],
    ...[
      null,
      {},
      'abc$',
      'AAAA',
      base64([Number.NaN, ...numbers.slice(1)]),
      base64([...numbers.slice(1), Number.POSITIVE_INFINITY]),
      [...numbers.slice(1), null],
      [...numbers.slice(1), '3'],
      [...numbers.slice(1), 1e39],
    ].map((embedding) => [set(embedding), /embedding 3 has no finite numbers$/] as const),
    [set([]).replace('[]', `[1e999${',1'.repeat(7)}]`), /embedding 3 has no finite numbers$/],
  ]
  for (const [body, message] of bad) {
    await using own = await world(() => ({ body }))
    await rejects(own.rows, 'SERVICE', message)
    assert.is(own.asked.length, 1)
  }
  for (const embedding of [[1, 2], base64(numbers.slice(1)), '']) {
    await using own = await world(() => ({ body: set(embedding) }))
    await rejects(own.rows, 'BAD_ARGUMENT', /dims: got 8; the service gives [270]$/)
  }
  const plain = JSON.stringify({ data: items().map(({ embedding }) => ({ embedding })) })
  await using own = await world(() => ({ body: plain }))
  assert.equal(await own.rows(), wanted)
})

test('NaN as Python writes it is no JSON', async () => {
  const body = embeddings(texts, { dims, as: 'float' }).replace(/\[-?[\d.]+/, '[NaN')
  await using own = await world(() => ({ body }), { retries: 1 })
  await rejects(own.rows, 'SERVICE', /the answer is no list of embeddings; tried 2 times$/)
})

test('answers without end are read to their bound', async () => {
  let written = 0
  const endless = function* () {
    yield '{"data":['
    for (; written < 1e9; written += 1 << 16) yield ' '.repeat(1 << 16)
  }
  await using own = await world(() => ({ body: endless() }))
  await rejects(own.rows, 'SERVICE', /the answer has over \d+ bytes$/)
  assert.ok(written < 5e7, `${written} bytes were written`)
  assert.is(own.asked.length, 1)
  written = 0
  await using refusing = await world(() => ({ status: 400, body: endless() }))
  await rejects(refusing.rows, 'BAD_ARGUMENT', /the service answers 400: \{"data":\[$/)
  assert.ok(written < 5e7, `${written} bytes were written`)
})

test('requests at a time are as many as they may be', async () => {
  const waiting: (() => void)[] = []
  const all = { url: '', model: 'tiny', dims, apiKey: '', batch: 1, concurrency: 3 }
  await using service = await embeddingsService(async (asked) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      setTimeout(resolve, 10)
    })
    return answered(asked, { dims })
  })
  const settings = remoteSettings({ ...all, url: service.url })
  const encoder = remoteEncoder(settings, embeddingService(settings, virtualClock()), null)
  await Promise.all([encoder.encode(texts), encoder.encode(texts), encoder.encode(texts)])
  assert.is(service.asked.length, 30)
  assert.is(service.busiest, 3)
})

test('requests are spread over the minute, further tries among them', async () => {
  await using own = await world(
    (asked, number) =>
      number === 2 ? failed(500, 'once', { 'retry-after': '0' }) : answered(asked, { dims }),
    { batch: 2, concurrency: 1, requestsPerMinute: 30 },
  )
  assert.equal(await own.rows(), wanted)
  assert.is(own.asked.length, 6)
  assert.equal(own.clock.waits, [2000, 2000, 0, 2000, 2000, 2000])
})

test('the key is in no error, whoever repeats it', async () => {
  const apiKey = 'sk-very-secret-0123456789'
  const escaped = apiKey.replace('k', '\\u006b')
  const tells: readonly ((asked: Asked) => Answered)[] = [
    ({ headers }) => failed(401, `Incorrect API key provided: ${headers.authorization}`),
    ({ headers }) => failed(500, `${'x'.repeat(290)}${headers.authorization}`),
    ({ headers }) => ({ status: 400, body: `no JSON: ${headers.authorization}` }),
    ({ headers }) => ({ body: `no JSON: ${headers.authorization}` }),
    () => ({ status: 400, body: `{"error":{"message":"${escaped}"}}` }),
    () => ({ body: `{"data":[{"index":"${escaped}"}]}` }),
    () => 'drop',
  ]
  const encoders = [
    ...tells.map((tell) => world(tell, { apiKey, retries: 1 })),
    world(() => 'hang', {
      apiKey,
      retries: 1,
      fetch: async (_, { headers }) => {
        throw new TypeError(`bad headers ${JSON.stringify(headers)}`, {
          cause: { code: JSON.stringify(headers) },
        })
      },
    }),
  ]
  for (const promised of encoders) {
    await using own = await promised
    const error = await own.rows().catch((error: unknown) => error)
    assert.instance(error, VmmError)
    const told = inspect(error, { depth: 10, showHidden: true }) + (error as Error).stack
    for (const part of [apiKey, 'very-secret', '0123456789']) assert.not.match(told, new RegExp(part))
  }
})

test.run()
