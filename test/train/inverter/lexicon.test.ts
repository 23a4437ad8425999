import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makeLexicon } from '../../../lib/text/lexicon.ts'
import { trainingWords } from '../../../lib/train/inverter/lexicon.ts'

test('words that come twice, and those of WordNet', async () => {
  const words = await trainingWords(['Squeezlings came, and squeezlings went.', 'A mizprint came.'])
  assert.ok(words.includes('squeezlings') && !words.includes('mizprint'))
  for (const word of ['harbour', 'lighthouse', 'antarctic', "o'clock"]) assert.ok(words.includes(word), word)
  assert.is(new Set(words).size, words.length)
  const lexicon = makeLexicon(words)
  assert.ok(lexicon.covers('The Squeezlings’ lighthouse came.'.replace('The ', '')))
  assert.not.ok(lexicon.covers('The mizprint'))
})

test.run()
