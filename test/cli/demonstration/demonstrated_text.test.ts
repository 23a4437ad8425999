import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { demonstratedText } from '../../../lib/cli/demonstration/demonstration.ts'
import { completeConcept } from '../../../lib/store/check_record.ts'

const plain = { dim: (text: string) => text }
const routing = { experts: [1], weights: [1], confidence: 1, domains: [] }
const record = { id: 'rain', text: 'it rained all day', type: 'example', surfaceForms: ['rain'] }
const known = { ...completeConcept(record, 'concept', 0), cosine: 0.61 }

test('a text that is near its vector is shown, one that is not gives way to what is known', () => {
  const sure = { text: 'It rained.', cosine: 0.93, confident: true }
  const written = { text: 'It poured.', cosine: 0.5, perToken: -1, fit: 0.31, confident: true }
  const unsure = { text: 'The whisky of streets.', cosine: 0.7, confident: false }
  assert.is(
    demonstratedText({ reconstruction: sure, next: { routing, nearest: known, decoded: written } }, plain),
    '  read back from its vector alone: "It rained." — cosine 0.930\n' +
      '  routed to expert 1 1.00\n' +
      '  predicted next: "It poured." — fit 0.310\n' +
      '  predicted next, as its nearest known sentence: "it rained all day" — example of rain, cosine 0.610\n',
  )
  const instead = 'nearest known: "it rained all day" — example of rain, cosine 0.610'
  assert.is(
    demonstratedText(
      {
        reconstruction: { ...unsure, nearest: known },
        next: { routing, nearest: known, decoded: { ...written, fit: 0.1, confident: false } },
      },
      plain,
    ),
    `  read back from its vector alone: no sentence is near this vector; ${instead}\n` +
      `  routed to expert 1 1.00\n  predicted next: no sentence that was written fits; ${instead}\n`,
  )
})

test.run()
