import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nextText } from '../../../lib/cli/output/next_lines.ts'

const plain = { dim: (text: string) => text }
const routing = { experts: [], weights: [], confidence: 1, domains: [] }
const sentence = (text: string, fit: number) => ({ text, cosine: 0.5, fit, perToken: -1 })

test('written sentences are shown up to the first one that does not fit what was predicted', () => {
  const lines = (...fits: number[]) =>
    nextText(
      {
        text: ['It rained.'],
        routing,
        written: {
          sentences: fits.map((fit, i) => sentence(`Text ${i}.`, fit)),
          ended: 'repetition',
        },
        retrieved: [{ text: 'The road is wet.', score: 0.5 }],
      },
      plain,
    ).split('\n')
  assert.equal(lines(0.31, 0.22), [
    'written:   "Text 0." — fit 0.310',
    'written:   "Text 1." — fit 0.220',
    'written:   the next sentence would say again what was said',
    'retrieved: "The road is wet." — score 0.500',
    '',
  ])
  assert.equal(lines(0.31, 0.219, 0.35), [
    'written:   "Text 0." — fit 0.310',
    'written:   no sentence that was found fits what is predicted: its fit is 0.219, less than 0.22',
    'retrieved: "The road is wet." — score 0.500',
    '',
  ])
})

test.run()
