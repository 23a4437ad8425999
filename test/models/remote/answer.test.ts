// Requests and answers against OpenAI's own client (goldens/make_openai_client.py), and answers that were altered.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { answerBytes, vectorsOf } from '../../../lib/models/remote/answer.ts'
import { openRemoteEncoder } from '../../../lib/models/remote/open.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { embeddings } from '../../support/embeddings_service.ts'

interface Golden {
  readonly texts: string[]
  readonly dims: number
  readonly calls: readonly {
    readonly path: string
    readonly authorization: string
    readonly contentType: string
    readonly body: { readonly model: string; readonly dimensions?: number; readonly encoding_format: string }
    readonly answer: string
    readonly read: readonly (readonly number[])[]
  }[]
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('goldens/openai_client.json', import.meta.url), 'utf8'),
)
const bits = (row: ArrayLike<number>) => Array.from(new Uint32Array(Float32Array.from(row).buffer))

for (const { path, authorization, contentType, body, answer, read } of golden.calls) {
  test(`${body.model}: an answer is read as OpenAI's client reads it, to the bit`, () => {
    const outcome = vectorsOf(answer, golden.texts.length, golden.dims, 'answer')
    assert.ok('value' in outcome)
    assert.equal(outcome.value.map(bits), read.map(bits))
  })

  test(`${body.model}: a request is the one of OpenAI's client`, async () => {
    const sent: [string, RequestInit][] = []
    const fetch = async (url: string, init: RequestInit) => {
      sent.push([url, init])
      return new Response(answer)
    }
    const { model, dimensions: dims } = body
    await using encoder = await openRemoteEncoder({
      model,
      dims,
      apiKey: 'sk-example',
      fetch,
      normalise: false,
    })
    const vectors = await encoder.encode(golden.texts).then(
      (result) => result.vectors.toArray(),
      (error: Error) => error.message,
    )
    // The golden answer is short of what ada-002 has.
    if (dims === undefined) assert.match(vectors as string, /dims: got 1536; the service gives 6$/)
    else assert.equal((vectors as number[][]).map(bits), read.map(bits))
    const [[url, { method, headers, body: own }]] = sent as [[string, RequestInit]]
    assert.is(new URL(url).pathname, path)
    assert.is(method, 'POST')
    assert.equal(headers, { 'content-type': contentType, authorization })
    assert.equal(JSON.parse(String(own)), { ...body, encoding_format: 'base64' })
  })
}

test('answers that are altered anywhere give the vectors of another answer or a failure, never more', () => {
  const texts = ['a', 'b', 'c']
  const numbers = randomNumbers(15, 1)
  const dims = 4
  for (const as of ['base64', 'float'] as const) {
    const whole = embeddings(texts, { dims, as })
    assert.ok('value' in vectorsOf(whole, 3, dims, 'answer'))
    for (let i = 0; i < 1000; i++) {
      const at = numbers.below(whole.length)
      const altered = [
        whole.slice(0, at),
        whole.slice(0, at) + whole.slice(at + 1 + numbers.below(8)),
        whole.slice(0, at) + String.fromCharCode(32 + numbers.below(96)) + whole.slice(at + 1),
        whole.slice(0, at) + whole.slice(numbers.below(whole.length)),
      ][i % 4]!
      const outcome = vectorsOf(altered, 3, dims, 'answer')
      if ('value' in outcome) {
        assert.is(outcome.value.length, 3)
        for (const row of outcome.value) assert.ok(row.length === dims && row.every(Number.isFinite))
      } else assert.match(outcome.failure.message, /^answer: /)
    }
  }
})

test('what is nested deeply or is no object is no answer', () => {
  for (const text of [
    '['.repeat(1e6),
    '{"data":'.repeat(1e5),
    'null',
    '7',
    '[]',
    '"data"',
    '{"data":{"length":1}}',
  ]) {
    const outcome = vectorsOf(text, 1, 4, 'answer')
    assert.ok('failure' in outcome && outcome.failure.code === 'SERVICE', text.slice(0, 20))
  }
})

test('the bound of an answer has room for floats that are printed over many lines', () => {
  for (const [count, dims] of [
    [1, 1],
    [64, 1536],
    [7, 3072],
  ] as const) {
    const row = Array.from({ length: dims }, (_, i) => -(1 + i) / 3e-7)
    const data = Array.from({ length: count }, (_, index) => ({ object: 'embedding', index, embedding: row }))
    assert.ok(JSON.stringify({ data }, null, 4).length < answerBytes(count, dims))
  }
})

test.run()
