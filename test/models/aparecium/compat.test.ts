// compat: the texts of the original's own search, which the golden has with all its steps.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { scoreTexts } from '../../../lib/models/inverter/refine/score.ts'
import { freeRules } from '../../../lib/models/inverter/search/draw.ts'
import { greedySearch } from '../../../lib/models/inverter/search/greedy.ts'
import { searchTexts } from '../../../lib/models/inverter/search/search.ts'
import { rejects } from '../../support/rejects.ts'
import { golden, rows, some, tinyAparecium, tinyParts, vectors } from './support.ts'

const [eos] = golden.ids[0]!

test('the beams of the original stay alike, and so it is greedy', () => {
  for (const { texts, ids } of golden.original) {
    assert.is(new Set(texts).size, 1)
    assert.is(new Set(ids.map((one) => one.join())).size, 1)
  }
  const stopped = golden.original.map(({ ids }) => ids[0]!.at(-1) === eos)
  assert.ok(stopped.includes(true) && stopped.includes(false))
})

test('compat gives the text of the original, and what its decoder says of it', async () => {
  using inverter = await tinyAparecium()
  const found = await inverter.invert(vectors, { compat: true })
  for (const [i, { best, candidates, calls }] of found.entries()) {
    const { texts, ids } = golden.original[i]!
    assert.is(best!.text, texts[0])
    assert.is(best!.stopped, ids[0]!.at(-1) === eos)
    assert.equal([candidates.length, calls], [1, 1])
  }
})

test('token by token, with the log-probability of the original', async () => {
  const { network, disposeParts } = await tinyParts()
  try {
    const own = { ...network, habits: { ...network.habits, opening: null, isWhole: null } }
    const rules = { ...freeRules(own), maxTokens: golden.sizes.maxTokens - 1 }
    const options = { rowsPerVector: 1, k: 1, guidance: 1, rescore: null }
    const found = await searchTexts(own, rows, rules, () => greedySearch(rules), options)
    for (const [i, [text]] of found.entries()) {
      const { ids, logProbs } = golden.original[i]!
      assert.equal(
        text!.tokens,
        ids[0]!.slice(1).filter((id) => id !== eos),
      )
      assert.ok(Math.abs(text!.logProb - logProbs[0]!) < 1e-3, `${text!.logProb} ${logProbs[0]}`)
      if (!text!.stopped) continue
      const [score] = await scoreTexts(own, [{ tokens: text!.tokens, vector: rows[i]! }], 0, {})
      const sum = score!.surprises.reduce((total, x) => total + x, 0)
      assert.ok(Math.abs(sum + text!.logProb) < 1e-3)
    }
  } finally {
    disposeParts()
  }
})

test('beam, alpha and constraints change nothing there; a vector alone gets what it gets in a batch', async () => {
  using inverter = await tinyAparecium()
  const all = await inverter.invert(vectors, { compat: true })
  const constraints = { include: ['$ACME'] }
  for (const options of [{ beam: 1 }, { beam: 9, alpha: 50 }, { constraints }])
    assert.equal(await inverter.invert(vectors, { compat: true, ...options }), all)
  assert.equal(await inverter.invert(some(2), { compat: true }), [all[2]])
  const each: unknown[] = []
  for await (const one of inverter.invertEach(vectors, { compat: true })) each.push(one)
  assert.equal(each, all)
})

test('its length counts the start token', async () => {
  using inverter = await tinyAparecium()
  const [, long] = await inverter.invert(some(0, 1), { compat: true, maxTokens: 5 })
  const ids = golden.original[1]!.ids[0]!.slice(1, 5)
  const { disposeParts, bytes } = await tinyParts()
  assert.is(long!.best!.text, bytes.spaced.pieces.text(ids))
  disposeParts()
})

test('what the original has no such thing of is named', async () => {
  using inverter = await tinyAparecium()
  for (const [options, name] of [
    [{ sampling: {} }, 'sampling'],
    [{ refine: 3 }, 'refine'],
    [{ noRepeatNgram: 2 }, 'noRepeatNgram'],
    [{ lengthPenalty: 1 }, 'lengthPenalty'],
    [{ words: 'any' }, 'words'],
  ] as const)
    await rejects(
      () => inverter.invert(vectors, { compat: true, ...options }),
      'BAD_ARGUMENT',
      new RegExp(`^${name}: got .*; expected nothing beside compat`),
    )
  for (const maxTokens of [1, 25, 2.5, '3'])
    await rejects(
      () => inverter.invert(vectors, { compat: true, maxTokens: maxTokens as number }),
      'BAD_ARGUMENT',
      /^maxTokens: got .*; expected a whole number from 2 to 24$/,
    )
  await rejects(() => inverter.invert(vectors, { compat: 1 } as never), 'BAD_ARGUMENT', /^compat: got 1/)
})

test.run()
