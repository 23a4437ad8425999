// A bundle's lexicon: no text has a word that is not in it, or that the caller does not name.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { InvertOptions } from '../../../lib/index.ts'
import { loadInverter, saveInverter } from '../../../lib/index.ts'
import { wordsOf } from '../../../lib/text/lexicon.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { encoded, someTexts, tokens, worldConfig, worldValues } from './tiny_world.ts'

const folder = join(temporaryFolder(), 'tiny')
const lexicon = ['the', 'a', 'sea', 'ship', 'king', 'queen', 'sails', 'old', 'and']
const about = {
  ...{ config: worldConfig, tokens, parameters: worldValues() },
  ...{ licence: 'Apache-2.0', trainingData: 'none', lexicon },
}
await saveInverter(folder, about)
const load = () => loadInverter(folder, { encoder: bagOfWords() })
const vectors = encoded(someTexts(12, 5))

/** Words of all texts that are given. */
async function words(options: InvertOptions): Promise<Set<string>> {
  await using inverter = await load()
  const found = await inverter.invert(vectors, { candidates: 4, ...options })
  assert.ok(found.every(({ best }) => best !== null))
  const texts = found.flatMap(({ candidates, nearest, likeliest }) => [...candidates, nearest!, likeliest!])
  return new Set(texts.flatMap(({ text }) => wordsOf(text)))
}

const WAYS: Readonly<Record<string, InvertOptions>> = {
  'a beam': { refine: 0 },
  'a beam of one': { refine: 0, beam: 1 },
  samples: { refine: 0, sampling: { samples: 8, seed: 3 } },
  refinement: { refine: 120 },
}
for (const [name, options] of Object.entries(WAYS))
  test(`${name}: only words of the lexicon`, async () => {
    const own = await words(options)
    assert.ok(own.size > 0 && [...own].every((word) => lexicon.includes(word)), [...own].join(' '))
    const any = await words({ ...options, words: 'any' })
    assert.ok(
      [...any].some((word) => !lexicon.includes(word)),
      'nothing to forbid',
    )
  })

test('words that the caller names may come, in any case, and those that must', async () => {
  const own = await words({ refine: 120, words: ['Storm', 'red wind'] })
  for (const word of own) assert.ok([...lexicon, 'storm', 'red', 'wind'].includes(word), word)
  assert.ok(['storm', 'red', 'wind'].some((word) => own.has(word)))
  const kept = await words({ refine: 60, constraints: { include: ['zoo'] } })
  assert.ok(kept.has('zoo'))
  for (const word of kept) assert.ok([...lexicon, 'zoo'].includes(word), word)
})

test('a lexicon without any word that could be written leaves no text, and says so', async () => {
  const other = join(temporaryFolder(), 'other')
  await saveInverter(other, { ...about, lexicon: ['éé'] })
  await using inverter = await loadInverter(other, { encoder: bagOfWords() })
  for (const { best, candidates } of await inverter.invert(vectors, { refine: 20 })) {
    for (const { text } of candidates) assert.equal(wordsOf(text), [])
    if (candidates.length === 0) assert.is(best, null)
  }
})

test('what is no lexicon is refused, in a bundle and by the one who saves', async () => {
  const path = join(folder, 'lexicon.txt')
  assert.is(
    readFileSync(path, 'utf8'),
    [...lexicon]
      .sort()
      .map((word) => `${word}\n`)
      .join(''),
  )
  const other = join(temporaryFolder(), 'other')
  for (const wrong of [['Sea'], ['two words'], ['']])
    await rejects(() => saveInverter(other, { ...about, lexicon: wrong }), 'BAD_ARGUMENT', /^words: got/)
  writeFileSync(path, 'the\nSea\n')
  await rejects(load, 'BAD_FILE', /lexicon\.txt/)
  rmSync(path)
  await rejects(load, 'NOT_FOUND', /lexicon\.txt/)
})

test('words that are none are refused by name', async () => {
  await saveInverter(folder, about)
  await using inverter = await load()
  for (const wrong of [['12'], [''], [3], 'some', {}])
    await rejects(() => inverter.invert(vectors, { words: wrong as string[] }), 'BAD_ARGUMENT', /^words/)
})

test.run()
