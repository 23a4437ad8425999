import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nextText } from '../../../lib/cli/output/next_lines.ts'

const plain = { dim: (text: string) => text }
const routing = { experts: [], weights: [], confidence: 1, domains: [] }
const sentence = (text: string, cosine: number) => ({ text, cosine, perToken: -1 })

test('written sentences are shown up to the first one that is not near what was predicted', () => {
  const lines = (...cosines: number[]) =>
    nextText(
      {
        text: ['It rained.'],
        routing,
        written: {
          sentences: cosines.map((cosine, i) => sentence(`Text ${i}.`, cosine)),
          ended: 'repetition',
        },
        retrieved: [{ text: 'The road is wet.', score: 0.5 }],
      },
      plain,
    ).split('\n')
  assert.equal(lines(0.91, 0.8), [
    'written:   "Text 0." — cosine 0.910',
    'written:   "Text 1." — cosine 0.800',
    'written:   the next sentence would say again what was said',
    'retrieved: "The road is wet." — score 0.500',
    '',
  ])
  assert.equal(lines(0.91, 0.799, 0.95), [
    'written:   "Text 0." — cosine 0.910',
    'written:   no sentence is near what is predicted: the nearest that was found has cosine 0.799, less than 0.8',
    'retrieved: "The road is wet." — score 0.500',
    '',
  ])
})

test.run()
