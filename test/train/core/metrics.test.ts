import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openMetrics, readMetrics } from '../../../lib/train/core/metrics.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const path = join(temporaryFolder(), 'metrics.jsonl')
const line = { step: 1, count: 10, losses: { loss: 0.5 }, learningRate: 0.1, gradNorm: 2, perSecond: 3 }

test('lines come back, with NaN for what JSON has no number for; a line that was cut is left out', async () => {
  const writer = await openMetrics(path, 0)
  const second = { ...line, step: 2, gradNorm: Number.NaN, evaluation: { cosine: Number.POSITIVE_INFINITY } }
  await writer.write(line)
  await writer.write(second)
  await writer.close()
  writeFileSync(path, '{"step": 3', { flag: 'a' })
  assert.equal(await readMetrics(path), [line, { ...second, evaluation: { cosine: Number.NaN } }])
  assert.equal(await readMetrics(`${path}.none`), [])
})

test('damaged lines are named', async () => {
  for (const [given, message] of [
    ['{"step"', /metrics\.jsonl: line 2: not JSON/],
    ['null', /line 2: line: got null; expected an object/],
    [JSON.stringify({ ...line, step: '2' }), /line 2: step: got "2"; expected a step/],
    [JSON.stringify({ ...line, step: 1 }), /line 2: step 1 after step 1/],
    [JSON.stringify({ ...line, step: 2, count: 'x' }), /line 2: count: got "x"; expected a number/],
    [JSON.stringify({ ...line, step: 2, losses: [1] }), /line 2: losses: got \[1\]; expected an object/],
    [JSON.stringify({ ...line, step: 2, losses: { loss: {} } }), /losses\.loss: got an object/],
    [JSON.stringify({ ...line, step: 2, evaluation: null }), /evaluation: got null; expected an object/],
  ] as const) {
    writeFileSync(path, `${JSON.stringify(line)}\n${given}\n`)
    await rejects(() => readMetrics(path), 'BAD_FILE', message)
  }
})

test.run()
