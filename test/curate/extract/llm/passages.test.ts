import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { splitPassages } from '../../../../lib/curate/extract/llm/passages.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

test('passages hold every sentence, overlap by whole ones, and keep within their bounds', () => {
  const numbers = randomNumbers(2)
  const sentences = Array.from(
    { length: 60 },
    (_, i) => `Sentence ${i} has ${'word '.repeat(numbers.below(12))}in it.`,
  )
  const text = sentences.join(' ')
  for (const [characters, overlap] of [
    [200, 0],
    [200, 80],
    [400, 150],
    [100, 99],
  ] as const) {
    const passages = splitPassages(text, { source: 's' }, { characters, overlap })
    for (const [i, { text: part, position }] of passages.entries()) {
      assert.is(position, i)
      assert.ok(part.length <= characters, `${part.length}`)
      assert.ok(text.includes(part))
      assert.match(part, /^Sentence .*in it\.$/)
    }
    for (const sentence of sentences) assert.ok(passages.some(({ text: part }) => part.includes(sentence)))
    const all = passages.reduce((sum, { text: part }) => sum + part.length, 0)
    assert.ok(overlap === 0 ? all <= text.length : all > text.length)
  }
})

test('a sentence that is too long is cut, lines are counted, and an empty text has none', () => {
  const [first, second, third] = splitPassages(
    `One.\n\n${'x'.repeat(25)}`,
    { source: 's' },
    { characters: 13, overlap: 0 },
  )
  assert.equal([first!.text, first!.line], ['One.', 1])
  assert.equal([second!.text.length + third!.text.length, second!.line], [25, 3])
  assert.equal(splitPassages(' \n ', { source: 's' }), [])
  assert.throws(
    () => splitPassages('a', { source: 's' }, { characters: 10, overlap: 10 }),
    /^overlap: got 10/,
  )
})

test.run()
