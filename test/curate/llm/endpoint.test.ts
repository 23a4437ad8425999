// What an endpoint may do wrong, at a local port that does it.
import { inspect } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ErrorCode, VmmError } from '../../../lib/core/errors.ts'
import type { ChatRequest } from '../../../lib/curate/llm/chat_model.ts'
import { endpoint } from '../../../lib/curate/llm/endpoint.ts'
import { type EndpointOptions, endpointSettings } from '../../../lib/curate/llm/endpoint_options.ts'
import { LlmError, type LlmReason } from '../../../lib/curate/llm/llm_error.ts'
import {
  type ChatAnswered,
  type ChatAsked,
  chatService,
  events,
  refused,
  said,
} from '../../support/chat_service.ts'
import { rejects } from '../../support/rejects.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const question: ChatRequest = { messages: [{ role: 'user', content: 'Is a dog an animal?' }] }
const answer = 'Yes, it is: 犬 🐕 is an animal.'

/** A model at a service that answers so, and waits for nothing. */
async function world(
  reply: (asked: ChatAsked, number: number) => ChatAnswered | null | Promise<ChatAnswered | null>,
  options: Partial<EndpointOptions> = {},
) {
  const service = await chatService(reply)
  const clock = virtualClock()
  const model = endpoint(endpointSettings({ url: service.url, model: 'tiny', ...options }), clock)
  return {
    service,
    asked: service.asked,
    clock,
    model,
    text: async (request = question) => (await model.chat(request)).text,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

/** Answers in turn; whatever is asked after the last of them is unforeseen. */
const inTurn =
  (...answers: ChatAnswered[]) =>
  (_: ChatAsked, number: number) =>
    answers[number] ?? null

async function fails(run: () => unknown, reason: LlmReason, message: RegExp): Promise<LlmError> {
  try {
    await run()
  } catch (error) {
    assert.instance(error, LlmError, String(error))
    assert.is((error as LlmError).code, 'SERVICE')
    assert.is((error as LlmError).reason, reason)
    assert.match((error as LlmError).message, message)
    return error as LlmError
  }
  return assert.unreachable(`expected ${message}`) as never
}

test('a request is one of the protocol', async () => {
  await using own = await world(inTurn(said(answer), said(answer)), { apiKey: 'sk-example' })
  assert.is(await own.text(), answer)
  const [{ path, headers, body }] = own.asked as [ChatAsked]
  assert.is(path, '/v1/chat/completions')
  assert.is(headers.authorization, 'Bearer sk-example')
  assert.is(headers['content-type'], 'application/json')
  assert.equal(body, {
    model: 'tiny',
    messages: question.messages,
    max_tokens: 2048,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  })
  await own.text({ ...question, maxTokens: 7, temperature: 0.5, sample: 3 })
  assert.equal([own.asked[1]!.body.max_tokens, own.asked[1]!.body.temperature], [7, 0.5])
})

test('the key of OpenAI goes to OpenAI alone', () => {
  const environment = { OPENAI_API_KEY: 'sk-theirs', OTHER: 'sk-other' }
  const key = (options: Partial<EndpointOptions>) =>
    endpointSettings({ url: 'http://localhost/v1', model: 'm', ...options }, environment).apiKey
  assert.is(key({}), null)
  assert.is(key({ url: 'https://api.openai.com/v1/' }), 'sk-theirs')
  assert.is(key({ url: 'https://api.openai.com/v1', apiKey: '' }), null)
  assert.is(key({ apiKeyVariable: 'OTHER' }), 'sk-other')
  assert.throws(() => key({ apiKeyVariable: 'MISSING' }), /apiKeyVariable: got "MISSING"/)
  assert.throws(() => key({ apiKeyVariable: 'OTHER', apiKey: 'sk' }), /apiKeyVariable/)
})

test('an answer is the same however its bytes are cut', async () => {
  const bytes = Buffer.from([...events(answer), 'data: [DONE]\n\n'].join(''))
  for (const size of [1, 2, 3, 7, 64]) {
    const body = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    await using own = await world(inTurn({ body }))
    assert.is(await own.text(), answer)
  }
})

test('comments, other fields, line ends of Windows and servers that do not stream are understood', async () => {
  const windows = [...events(answer), 'data: [DONE]\n\n'].join('').replaceAll('\n', '\r\n')
  const noted = `: ping\n\nevent: message\nid: 7\n${events(answer).join(': keep alive\nretry: 3\n')}data: [DONE]`
  const plain = { choices: [{ message: { role: 'assistant', content: answer }, finish_reason: 'stop' }] }
  const json = { 'content-type': 'application/json' }
  const forms: ChatAnswered[] = [
    { body: windows },
    { body: noted },
    { body: JSON.stringify(plain), headers: json },
    { body: JSON.stringify(plain, null, 2), headers: json },
    // Whoever leaves the connection open after the last event, or says no reason, or says nothing more after it.
    { body: [...events(answer), 'data: [DONE]\n\n'], end: 'hang' },
    said(answer, { finish: null }),
    { body: events(answer) },
  ]
  for (const form of forms) {
    await using own = await world(inTurn(form))
    assert.is(await own.text(), answer)
  }
})

test('tokens are told where the endpoint counts them', async () => {
  await using own = await world(
    inTurn(said(answer, { usage: { prompt_tokens: 12, completion_tokens: 9 } }), said(answer)),
  )
  assert.equal((await own.model.chat(question)).usage, { input: 12, output: 9 })
  assert.equal(await own.model.chat(question), {
    text: answer,
    usage: { input: null, output: null },
    cached: false,
  })
})

test('408, 409, 429, 5xx, lost connections and broken answers are tried again', async () => {
  const cut = [...events(answer)].slice(0, 4)
  const once: readonly ChatAnswered[] = [
    refused(408, 'timeout'),
    refused(409, 'conflict'),
    refused(429, 'Rate limit reached'),
    refused(500, 'The server had an error'),
    refused(503, ''),
    'drop',
    { body: cut },
    { body: cut, end: 'drop' },
    { body: [...cut, 'data: {"choices":[{"del\n\n', 'data: [DONE]\n\n'] },
    { body: [...cut, 'data: {"error":{"message":"out of memory"}}\n\n', 'data: [DONE]\n\n'] },
    { body: '<html>502 Bad Gateway</html>' },
    { body: '{"choices":[{"message":{"content":"Yes' },
    { body: '{"object":"list"}' },
    { body: '{"choices":[]}' },
    { body: '' },
  ]
  for (const first of once) {
    await using own = await world(inTurn(first, said(answer)))
    assert.is(await own.text(), answer)
    assert.equal(own.clock.waits, [250])
  }
})

test('500, 500 and an answer is an answer; failures that last are told with how often it was tried', async () => {
  await using own = await world(inTurn(refused(500, 'no'), refused(500, 'no'), said(answer)))
  assert.is(await own.text(), answer)
  assert.equal(own.clock.waits, [250, 500])
  await using down = await world(() => refused(500, 'The server had an error'), { retries: 2 })
  await fails(down.text, 'server', /tiny: the service answers 500: The server had an error; tried 3 times$/)
  await using broken = await world(() => ({ body: 'Hello! How can I help you today?' }), { retries: 1 })
  await fails(broken.text, 'server', /the answer is none of a chat; tried 2 times$/)
  await using gone = await world(() => 'hang', { retries: 1 })
  await gone.service[Symbol.asyncDispose]()
  await fails(gone.text, 'network', /fetch failed: .*ECONNREFUSED.*; tried 2 times$/)
})

async function* slowly(pieces: readonly string[]) {
  for (const piece of pieces) yield await new Promise<string>((resolve) => setTimeout(resolve, 50, piece))
}

test('silence is told from slowness', async () => {
  await using own = await world(
    (_, number) =>
      number === 0
        ? 'hang'
        : number === 1
          ? { body: events(answer).slice(0, 2), end: 'hang' }
          : { body: slowly([...events(answer, { step: 9 }), 'data: [DONE]\n\n']) },
    { silenceMs: 200 },
  )
  assert.is(await own.text(), answer)
  await using silent = await world(() => 'hang', { silenceMs: 20, retries: 1 })
  await fails(silent.text, 'silence', /nothing came for 0.02 s; tried 2 times$/)
  while (silent.service.left < 2) await new Promise(setImmediate)
  // Signs of life are no answer.
  await using talks = await world(
    () => ({
      body: slowly(Array.from({ length: 1000 }, () => ': ping\n\n')),
    }),
    { silenceMs: 10_000, timeoutMs: 150, retries: 0 },
  )
  await fails(talks.text, 'silence', /no whole answer within 0.15 s$/)
})

test('what the endpoint asks to wait is waited for, in each of its forms', async () => {
  const forms = [
    [{ 'retry-after': '1' }, 1000],
    [{ 'retry-after': '90' }, 90_000],
    [{ 'retry-after-ms': '1250' }, 1250],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, 250],
  ] as const
  for (const [headers, wait] of forms) {
    await using own = await world(inTurn(refused(429, 'slowly', headers), said(answer)))
    assert.is(await own.text(), answer)
    assert.equal(own.clock.waits, [wait])
  }
  const inAMinute = new Date(Date.now() + 60_000).toUTCString()
  await using dated = await world(inTurn(refused(503, 'slowly', { 'retry-after': inAMinute }), said(answer)))
  assert.is(await dated.text(), answer)
  assert.ok(dated.clock.waits[0]! > 50_000 && dated.clock.waits[0]! <= 60_000, String(dated.clock.waits))
  await using long = await world(inTurn(refused(429, 'slowly', { 'retry-after': '9000' })))
  await fails(long.text, 'busy', /answers 429: slowly; it asks to wait 9000 s$/)
  await using longer = await world(inTurn(refused(429, 'slowly', { 'retry-after': '7' })), {
    longestWaitMs: 6000,
  })
  await fails(longer.text, 'busy', /it asks to wait 7 s$/)
})

test('while an endpoint is to be left alone, none of its requests go out', async () => {
  const times: number[] = []
  const own = await world(
    (_, number) => {
      times.push(own.clock.now())
      return number === 0 ? refused(429, 'slowly', { 'retry-after': '30' }) : said(answer)
    },
    { concurrency: 2 },
  )
  await using _ = own
  const first = own.text()
  // The second one goes out once the first has been refused.
  while (own.asked.length === 0) await new Promise(setImmediate)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(await Promise.all([first, own.text(), own.text()]), [answer, answer, answer])
  assert.is(times[0], 0)
  assert.ok(
    times.slice(1).every((time) => time >= 30_000),
    String(times),
  )
})

test('as many requests as asked for are open at a time, and no more go out a minute', async () => {
  await using own = await world(() => said(answer), { concurrency: 3 })
  await Promise.all(Array.from({ length: 12 }, () => own.text()))
  assert.ok(own.service.busiest <= 3, String(own.service.busiest))
  await using slow = await world(() => said(answer), { requestsPerMinute: 30 })
  for (let i = 0; i < 4; i++) await slow.text()
  assert.is(slow.clock.now(), 6000)
})

test('an answer without an end is an error of its own that has what was said, and is not tried again', async () => {
  await using own = await world(
    inTurn(
      said('a :: parent :: [b]\nc :: par', {
        finish: 'length',
        usage: { prompt_tokens: 3, completion_tokens: 8 },
      }),
    ),
  )
  const error = await fails(own.text, 'length', /the answer has no end within its tokens$/)
  assert.is(error.text, 'a :: parent :: [b]\nc :: par')
  assert.equal(error.usage, { input: 3, output: 8 })
  await using filtered = await world(inTurn(said('', { finish: 'content_filter' })))
  await fails(filtered.text, 'filtered', /the answer is withheld$/)
})

test('an answer of 1 MB is cut, with an error', async () => {
  const much = 'x'.repeat(1 << 20)
  await using whole = await world(inTurn(said(much, { step: 1 << 16 })))
  assert.is((await whole.text()).length, 1 << 20)
  const endless = {
    *[Symbol.iterator]() {
      for (;;) yield* events(much.slice(0, 1 << 16), { finish: null, step: 1 << 16 })
    },
  }
  const one = `data: ${JSON.stringify({ choices: [{ delta: { content: much + much } }] })}\n\n`
  const thought = `data: ${JSON.stringify({ choices: [{ delta: { reasoning_content: `${much}x` } }] })}\n\n`
  const forms: ChatAnswered[] = [
    { body: endless },
    { body: one },
    { body: thought },
    { body: much + much + much },
    { body: JSON.stringify({ choices: [{ message: { content: `${much}x` }, finish_reason: 'stop' }] }) },
  ]
  for (const form of forms) {
    await using own = await world(inTurn(form))
    await fails(own.text, 'size', /an answer of over 1048576 characters$/)
  }
})

test('what a model has thought aloud is no part of its answer', async () => {
  const cases = [
    [`<think>Is it? A dog barks.</think>\n\n${answer}`, answer],
    [`\n<think>\nA <think> in thoughts</think> and more</think>${answer}`, answer],
    [`Without a begin, as some templates have it.</think>${answer}`, answer],
    [`<think>No end at all`, ''],
    [`${answer} The word <think> stays</think>.`, `${answer} The word <think> stays</think>.`],
  ] as const
  for (const [whole, part] of cases) {
    await using own = await world(inTurn(said(whole)))
    assert.is(await own.text(), part)
  }
})

test('refusals are not tried again, and have what the endpoint says without the key', async () => {
  const cases: readonly (readonly [ChatAnswered, ErrorCode, RegExp])[] = [
    [refused(400, 'maximum context length'), 'BAD_ARGUMENT', /answers 400: maximum context length$/],
    [refused(401, 'Incorrect key sk-example'), 'BAD_ARGUMENT', /answers 401: Incorrect key …$/],
    [refused(404, 'no such model'), 'NOT_FOUND', /answers 404: no such model$/],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, 'BAD_ARGUMENT', /answers 302$/],
  ]
  for (const [reply, code, message] of cases) {
    await using own = await world(inTurn(reply), { apiKey: 'sk-example' })
    const error = await own.text().catch((thrown) => thrown)
    assert.is(error.code, code)
    assert.match(error.message, message)
    assert.not.match(inspect(error, { depth: 9 }), 'sk-example')
  }
})

test('what an endpoint does not take of the protocol it is not asked again', async () => {
  const schema = { type: 'object' }
  const takes = ({ body }: ChatAsked): ChatAnswered => {
    if (body.response_format) return refused(400, "'response_format.type' must be 'text'")
    if (body.stream_options) return refused(422, 'stream_options: Extra inputs are not permitted')
    if (body.max_tokens) return refused(400, "Unsupported parameter: use 'max_completion_tokens' instead")
    if (body.temperature !== undefined)
      return refused(400, "'temperature' does not support 0 with this model")
    return said(answer)
  }
  await using own = await world(takes)
  assert.is(await own.text({ ...question, schema, maxTokens: 5 }), answer)
  assert.is(own.asked.length, 5)
  assert.is(await own.text({ ...question, schema }), answer)
  assert.is(own.asked.length, 6)
  assert.equal(own.asked[5]!.body, {
    model: 'tiny',
    messages: question.messages,
    max_completion_tokens: 2048,
    stream: true,
  })
  // A refusal that names nothing may be about the schema; where it was not, the next request has one again.
  await using vague = await world((asked, number) =>
    number < 2 ? refused(400, 'Bad request') : asked.body.response_format ? said(answer) : null,
  )
  await rejects(() => vague.text({ ...question, schema }), 'BAD_ARGUMENT', /answers 400: Bad request$/)
  assert.is(await vague.text({ ...question, schema }), answer)
})

test('a request is given up when it is aborted, wherever it is', async () => {
  await using own = await world(() => 'hang', { concurrency: 1 })
  const [first, second] = [new AbortController(), new AbortController()]
  const asked = own.model.chat(question, { signal: first.signal }).catch((error) => error)
  const waits = own.model.chat(question, { signal: second.signal }).catch((error) => error)
  while (own.asked.length === 0) await new Promise(setImmediate)
  second.abort(new Error('no place'))
  assert.is((await waits).message, 'no place')
  first.abort(new Error('enough'))
  assert.is((await asked).message, 'enough')
  assert.is(own.asked.length, 1)
})

test('options that are none are refused by name', () => {
  const refusedOption = (options: object, message: RegExp) =>
    assert.throws(
      () => endpointSettings({ url: 'http://localhost:1/v1', model: 'm', ...options }),
      (error: unknown) =>
        error instanceof VmmError && error.code === 'BAD_ARGUMENT' && message.test(error.message),
    )
  refusedOption({ url: 'localhost' }, /^url: got "localhost"/)
  refusedOption({ url: 'http://user:secret@localhost' }, /^url: got one with a name or a password/)
  refusedOption({ model: '' }, /^model/)
  refusedOption({ name: '' }, /^name/)
  refusedOption({ silenceMs: 300_001 }, /^silenceMs: got 300001; expected a whole number from 1 to 300000/)
  refusedOption({ price: { input: -1, output: 1 } }, /^price.input/)
  refusedOption({ requestPerMinute: 3 }, /did you mean requestsPerMinute/)
  refusedOption({ concurrency: 0 }, /^concurrency/)
})

test.run()
