import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEndpoint, endpointLines } from '../../../lib/curate/endpoint_check/check_endpoint.ts'
import { type ChatAnswered, type ChatAsked, chatService, refused, said } from '../../support/chat_service.ts'
import { rejects } from '../../support/rejects.ts'

/** What a good model says to each of the questions. */
function good({ path, body }: ChatAsked): ChatAnswered | null {
  if (path === '/v1/models') return { body: JSON.stringify({ data: [{ id: 'tiny' }, { id: 'large' }] }) }
  const user = body.messages.at(-1)!.content
  if (user.startsWith('Name three')) return said('shark, squid, seal')
  if (user.startsWith('Name an animal')) return said('{"animal":"horse","legs":4}')
  if (user.startsWith('Write one line')) return said('photosynthesis :: requires :: [sunlight, water]')
  if (!user.startsWith('Is this relation')) return null
  return said(
    JSON.stringify({ reason: '', verdict: user.includes('"dog" --parent--> "animal"') ? 'YES' : 'NO' }),
  )
}

async function checked(answer: (asked: ChatAsked) => ChatAnswered | null, options = {}) {
  await using service = await chatService(answer)
  const check = await checkEndpoint({ url: service.url, model: 'tiny', retries: 0, ...options })
  const steps = check.steps.map(({ name, works }) => `${name} ${works}`)
  return { check, steps, lines: endpointLines(check) }
}

test('an endpoint that does all is told to, with times', async () => {
  const { check, steps, lines } = await checked(good)
  assert.is(check.works, true)
  assert.equal(
    steps,
    ['models', 'answer', 'stream', 'json', 'extraction', 'validation'].map((name) => `${name} true`),
  )
  assert.match(lines[0]!, /^http:\/\/127\.0\.0\.1:\d+\/v1: tiny$/)
  assert.match(lines[1]!, /^ {2}lists its models {2}ok +\d+ ms {2}tiny is one of 2$/)
  assert.match(lines[2]!, /shark, squid, seal \(tokens are not counted\)$/)
  assert.match(
    lines[5]!,
    /3 concepts, 2 relations, 0 left out: photosynthesis requires sunlight; photosynthesis requires water$/,
  )
  assert.is(lines.at(-1), 'It can be used for curation.')
})

test('what curation can do without is told, and does not count', async () => {
  const plain = (asked: ChatAsked): ChatAnswered | null => {
    if (asked.path === '/v1/models') return refused(404, 'not found')
    if (asked.body.response_format) return refused(400, "'response_format.type' must be 'text'")
    const reply = good(asked) as { body: readonly string[] }
    const text = reply.body
      .filter((line) => line.includes('delta'))
      .map((line) => JSON.parse(line.slice('data: '.length)).choices[0].delta.content ?? '')
      .join('')
    const body = JSON.stringify({ choices: [{ message: { content: text }, finish_reason: 'stop' }] })
    return { body, headers: { 'content-type': 'application/json' } }
  }
  const { check, steps } = await checked(plain)
  assert.is(check.works, true)
  assert.equal(steps, [
    'models false',
    'answer true',
    'stream false',
    'json true',
    'extraction true',
    'validation true',
  ])
})

test('one that talks, or says YES to all, cannot be used', async () => {
  const talks = (asked: ChatAsked) =>
    asked.path === '/v1/models' ? good(asked) : said('Hello! How can I help you?')
  const { check, steps, lines } = await checked(talks)
  assert.is(check.works, false)
  assert.equal(steps.slice(3), ['json false', 'extraction false', 'validation false'])
  assert.match(lines[4]!, /FAILS .*3 answers do not fit: the answer: not JSON$/)
  assert.is(lines.at(-1), 'It cannot be used for curation.')
  const agrees = (asked: ChatAsked) =>
    JSON.stringify(asked.body).includes('Is this relation') ? said('YES.') : good(asked)
  assert.match(
    (await checked(agrees)).lines[6]!,
    /of a dog as an animal it says YES, of an animal as a dog YES$/,
  )
})

test('one that is gone, refuses the key, or has no such model says so once', async () => {
  const { url } = await (async () => {
    await using service = await chatService(() => null)
    return service
  })()
  const gone = await checkEndpoint({ url, model: 'tiny', retries: 0 })
  assert.equal(
    gone.steps.map(({ name, works }) => [name, works]),
    [
      ['models', false],
      ['answer', false],
    ],
  )
  assert.match(gone.steps[1]!.said, /ECONNREFUSED/)
  const { lines } = await checked(() => refused(401, 'Incorrect key sk-secret'), { apiKey: 'sk-secret' })
  assert.match(lines[2]!, /FAILS .*answers 401: Incorrect key …$/)
  assert.not.match(lines.join(), 'sk-secret')
  const other = (asked: ChatAsked) =>
    asked.path === '/v1/models' ? { body: '{"data":[{"id":"large"}]}' } : refused(404, 'model not found')
  const missing = await checked(other)
  assert.match(missing.lines[1]!, /no .*tiny is not among them: large$/)
  assert.is(missing.check.works, false)
})

test('wrong options are refused, and an abort is no failure of the endpoint', async () => {
  await rejects(() => checkEndpoint({ url: 'nowhere', model: 'm' }), 'BAD_ARGUMENT', /^url/)
  await using service = await chatService(() => 'hang')
  const signal = AbortSignal.timeout(50)
  await checkEndpoint({ url: service.url, model: 'tiny' }, { signal }).then(
    () => assert.unreachable(),
    (error) => assert.is(error, signal.reason),
  )
})

test.run()
