import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cacheAnswers } from '../../../lib/curate/llm/answer_cache.ts'
import { costMeter } from '../../../lib/curate/llm/cost.ts'
import { LlmError } from '../../../lib/curate/llm/llm_error.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { scriptedModel } from '../../support/scripted_model.ts'

const ask = (content: string) => ({ messages: [{ role: 'user', content }] }) as const

test('answers, tokens and dollars are counted of each model, and what nobody counts is told', async () => {
  const meter = costMeter()
  const cheap = meter.count(
    await cacheAnswers(
      scriptedModel(() => 'a', { name: 'cheap', price: { input: 1, output: 4 } }),
      temporaryFolder(),
    ),
  )
  const unknown = meter.count(
    scriptedModel(() => 'a', { name: 'unknown', usage: { input: null, output: null } }),
  )
  for (const text of ['a', 'b', 'a']) await cheap.chat(ask(text))
  await unknown.chat(ask('a'))
  assert.equal(meter.costs(), [
    {
      ...{ endpoint: 'test', model: 'cheap', answers: 2, cached: 1, failed: 0 },
      ...{ inputTokens: 20, outputTokens: 4, uncounted: 0, dollars: 36e-6 },
    },
    {
      ...{ endpoint: 'test', model: 'unknown', answers: 1, cached: 0, failed: 0 },
      ...{ inputTokens: 0, outputTokens: 0, uncounted: 1, dollars: null },
    },
  ])
})

test('a failure is counted with what it cost; one that was aborted is none', async () => {
  const meter = costMeter()
  const model = meter.count(
    scriptedModel((_, number) => {
      if (number === 0) throw new LlmError('length', 'no end', { usage: { input: 7, output: 5 } })
      throw new Error('gone')
    }),
  )
  for (const _ of [1, 2]) await model.chat(ask('a')).catch(() => {})
  const signal = AbortSignal.abort(new Error('enough'))
  await model.chat(ask('a'), { signal }).catch(() => {})
  const { failed, inputTokens, outputTokens, uncounted, answers } = meter.costs()[0]!
  assert.equal([answers, failed, inputTokens, outputTokens, uncounted], [0, 2, 7, 5, 1])
})

test.run()
