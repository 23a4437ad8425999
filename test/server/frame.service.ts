// What packages/server does with every request: errors, Host, Origin, tokens, limits, headers, health.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bagOfWords } from '../support/bag_of_words.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { testUnless } from '../support/skip.ts'
import { type ErrorBody, gate, openServer } from './server.ts'

const missing = await optionalPackage('server')
const url = '/v1/embeddings'
const TOKEN = 'a-token-of-24-characters'

testUnless(missing, 'errors have the form that the clients of OpenAI read', async () => {
  await using server = await openServer()
  const cases: [object, number, Partial<ErrorBody['error']>][] = [
    [{ payload: {} }, 400, { param: 'input', code: 'missing_field', message: 'input: is missing' }],
    [{ payload: { input: 'x', temperature: 1 } }, 400, { param: 'temperature', code: 'unknown_field' }],
    [{ payload: { input: 'x', model: 7 } }, 400, { param: 'model', message: 'model: must be string' }],
    [{ payload: { input: 'x', model: 'gpt' } }, 404, { param: 'model', code: 'model_not_found' }],
    [{ payload: { input: 'x', dimensions: 8 } }, 400, { param: 'dimensions' }],
    [{ payload: { input: 'x', dimensions: 8.5 } }, 400, { param: 'dimensions' }],
    [{ payload: { input: 'x', encoding_format: 'hex' } }, 400, { param: 'encoding_format' }],
    [{ payload: [] }, 400, { param: null, message: 'the body: must be object' }],
    [{ payload: 'null', headers: json }, 400, { param: null }],
    [{ payload: '{"input"', headers: json }, 400, { param: null }],
    [{ payload: '', headers: json }, 400, {}],
    [{ payload: '{"input": "x", "dimensions": 1e999}', headers: json }, 400, { param: 'dimensions' }],
    [{ payload: '{"__proto__": {"input": "x"}}', headers: json }, 400, {}],
    [{ payload: 'hello', headers: { 'content-type': 'text/plain' } }, 415, {}],
    [{ payload: '{}', headers: { 'content-type': 'application/xml' } }, 415, {}],
    [{ method: 'GET' }, 404, { code: 'not_found' }],
    [{ method: 'GET', url: '/v2?secret=1' }, 404, { message: 'there is no GET /v2' }],
  ]
  for (const [request, status, expected] of cases) {
    const answer = await server.app.inject({ method: 'POST', url, ...request })
    const told = JSON.stringify(request)
    assert.is(answer.statusCode, status, `${told}: ${answer.body}`)
    const { error } = answer.json<ErrorBody>()
    assert.equal(Object.keys(error), ['message', 'type', 'param', 'code'])
    assert.is(error.type, 'invalid_request_error')
    for (const [key, value] of Object.entries(expected)) assert.is(error[key as 'code'], value, told)
  }
})
const json = { 'content-type': 'application/json' }

testUnless(
  missing,
  'what is no list of texts is refused with what is wrong, and never made into text',
  async () => {
    await using server = await openServer()
    const cases: [unknown, string][] = [
      [[1, 2], 'tokens_not_supported'],
      [[[1, 2], [3]], 'tokens_not_supported'],
      [7, 'tokens_not_supported'],
      [null, 'invalid_value'],
      [true, 'invalid_value'],
      [{ a: 1 }, 'invalid_value'],
      ['', 'invalid_value'],
      [['x', ''], 'invalid_value'],
      [[], 'invalid_value'],
      [['x', null], 'invalid_value'],
      [[['x']], 'invalid_value'],
      [Array(2049).fill('x'), 'too_many_inputs'],
      ['x'.repeat(2 ** 20 + 1), 'too_many_characters'],
    ]
    for (const [input, code] of cases) {
      const answer = await server.app.inject({ method: 'POST', url, payload: { input } })
      assert.is(answer.statusCode, 400)
      const { error } = answer.json<ErrorBody>()
      assert.equal([error.code, error.param], [code, 'input'], error.message)
    }
    assert.match(
      (await server.app.inject({ method: 'POST', url, payload: { input: ['x', ''] } })).body,
      /input\[1\]/,
    )
  },
)

testUnless(
  missing,
  'a body that is too long is refused before it is read, and one nested deeply does no harm',
  async () => {
    await using server = await openServer({ bodyLimit: 2 ** 20 })
    const long = await server.app.inject({ method: 'POST', url, payload: { input: 'x'.repeat(2 ** 20) } })
    assert.equal([long.statusCode, long.json<ErrorBody>().error.code], [413, 'ctp_body_too_large'])
    const deep = `{"input": ${'['.repeat(2e5)}${']'.repeat(2e5)}}`
    assert.is(
      (await server.app.inject({ method: 'POST', url, payload: deep, headers: json })).statusCode,
      400,
    )
  },
)

testUnless(
  missing,
  'only requests whose Host is this server are answered, whatever they ask for',
  async () => {
    await using server = await openServer({ allowedHosts: ['Models.Example'] })
    const status = async (host: string, path = '/health/live') =>
      (await server.app.inject({ url: path, headers: { host } })).statusCode
    for (const host of [
      'localhost',
      'LOCALHOST:8080',
      '127.0.0.1:80',
      '127.1.2.3',
      '[::1]:8080',
      'models.example',
    ])
      assert.is(await status(host), 200, host)
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
      'a b',
      '[x]',
    ])
      for (const path of ['/health/live', '/nothing', '/v1/models'])
        assert.is(await status(host, path), 403, host)
  },
)

testUnless(missing, 'pages of other sites are refused, before their body is read', async () => {
  await using server = await openServer()
  const ask = (origin: string, host = '127.0.0.1:8080') =>
    server.app.inject({ method: 'POST', url, headers: { origin, host }, payload: { input: 'x' } })
  assert.is((await ask('http://127.0.0.1:8080')).statusCode, 200)
  for (const origin of [
    'null',
    'http://evil.example',
    'http://127.0.0.1:9090',
    'file://',
    '',
    'http://127.0.0.1:8080@evil.example',
  ]) {
    const answer = await ask(origin)
    assert.is(answer.statusCode, 403, origin)
    assert.equal(
      [answer.json<ErrorBody>().error.code, answer.headers['access-control-allow-origin']],
      ['origin_not_allowed', undefined],
    )
  }
})

testUnless(
  missing,
  'with a token all but health needs one, and its use is counted under its name',
  async () => {
    const users: string[] = []
    const onAnswer = (entry: object) => users.push((entry as { user: string }).user)
    await using server = await openServer({ tokens: { ada: TOKEN, bob: `${TOKEN}2` }, onAnswer })
    const status = async (authorization: string | undefined, path = '/v1/models') => {
      const headers = authorization === undefined ? {} : { authorization }
      return (await server.app.inject({ url: path, headers })).statusCode
    }
    assert.is(await status(`Bearer ${TOKEN}`), 200)
    assert.is(await status(`bearer  ${TOKEN}2`), 200)
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      `Bearer ${TOKEN}3`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
    ])
      for (const path of ['/v1/models', '/nothing']) assert.is(await status(wrong, path), 401, wrong)
    assert.is(await status(undefined, '/health/live'), 200)
    assert.is(await status(undefined, '/health/ready'), 200)
    const { headers } = await server.app.inject({ url: '/v1/models' })
    assert.is(headers['www-authenticate'], 'Bearer')
    assert.equal(users.slice(0, 3), ['ada', 'bob', '-'])
  },
)

/** The library that the package finds is not the one that tests import: its errors are told by what they are. */
async function refuses(options: object, message: RegExp): Promise<void> {
  const error = (await openServer(options).catch((thrown) => thrown)) as Error & { code?: string }
  assert.equal([error.name, error.code], ['VmmError', 'BAD_ARGUMENT'])
  assert.match(error.message, message)
}

testUnless(missing, 'a host that others can reach needs a token, and options are checked', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'models.example'])
    await refuses({ host }, /^tokens: got none; expected at least one, as others/)
  const cases: [object, RegExp][] = [
    [{ port: 70000 }, /^port: got 70000; expected a whole number from 0 to 65535$/],
    [{ prot: 1 }, /^options: got 'prot'; expected host, port/],
    [{ tokens: { ada: 'short' } }, /^tokens.ada: got another; expected 16 to 512/],
    [{ tokens: { 'a b': TOKEN } }, /^tokens: got the name "a b"/],
    [{ timeouts: { answer: 0 } }, /^timeouts.answer: got 0/],
    [{ queues: { encoding: 1 } }, /^queues: got 'encoding'; expected encode/],
    [{ bodyLimit: 0.5 }, /^bodyLimit: got 0.5/],
    [{ threads: 0 }, /^threads: got 0/],
    [{ host: '' }, /^host: got ; expected an address/],
  ]
  for (const [options, message] of cases) await refuses(options, message)
})

testUnless(missing, 'every answer, errors too, has headers that keep browsers from doing more', async () => {
  await using server = await openServer()
  for (const path of ['/v1/models', '/nothing']) {
    const { headers } = await server.app.inject({ url: path })
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self'/)
    for (const [name, value] of [
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
      ['cross-origin-resource-policy', 'same-origin'],
      ['cross-origin-opener-policy', 'same-origin'],
      ['cache-control', 'no-store'],
    ])
      assert.is(headers[name!], value)
    assert.match(String(headers['x-request-id']), /^[0-9a-f]{16}$/)
  }
})

testUnless(
  missing,
  'an error of the server is told without what it says, kept without its text, and reported',
  async () => {
    const reports: unknown[] = []
    const broken = bagOfWords(() => {
      throw new Error('the text is: my secret')
    })
    const entries: unknown[] = []
    const onAnswer = (entry: object) => entries.push(entry)
    const options = { onError: (error: object) => reports.push(error), onAnswer }
    await using server = await openServer(options, { encoder: broken })
    const answer = await server.app.inject({ method: 'POST', url, payload: { input: 'my secret' } })
    assert.is(answer.statusCode, 500)
    const { error } = answer.json<ErrorBody>()
    assert.equal([error.type, error.code], ['server_error', 'internal_error'])
    assert.ok(error.message.includes(String(answer.headers['x-request-id'])))
    assert.is(reports.length, 1)
    const [report] = reports as { route: string; name: string; stack: string[] }[]
    assert.equal([report!.route, report!.name], [url, 'Error'])
    assert.match(report!.stack[0]!, /^at .*frame\.service/)
    assert.not.match(JSON.stringify([answer.body, reports, entries]), /secret/)
  },
)

testUnless(missing, 'a server that loads says how far it is, and is ready when all is there', async () => {
  const [loaded, told] = [gate(), gate()]
  const encoder = bagOfWords()
  const { createServer } = await import('vector-mamba-server')
  const server = await createServer({
    encoder: async (onProgress) => {
      onProgress(3, 10)
      told.open()
      await loaded.passed
      return encoder
    },
  })
  const ready = async () => (await server.app.inject({ url: '/health/ready' })).json<object>()
  const done = server.load()
  await told.passed
  assert.equal(await ready(), { status: 'loading', part: 'encoder', done: 3, total: 10 })
  const answer = await server.app.inject({ method: 'POST', url, payload: { input: 'x' } })
  assert.equal([answer.statusCode, answer.headers['retry-after']], [503, '2'])
  assert.is(answer.json<ErrorBody>().error.code, 'loading')
  assert.is((await server.app.inject({ url: '/health/live' })).statusCode, 200)
  loaded.open()
  await done
  assert.equal(await ready(), { status: 'ready' })
  assert.is((await server.app.inject({ method: 'POST', url, payload: { input: 'x' } })).statusCode, 200)
  await server.close()
})

test.run()
