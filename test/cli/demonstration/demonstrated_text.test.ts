import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { demonstratedText } from '../../../lib/cli/demonstration/demonstration.ts'

const plain = { dim: (text: string) => text }
const routing = { experts: [1], weights: [1], confidence: 1, domains: [] }
const known = {
  id: 'rain',
  kind: 'example',
  words: ['rain'],
  text: 'it rained all day',
  cosine: 0.61,
} as const

test('a text that is near its vector is shown, one that is not gives way to what is known', () => {
  const sure = { text: 'It rained.', cosine: 0.93, confident: true }
  const unsure = { text: 'The whisky of streets.', cosine: 0.7, confident: false }
  assert.is(
    demonstratedText({ reconstruction: sure, next: { routing, nearest: known, decoded: sure } }, plain),
    '  read back from its vector alone: "It rained." — cosine 0.930\n' +
      '  routed to expert 1 1.00\n' +
      '  predicted next: "It rained." — cosine 0.930\n' +
      '  predicted next, as its nearest known sentence: "it rained all day" — example of rain, cosine 0.610\n',
  )
  const none =
    'no sentence is near this vector; nearest known: "it rained all day" — example of rain, cosine 0.610'
  assert.is(
    demonstratedText(
      {
        reconstruction: { ...unsure, nearest: known },
        next: { routing, nearest: known, decoded: unsure },
      },
      plain,
    ),
    `  read back from its vector alone: ${none}\n  routed to expert 1 1.00\n  predicted next: ${none}\n`,
  )
})

test.run()
