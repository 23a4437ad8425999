// POST /v1/embeddings and GET /v1/models, by inject and by the clients of others.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bagOfWords, DIMS, vectorOf } from '../support/bag_of_words.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { realTokens } from '../support/real_tokens.ts'
import { testUnless } from '../support/skip.ts'
import { gate, openServer, PACKAGE, until } from './server.ts'

const missing = await optionalPackage('server')
const url = '/v1/embeddings'
const TEXTS = ['The cat sleeps on the mat.', 'It rains.', 'Zwölf Boxkämpfer, 12 of them']
const tokensOf = (text: string) => realTokens.tokenizer.encode(text).length

interface Embeddings {
  readonly data: readonly { readonly index: number; readonly embedding: string | number[] }[]
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

testUnless(missing, 'vectors are those of encode, to the bit, as floats and as base64', async () => {
  await using server = await openServer()
  for (const input of [TEXTS, TEXTS[0]!, TEXTS.slice(1, 2)]) {
    const texts = [input].flat()
    for (const encoding_format of ['float', 'base64', undefined]) {
      const payload = {
        input,
        ...(encoding_format && { encoding_format }),
        dimensions: DIMS,
        model: 'bag-of-words',
      }
      const answer = await server.app.inject({ method: 'POST', url, payload })
      assert.is(answer.statusCode, 200)
      const { data, usage, ...rest } = answer.json<Embeddings>()
      assert.equal(rest, { object: 'list', model: 'bag-of-words' })
      assert.equal(
        data.map(({ index }) => index),
        texts.map((_, i) => i),
      )
      const floats = ({ embedding }: { embedding: string | number[] }) => {
        if (typeof embedding !== 'string') return Float32Array.from(embedding)
        const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'))
        return new Float32Array(bytes.buffer)
      }
      assert.equal(data.map(floats), texts.map(vectorOf))
      assert.is(typeof data[0]!.embedding, encoding_format === 'base64' ? 'string' : 'object')
      const tokens = texts.reduce((sum, text) => sum + tokensOf(text), 0)
      assert.equal(usage, { prompt_tokens: tokens, total_tokens: tokens })
    }
  }
})

testUnless(missing, 'how many texts were cut is told in a header', async () => {
  await using server = await openServer()
  const cut = async (input: string[]) =>
    (await server.app.inject({ method: 'POST', url, payload: { input } })).headers['x-truncated-inputs']
  assert.is(await cut(['short']), undefined)
  assert.is(await cut(['short', 'long '.repeat(200), 'long '.repeat(300)]), '2')
})

testUnless(missing, 'models are told as OpenAI tells them', async () => {
  await using server = await openServer()
  const { object, data } = (await server.app.inject({ url: '/v1/models' })).json<{
    object: string
    data: { id: string; object: string; created: number; owned_by: string }[]
  }>()
  assert.equal([object, data.length], ['list', 1])
  const { created, ...model } = data[0]!
  assert.equal(model, { id: 'bag-of-words', object: 'model', owned_by: 'vector-mamba' })
  assert.ok(Math.abs(created - Date.now() / 1000) < 600)
})

testUnless(
  missing,
  'requests that come while the encoder works share a batch, and a large one takes turns',
  async () => {
    const calls: number[] = []
    const encoder = bagOfWords()
    const free = gate()
    const encode: typeof encoder.encode = async (texts, options) => {
      calls.push([...(texts as string[])].length)
      if (calls.length === 1) await free.passed
      return encoder.encode(texts, options)
    }
    await using server = await openServer({}, { encoder: { ...encoder, encode } })
    const ask = (input: string[]) => server.app.inject({ method: 'POST', url, payload: { input } })
    const first = ask(['first'])
    await until(() => calls.length === 1)
    const others = [
      ask(Array.from({ length: 100 }, (_, i) => `text ${i}`)),
      ...TEXTS.map((text) => ask([text])),
    ]
    await new Promise((resolve) => setTimeout(resolve, 50))
    free.open()
    const [large] = await Promise.all([...others, first])
    assert.equal(calls, [1, 19, 16, 16, 16, 16, 16, 4])
    const { data } = large!.json<Embeddings>()
    assert.equal(
      data.map(({ embedding }) => Float32Array.from(embedding as number[])),
      data.map((_, i) => vectorOf(`text ${i}`)),
    )
  },
)

/** A package that packages/server has for these tests. */
const client = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(createRequire(new URL('package.json', PACKAGE)).resolve(name)).href)) as T

interface OpenAiModule {
  readonly OpenAI: new (
    options: object,
  ) => {
    readonly embeddings: {
      create(
        body: object,
        options?: object,
      ): Promise<Embeddings & { readonly _request_id?: string | null; readonly model: string }>
    }
    readonly models: { list(): AsyncIterable<{ id: string }> }
  }
}
interface AiModule {
  embedMany(options: object): Promise<{ embeddings: number[][]; usage: { tokens: number } }>
  embed(options: object): Promise<{ embedding: number[]; usage: { tokens: number } }>
}
interface CompatibleModule {
  createOpenAICompatible(options: object): { embeddingModel(id: string): object }
}

testUnless(
  missing,
  'the openai client gets the very bits of encode, unasked and asked for floats',
  async () => {
    const { OpenAI } = await client<OpenAiModule>('openai')
    await using server = await openServer()
    const openai = new OpenAI({ baseURL: `${await server.listen()}/v1`, apiKey: 'none', maxRetries: 0 })
    for (const more of [{}, { encoding_format: 'float' }]) {
      const { data, usage, _request_id } = await openai.embeddings.create({
        ...{ model: 'bag-of-words', input: TEXTS, ...more },
      })
      assert.equal(
        data.map(({ embedding }) => Float32Array.from(embedding as number[])),
        TEXTS.map(vectorOf),
      )
      assert.ok(usage.prompt_tokens > 0)
      assert.match(String(_request_id), /^[0-9a-f]{16}$/)
    }
    const ids: string[] = []
    for await (const { id } of openai.models.list()) ids.push(id)
    assert.equal(ids, ['bag-of-words'])
    const error = await openai.embeddings
      .create({ model: 'bag-of-words', input: [1, 2] })
      .catch((thrown) => thrown)
    const { status, code, param, type, message } = error as Record<string, unknown>
    assert.equal([status, code, param, type], [400, 'tokens_not_supported', 'input', 'invalid_request_error'])
    assert.match(String(message), /send text/)
  },
)

testUnless(missing, 'the AI SDK gets the very bits of encode, and the tokens', async () => {
  const { embed, embedMany } = await client<AiModule>('ai')
  const { createOpenAICompatible } = await client<CompatibleModule>('@ai-sdk/openai-compatible')
  await using server = await openServer()
  const provider = createOpenAICompatible({ name: 'vmm', baseURL: `${await server.listen()}/v1` })
  const model = provider.embeddingModel('bag-of-words')
  const { embeddings, usage } = await embedMany({ model, values: TEXTS })
  assert.equal(
    embeddings.map((one) => Float32Array.from(one)),
    TEXTS.map(vectorOf),
  )
  assert.is(
    usage.tokens,
    TEXTS.reduce((sum, text) => sum + tokensOf(text), 0),
  )
  const { embedding } = await embed({ model, value: TEXTS[0]! })
  assert.equal(Float32Array.from(embedding), vectorOf(TEXTS[0]!))
})

testUnless(missing, 'the openai client tries again by itself while the queue is full', async () => {
  const { OpenAI } = await client<OpenAiModule>('openai')
  const encoder = bagOfWords()
  const [free, begun] = [gate(), gate()]
  let calls = 0
  const encode: typeof encoder.encode = async (texts, options) => {
    begun.open()
    if (calls++ === 0) await free.passed
    return encoder.encode(texts, options)
  }
  const statuses: number[] = []
  const onAnswer = (entry: object) => {
    const { status } = entry as { status: number }
    statuses.push(status)
    if (status === 429) free.open()
  }
  await using server = await openServer(
    { queues: { encode: 1 }, onAnswer },
    { encoder: { ...encoder, encode } },
  )
  const openai = new OpenAI({ baseURL: `${await server.listen()}/v1`, apiKey: 'none' })
  const ask = (input: string) => openai.embeddings.create({ model: 'bag-of-words', input })
  const first = ask('first')
  await begun.passed
  const others = await Promise.all([ask('second'), ask('third')])
  assert.equal(
    others.map(({ data }) => Float32Array.from(data[0]!.embedding as number[])),
    [vectorOf('second'), vectorOf('third')],
  )
  await first
  assert.ok(statuses.includes(429))
  assert.is(statuses.filter((status) => status === 200).length, 3)
})

test.run()
