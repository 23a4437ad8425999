// The library's own routes: their answers are what the library gives, and what the schema tells.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { InjectedAnswer, Server, ServerEngine } from 'vector-mamba-server'
import { rankDomains } from '../../lib/concepts/domains/domains.ts'
import {
  cosine,
  type GeneratedText,
  learnDomains,
  loadInverter,
  loadPredictor,
  nearestConcepts,
  nextSentences,
  openStore,
  storeBank,
  type TextGenerator,
  vectorsFrom,
} from '../../lib/index.ts'
import { savePredictor } from '../../lib/models/predictor/save.ts'
import { tinyInverter } from '../cli/tiny_inverter.ts'
import { livelyParameters, tinyConfig } from '../models/predictor/support.ts'
import { DIMS, vectorOf } from '../support/bag_of_words.ts'
import { temporaryFolder } from '../support/folder.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { testUnless } from '../support/skip.ts'
import { countingWords, type ErrorBody, openServer, PACKAGE } from './server.ts'

const missing = await optionalPackage('server')
const encoder = countingWords()
const SPACE = encoder.space
const KNOWN = [
  'The jury was out.',
  'It rained.',
  'The ship sank.',
  'A dog barked.',
  'Prices rose.',
  'Nobody came.',
]

const store = await openStore(join(temporaryFolder(), 'known.store'))
await store.addSpace(SPACE, DIMS)
await store.upsert(
  KNOWN.map((text, i) => ({
    ...{ id: `known-${i}`, text, type: 'example', surfaceForms: [text.split(' ')[1]!] },
    vectors: { [SPACE]: vectorOf(text) },
  })),
)
const rows = vectorsFrom(KNOWN.map(vectorOf), DIMS, SPACE)
const domains = learnDomains(rows, ['law', 'weather', 'sea', 'animals', 'money', 'people'], {
  parents: { weather: 'nature', animals: 'nature' },
})

async function tinyPredictor(): Promise<string> {
  const folder = join(temporaryFolder(), 'tiny')
  const config = tinyConfig({ space: SPACE, dims: DIMS })
  const parameters = livelyParameters(config)
  await savePredictor(folder, { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  return folder
}
const predictor = await loadPredictor(await tinyPredictor())
const inverter = await loadInverter(await tinyInverter(), { encoder })

/** It writes the prompt backwards, word by word. */
const generator = {
  name: 'backwards',
  countTokens: (text: string) => text.split(' ').length,
  async *stream(prompt: string, options: { readonly maxTokens?: number; readonly signal?: AbortSignal }) {
    const words = prompt.split(' ').reverse().slice(0, options.maxTokens)
    for (const [i, word] of words.entries()) {
      options.signal?.throwIfAborted()
      yield i === 0 ? word : ` ${word}`
    }
    return { text: words.join(' '), ended: 'end', tokens: words.map((_, i) => i) } as unknown as GeneratedText
  },
} as unknown as TextGenerator

const engine: ServerEngine = {
  ...{ encoder, concepts: store, sentences: storeBank(store), domains, predictor, inverter, generator },
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>
  >
}
interface Ajv {
  compile(schema: object): ((value: unknown) => boolean) & { readonly errors?: unknown }
}

/** What asks a server, and holds each answer against the schema that the server tells. */
async function checkedBy(server: Server) {
  const AjvClass = createRequire(new URL('package.json', PACKAGE))('ajv') as new (options: object) => Ajv
  const ajv = new AjvClass({ strict: false })
  const { paths } = (await server.app.inject({ url: '/openapi.json' })).json<OpenApi>()
  const check = (
    answer: InjectedAnswer,
    method: 'get' | 'post',
    url: string,
    body: unknown = answer.json<unknown>(),
  ) => {
    const { responses } = paths[url]![method]!
    const status = String(answer.statusCode)
    const schema = (responses[status] ?? responses[`${status[0]}XX`])?.content?.['application/json']?.schema
    assert.ok(schema, `${url} ${status} is not in the schema`)
    const validate = ajv.compile(schema)
    assert.ok(validate(body), `${url} ${status}: ${JSON.stringify(validate.errors)}`)
  }
  return {
    check,
    post: async <T>(url: string, payload: object, status = 200): Promise<T> => {
      const answer = await server.app.inject({ method: 'POST', url, payload })
      assert.is(answer.statusCode, status, answer.body)
      check(answer, 'post', url)
      return answer.json<T>()
    },
    get: async <T>(url: string): Promise<T> => {
      const answer = await server.app.inject({ url })
      check(answer, 'get', url)
      return answer.json<T>()
    },
  }
}

testUnless(missing, 'the schema has the routes of what is served, and no others', async () => {
  const pathsOf = async (served: ServerEngine) => {
    await using server = await openServer({}, served)
    const { openapi, paths } = (await server.app.inject({ url: '/openapi.json' })).json<OpenApi>()
    assert.is(openapi, '3.1.0')
    return Object.keys(paths).sort()
  }
  const always = [
    '/errors',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/similarity',
    '/usage',
    '/v1/embeddings',
    '/v1/models',
  ]
  assert.equal(await pathsOf({ encoder }), always)
  const more = ['/concepts/search', '/generate', '/invert', '/predict', '/route']
  assert.equal(await pathsOf(engine), [...always, ...more].sort())
  await using server = await openServer({}, { encoder })
  for (const url of more)
    assert.is((await server.app.inject({ method: 'POST', url, payload: {} })).statusCode, 404)
})

testUnless(missing, 'embeddings, models, health: their answers are what the schema tells', async () => {
  await using server = await openServer({}, engine)
  const { post, get } = await checkedBy(server)
  await post('/v1/embeddings', { input: KNOWN })
  await post('/v1/embeddings', { input: KNOWN, encoding_format: 'base64' })
  await post('/v1/embeddings', { input: '' }, 400)
  for (const url of ['/v1/models', '/health/live', '/health/ready', '/usage', '/errors']) await get(url)
})

testUnless(missing, 'similarity is the cosine of each text of a with each of b', async () => {
  await using server = await openServer({}, engine)
  const { post } = await checkedBy(server)
  const { similarities } = await post<{ similarities: number[][] }>('/similarity', {
    a: KNOWN.slice(0, 2),
    b: KNOWN,
  })
  assert.equal(
    similarities,
    KNOWN.slice(0, 2).map((a) => KNOWN.map((b) => cosine(vectorOf(a), vectorOf(b)))),
  )
  assert.equal(await post<object>('/similarity', { a: 'x', b: 'x' }), {
    model: 'bag-of-words',
    similarities: [[1]],
  })
  await post('/similarity', { a: 'x' }, 400)
  await post('/similarity', { a: 'x', b: Array(129).fill('x') }, 400)
})

testUnless(missing, 'concepts are found by a vector and by a text, as the store finds them', async () => {
  await using server = await openServer({}, engine)
  const { post } = await checkedBy(server)
  const text = 'A ship and a dog'
  const [hits] = await nearestConcepts(store, vectorsFrom(vectorOf(text), DIMS, SPACE), 3)
  const expected = hits!.map(({ id, type, surfaceForms, text, cosine }) => ({
    ...{ id, kind: type, words: surfaceForms, text, cosine },
  }))
  assert.equal(await post('/concepts/search', { text, k: 3 }), { results: expected })
  const query_vector = Array.from(vectorOf(text))
  assert.equal(await post('/concepts/search', { query_vector, k: 3 }), { results: expected })
  assert.is(
    (await post<{ results: object[] }>('/concepts/search', { query_vector })).results.length,
    KNOWN.length,
  )
  // Searched together, each gets what it asked for.
  const all = await Promise.all(
    [1, 2, 3, 4, 5].map((k) => post<{ results: object[] }>('/concepts/search', { text, k })),
  )
  assert.equal(
    all.map(({ results }) => results.length),
    [1, 2, 3, 4, 5],
  )
  const wrong: [object, string | null][] = [
    [{ query_vector: [1, 2] }, 'query_vector'],
    [{ query_vector: [...query_vector.slice(1), 1e300] }, 'query_vector'],
    [{ query_vector: [...query_vector.slice(1), '1'] }, `query_vector.${DIMS - 1}`],
    [{ query_vector, text }, 'text'],
    [{}, 'query_vector'],
    [{ text, k: 101 }, 'k'],
    [{ text: '' }, 'text'],
  ]
  for (const [payload, param] of wrong)
    assert.is((await post<ErrorBody>('/concepts/search', payload, 400)).error.param, param)
})

testUnless(
  missing,
  'a text is routed as the library routes it, by its sentences or their vectors',
  async () => {
    await using server = await openServer({}, engine)
    const { post } = await checkedBy(server)
    const sentences = KNOWN.slice(0, 3)
    const [routing] = await predictor.route([vectorsFrom(sentences.map(vectorOf), DIMS, SPACE)])
    interface Routed {
      readonly sentences: {
        readonly text: string | null
        readonly domains: { name: string; cosine: number }[]
      }[]
      readonly text: { readonly domains: object[]; readonly subdomains: { name: string }[] }
      readonly routing: object
    }
    const found = await post<Routed>('/route', { text: sentences.join(' ') })
    assert.equal(found.routing, JSON.parse(JSON.stringify(routing)))
    assert.equal(
      found.sentences.map(({ text }) => text),
      sentences,
    )
    const top = domains.all.filter(({ parent }) => parent === null)
    for (const [i, { domains: own }] of found.sentences.entries())
      assert.equal(
        own.map(({ name, cosine }) => [name, cosine]),
        rankDomains(top, vectorOf(sentences[i]!)).map(({ domain, cosine }) => [domain.name, cosine]),
      )
    assert.equal(await post('/route', { sentences }), found)
    const byVectors = await post<Routed>('/route', {
      vectors: sentences.map((text) => Array.from(vectorOf(text))),
    })
    assert.equal([byVectors.text, byVectors.routing], [found.text, found.routing])
    assert.equal(
      byVectors.sentences.map(({ text }) => text),
      [null, null, null],
    )
    for (const payload of [
      {},
      { text: 'x', sentences },
      { sentences: [] },
      { vectors: [[1]] },
      { sentences: Array(513).fill('x') },
    ])
      await post('/route', payload, 400)
    await using without = await openServer({}, { encoder, domains })
    assert.is((await (await checkedBy(without)).post<Routed>('/route', { sentences })).routing, null)
  },
)

testUnless(missing, 'what comes next is what the predictor, the inverter and the bank give', async () => {
  await using server = await openServer({}, engine)
  const { post } = await checkedBy(server)
  const sentences = KNOWN.slice(0, 3)
  const vectors = vectorsFrom(sentences.map(vectorOf), DIMS, SPACE)
  const { predictions } = await predictor.predict([vectors], { steps: 2, seed: 3, inverter })
  const { candidates, direction, written } = predictions[0]!
  const last = vectorsFrom(vectors.row(2), DIMS, SPACE)
  const [known] = await nextSentences(storeBank(store), direction, last, { k: 2, not: sentences })
  const found = await post<Record<string, unknown>>('/predict', { sentences, steps: 2, seed: 3, k: 2 })
  assert.equal(found.vectors, candidates[0]!.toArray())
  assert.equal(found.written, JSON.parse(JSON.stringify(written![0])))
  assert.equal(
    found.retrieved,
    known!.map(({ text, score }) => ({ text, score })),
  )
  await using bare = await openServer({}, { encoder, predictor })
  const without = await (await checkedBy(bare)).post<Record<string, unknown>>('/predict', { sentences })
  assert.equal([without.written, without.retrieved], [null, null])
  await post('/predict', { sentences, steps: 0 }, 400)
})

testUnless(
  missing,
  'a vector is inverted as designed: the request and the answer have its fields',
  async () => {
    await using server = await openServer({}, engine)
    const { post } = await checkedBy(server)
    const vector = vectorOf('the cat sat')
    const embedding = Array.from(vector)
    const design = { deterministic: true, beam: 5, max_len: 64, constraints: true, final_mpnet: true }
    interface Inverted {
      readonly text: string
      readonly candidates: string[]
      readonly scores: Record<string, number[]>
      readonly plan: {
        readonly max_len: object
        readonly calls: number
        readonly curve: object[]
        readonly encoder: string
      }
    }
    const found = await post<Inverted>('/invert', { embedding, ...design })
    const used = inverter.capacityTokens
    const [inversion] = await inverter.invert(vectorsFrom(vector, DIMS, SPACE), {
      candidates: 5,
      beam: 5,
      maxTokens: used,
    })
    assert.is(found.text, inversion!.best!.text)
    assert.equal(
      found.candidates,
      inversion!.candidates.map(({ text }) => text),
    )
    assert.equal(found.scores, {
      lm_logp: inversion!.candidates.map(({ logProb }) => logProb),
      cos: inversion!.candidates.map(({ cosine }) => cosine),
    })
    assert.equal(found.plan.max_len, { asked: 64, used })
    assert.equal([found.plan.calls, found.plan.encoder], [inversion!.calls, 'bag-of-words'])
    const drawn = { embedding, deterministic: false, beam: 3, seed: 4, refine: 0, constraints: false }
    const one = await post<Inverted>('/invert', drawn)
    assert.equal((await post<Inverted>('/invert', drawn)).candidates, one.candidates)
    const wrong = await post<ErrorBody>('/invert', { embedding: Array(768).fill(0.1) }, 400)
    assert.is(wrong.error.param, 'embedding')
    assert.match(wrong.error.message, /got 768 numbers; expected 32, as vectors of bag-of-words have/)
    await post('/invert', { embedding: Array(DIMS).fill(0) }, 400)
    await post('/invert', { embedding, constraints: { include: [''] } }, 400)
    await post('/invert', { embedding, beam: 0 }, 400)
    // Where the encoder is mpnet, the cosine has the design's name.
    const named = await loadInverter(await tinyInverter(), {
      encoder: { ...encoder, name: 'all-mpnet-base-v2' },
    })
    await using other = await openServer({}, { encoder, inverter: named })
    const { scores } = await (await checkedBy(other)).post<Inverted>('/invert', { embedding, ...design })
    assert.equal(scores.cos_mpnet, scores.cos)
    named.dispose()
  },
)

/** The events of an answer: their names and their data. */
const eventsOf = (body: string): [string, unknown][] =>
  body
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [name, data] = block.split('\n')
      return [name!.slice('event: '.length), JSON.parse(data!.slice('data: '.length))]
    })

testUnless(
  missing,
  'long work tells events to who asks for them, and the last one is the answer',
  async () => {
    await using server = await openServer({}, engine)
    const { check, post } = await checkedBy(server)
    const headers = { accept: 'text/event-stream' }
    const ask = (url: string, payload: object) => server.app.inject({ method: 'POST', url, payload, headers })
    const embedding = Array.from(vectorOf('the cat sat'))
    const inverted = await ask('/invert', { embedding })
    assert.is(inverted.headers['content-type'], 'text/event-stream')
    assert.equal(
      [
        inverted.headers['cache-control'],
        inverted.headers['x-accel-buffering'],
        inverted.headers['x-content-type-options'],
      ],
      ['no-store', 'no', 'nosniff'],
    )
    const events = eventsOf(inverted.body)
    assert.equal(
      events.map(([name]) => name),
      ['begun', ...events.slice(1, -1).map(() => 'step'), 'done'],
    )
    const done = events.at(-1)![1] as { candidates: string[]; plan: { curve: object[] } }
    check(inverted, 'post', '/invert', done)
    const steps = events
      .slice(1, -1)
      .map(([, step]) => step as { calls: number; text: string; cosine: number })
    assert.equal(
      steps.map(({ calls, cosine }) => ({ calls, cosine })),
      done.plan.curve,
    )
    assert.is(steps.at(-1)!.text, done.candidates[0])
    const generated = await ask('/generate', { prompt: 'one two three' })
    assert.equal(eventsOf(generated.body).slice(0, 3), [
      ['text', { text: 'three' }],
      ['text', { text: ' two' }],
      ['text', { text: ' one' }],
    ])
    assert.equal(eventsOf(generated.body)[3], [
      'done',
      await post<object>('/generate', { prompt: 'one two three' }),
    ])
    // What is wrong before anything was told is told by the status.
    assert.is((await ask('/invert', { embedding: [1] })).statusCode, 400)
    const zeros = eventsOf((await ask('/invert', { embedding: Array(DIMS).fill(0) })).body)
    assert.equal(
      zeros.map(([name]) => name),
      ['begun', 'error'],
    )
    assert.is((zeros[1]![1] as ErrorBody).error.type, 'invalid_request_error')
  },
)

testUnless(missing, 'a text is generated, with the tokens that were read and written', async () => {
  await using server = await openServer({}, engine)
  const { post } = await checkedBy(server)
  assert.equal(await post('/generate', { prompt: 'one two three', max_tokens: 2 }), {
    ...{ model: 'backwards', text: 'three two', ended: 'end' },
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  })
  for (const payload of [{}, { prompt: '' }, { prompt: 'x', temperature: 0 }, { prompt: 'x', stop: [''] }])
    await post('/generate', payload, 400)
})

testUnless(missing, 'metrics, use and errors tell what was done, and no text', async () => {
  await using server = await openServer({}, engine)
  const { get } = await checkedBy(server)
  const address = await server.listen()
  const ask = async (url: string, payload?: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${address}${url}`, {
      ...(payload && { method: 'POST', headers, body: JSON.stringify(payload) }),
    })
    return { headers: answer.headers, body: await answer.text() }
  }
  await ask('/v1/embeddings', { input: ['a secret', 'another secret'] })
  await ask('/v1/embeddings', { input: '' })
  await ask('/secret/path')
  const { days } = await get<{ days: { user: string; requests: number; texts: number; tokens: number }[] }>(
    '/usage',
  )
  assert.is(days.length, 1)
  const { user, requests, texts, tokens } = days[0]!
  assert.equal([user, texts], ['local', 2])
  assert.ok(requests >= 2 && tokens > 2, `${requests} requests, ${tokens} tokens`)
  const { headers, body } = await ask('/metrics')
  assert.match(String(headers.get('content-type')), /^text\/plain; version=/)
  for (const line of [
    /^vmm_http_request_duration_seconds_count\{method="POST",route="\/v1\/embeddings",status="200"\} 1$/m,
    /^vmm_http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1$/m,
    /^vmm_queue_length\{kind="encode"\} 0$/m,
    /^vmm_batch_rows_sum\{kind="encode"\} 2$/m,
    /^vmm_queue_wait_seconds_count\{kind="encode"\} 1$/m,
    /^vmm_native_seconds_count\{kind="encode"\} 1$/m,
    /^vmm_rejected_total\{reason="invalid_value"\} 1$/m,
    /^process_resident_memory_bytes \d+$/m,
  ])
    assert.match(body, line)
  assert.match(body, new RegExp(`^vmm_tokens_total ${tokens}$`, 'm'))
  assert.not.match(body, /secret/)
})

test.after(async () => {
  predictor.dispose()
  inverter.dispose()
  await store.dispose()
})

test.run()
