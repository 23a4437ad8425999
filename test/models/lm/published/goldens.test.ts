// Published language models against transformers.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDecoding } from '../../../../lib/models/lm/decoding/decoding.ts'
import { openLanguageParts } from '../../../../lib/models/lm/published/open.ts'
import { allOf, cacheDir, type Gpt2Golden, goldenFolder, goldenOf, loaded } from './support.ts'

const farthest = (a: ArrayLike<number>, b: readonly number[]) =>
  b.reduce((most, own, i) => Math.max(most, Math.abs(own - a[i]!)), 0)

for (const name of ['gpt2', 'gpt2-untied']) {
  test(`${name}: logits of whole prompts, alone, in a batch and token by token`, async () => {
    const { runs } = goldenOf<Gpt2Golden>(name)
    const { network } = await openLanguageParts(goldenFolder(name), cacheDir, {})
    using _ = network
    const k = network.config.vocabulary
    const question = {
      ...{ telling: { k, tellsAll: false, penalised: 0 }, sharpness: 1, penalty: 1, seen: null },
    }
    const logitsOf = ({ tokens, values }: { tokens: Int32Array; values: Float32Array }) => {
      const found = new Float32Array(k)
      for (const [i, token] of tokens.entries()) found[token] = values[i]!
      return found
    }
    const size = { sequences: 8, capacity: 64, memory: 64 }
    using together = openDecoding(network, size)
    const parts = runs.map(({ ids }, i) => ({ sequence: runs.length - 1 - i, tokens: ids }))
    const batch = (await together.read(parts, question, {})).map(logitsOf)
    for (const [i, { ids, logits }] of runs.entries()) {
      using alone = openDecoding(network, size)
      const [own] = (await alone.read([{ sequence: 3, tokens: ids }], question, {})).map(logitsOf)
      assert.ok(farthest(own!, logits) < 1e-4, `prompt ${i}`)
      assert.equal(batch[i], own, 'the same bits in a batch')
      alone.restart()
      let last = own
      for (const token of ids)
        last = (await alone.read([{ sequence: 1, tokens: [token] }], question, {})).map(logitsOf)[0]
      assert.equal(last, own, 'the same bits by a cache')
      await alone.copy([{ from: 1, to: 6 }], {})
      const [[a], [b]] = [
        await alone.read([{ sequence: 1, tokens: [7] }], question, {}),
        await alone.read([{ sequence: 6, tokens: [7] }], question, {}),
      ]
      assert.equal(a, b, 'a copied sequence goes on alike')
    }
  })

  test(`${name}: greedy texts, their log-probabilities and penalties; alone and side by side`, async () => {
    const { prompts, runs } = goldenOf<Gpt2Golden>(name)
    await using model = await loaded(name)
    const batch = await model.generate(prompts, { maxTokens: 16 })
    for (const [i, { tokens, logProbs, text, penalised }] of runs.entries()) {
      const own = await model.generate(prompts[i]!, { maxTokens: 16 })
      assert.equal(own.tokens, tokens)
      assert.is(own.text, text)
      assert.is(own.ended, tokens.length < 16 || text === '' ? 'end' : own.ended)
      assert.ok(farthest(own.logProbs, logProbs) < 1e-4)
      assert.equal(batch[i], own)
      const other = await model.generate(prompts[i]!, { maxTokens: 16, repetitionPenalty: 1.7 })
      assert.equal(other.tokens, penalised)
    }
  })

  test(`${name}: beams and their scores, for several length penalties`, async () => {
    const { prompts, runs } = goldenOf<Gpt2Golden>(name)
    await using model = await loaded(name)
    for (const how of Object.keys(runs[0]!.beams)) {
      const [beams, lengthPenalty] = how.split(' ').map(Number) as [number, number]
      const found = await model.generate(prompts, { maxTokens: 16, beams, lengthPenalty })
      for (const [i, text] of found.entries()) {
        const { tokens, scores } = runs[i]!.beams[how]!
        const own = allOf(text)
        assert.is(own.length, beams)
        for (const [place, one] of own.entries()) {
          assert.equal(one.tokens, tokens[place]!.slice(0, one.tokens.length), `${how}, prompt ${i}`)
          assert.ok(Math.abs(one.score - scores[place]!) < 1e-4)
        }
      }
    }
  })

  test(`${name}: scores, and those of a text longer than the context`, async () => {
    const { score, long } = goldenOf<Gpt2Golden>(name)
    await using model = await loaded(name)
    const found = await model.score([score.text, long.text, score.text])
    for (const [i, { text, nats, tokens }] of [score, long].entries()) {
      const own = found[i]!
      assert.is(own.tokens, tokens)
      assert.ok(Math.abs(own.nats - nats) < 1e-5 * nats)
      assert.is(own.bytes, Buffer.byteLength(text))
      assert.ok(Math.abs(own.bitsPerToken * tokens * Math.LN2 - own.nats) < 1e-9 * nats)
      assert.ok(Math.abs(own.bitsPerByte * own.bytes * Math.LN2 - own.nats) < 1e-9 * nats)
    }
    assert.equal(found[2], found[0])
    assert.equal(await model.score(long.text), found[1])
  })
}

interface SearchGolden {
  readonly prompts?: readonly string[]
  readonly texts?: readonly string[]
  readonly runs: readonly {
    readonly greedy: readonly number[]
    readonly beams: readonly (readonly number[])[]
    readonly beamScores: readonly number[]
  }[]
}

for (const [name, maxTokens] of [
  ['mamba-hf', 10],
  ['t5', 20],
  ['t5-v11', 20],
] as const)
  test(`${name}: greedy and beam texts, alone and side by side`, async () => {
    const { prompts, texts, runs } = goldenOf<SearchGolden>(name)
    const given = (prompts ?? texts)!
    await using model = await loaded(name)
    const beams = runs[0]!.beams.length
    const all = await model.generate(given, { maxTokens, beams })
    for (const [i, { greedy, ...run }] of runs.entries()) {
      const own = await model.generate(given[i]!, { maxTokens: greedy.length })
      assert.equal(own.tokens, greedy)
      assert.equal(all[i], await model.generate(given[i]!, { maxTokens, beams }))
      for (const [place, one] of allOf(all[i]!).entries()) {
        assert.equal(one.tokens, run.beams[place]!.slice(0, one.tokens.length), `prompt ${i}, ${place}`)
        assert.ok(Math.abs(one.score - run.beamScores[place]!) < 1e-4)
      }
    }
  })

test('a long text in one pass is the sum of its parts, where states go on', async () => {
  await using model = await loaded('mamba-hf')
  const text = 'the tide was going out and water left the bay quickly. '.repeat(20)
  const whole = await model.score(text)
  assert.ok(whole.tokens > 400)
  const first = text.slice(0, 14 * 55 - 1) // before a space, which belongs to the next word
  const [head, tail] = [
    await model.score(first),
    await model.score(text.slice(first.length), { prompt: first }),
  ]
  assert.is(head.tokens + tail.tokens, whole.tokens)
  assert.ok(Math.abs(head.nats + tail.nats - whole.nats) < 1e-3)
})

test.run()
