// Text to text in one call, by the models that are shipped: what follows, in order, whole and in a stream.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sentenceBank } from '../../lib/concepts/bank/sentence_bank.ts'
import { cosine } from '../../lib/core/similarity.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { openPipeline } from '../../lib/pipeline/open.ts'
import { makePipeline, type NextText } from '../../lib/pipeline/pipeline.ts'
import { rejects } from '../support/rejects.ts'

const TEXT = 'The storm came at night. In the morning the harbour was empty.'

test('what follows is written, the same in a stream, and its vectors are its own', async () => {
  using pipeline = await openPipeline()
  const { read, vectors, next } = await pipeline.process(TEXT, { steps: 2, seed: 3 })
  assert.equal(read, ['The storm came at night.', 'In the morning the harbour was empty.'])
  assert.is(vectors.count, 2)
  assert.ok(next.length > 0)
  const streamed: NextText[] = []
  for await (const sentence of pipeline.stream(TEXT, { steps: 2, seed: 3 })) streamed.push(sentence)
  assert.equal(streamed, next)
  for (const { text, vector, source } of next) {
    assert.is(source, 'written')
    const own = (await pipeline.encoder.encode([text])).vectors.row(0)
    assert.ok(cosine(own, vector) > 0.9999, text)
  }
})

test('a bank takes the place of the inverter, and no sentence comes twice', async () => {
  using encoder = await loadEncoder()
  const known = ['Boats lay on the beach.', 'The baker lit his oven.', 'Nobody had seen the ship leave.']
  using bank = sentenceBank(known, (await encoder.encode(known)).vectors)
  using pipeline = await openPipeline({ encoder, bank })
  const { next } = await pipeline.process(TEXT, { steps: 5 })
  assert.is(pipeline.inverter, null)
  assert.equal(next.map(({ text }) => text).sort(), [...known].sort())
  assert.ok(next.every(({ source }) => source === 'retrieved'))
})

test('parts that do not fit are refused by name, and given ones stay', async () => {
  using encoder = await loadEncoder()
  using predictor = await loadPredictor()
  const other = { ...encoder, space: 'other', dims: 3 }
  await rejects(
    async () =>
      makePipeline({ encoder: other, predictor, inverter: null, bank: null, disposeParts: () => {} }),
    'SPACE_MISMATCH',
    /openPipeline\.predictor: got one of space 'use-lite-512', 512 dims; expected 'other', 3 dims/,
  )
  const pipeline = await openPipeline({ encoder, predictor })
  pipeline.dispose()
  await rejects(() => pipeline.process(TEXT), 'DISPOSED', /the pipeline was disposed/)
  assert.is((await encoder.encode(['It stays.'])).vectors.count, 1)
})

test('bad input is refused by name', async () => {
  using pipeline = await openPipeline()
  await rejects(() => pipeline.process(' \n '), 'BAD_ARGUMENT', /text: .*a text with a sentence/)
  await rejects(() => pipeline.process(TEXT, { steps: 0 }), 'BAD_ARGUMENT', /steps/)
  await rejects(() => pipeline.process(TEXT, { seed: -1 }), 'BAD_ARGUMENT', /seed/)
  await rejects(() => pipeline.process(TEXT, { step: 1 } as object), 'BAD_ARGUMENT', /step/)
  const reason = new Error('enough')
  const ended = await pipeline.process(TEXT, { signal: AbortSignal.abort(reason) }).catch((error) => error)
  assert.is(ended, reason)
})

test.run()
