import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makeTokens } from '../../../lib/text/tokenizers/tokens.ts'

test('a vocabulary has the ids that its model needs, and a piece that is not reserved', () => {
  const content = (pieces: number) => JSON.stringify(Array.from({ length: pieces }, (_, i) => [`p${i}`, -i]))
  const about = { kind: 'unigram', file: 'vocabulary.json', reserved: 2, start: 0, end: 9 } as const
  assert.throws(() => makeTokens(about, content(3)), /vocabulary\.json: 3 pieces; ids up to 9 are needed/)
  assert.throws(() => makeTokens(about, content(9)), /9 pieces; ids up to 9 are needed/)
  assert.is(makeTokens(about, content(10)).tokenizer.size, 10)
  const short = { ...about, reserved: 3, end: 1 }
  assert.throws(() => makeTokens(short, content(3)), /3 pieces; ids up to 3 are needed/)
  assert.is(makeTokens(short, content(4)).tokenizer.size, 4)
})

test.run()
