// Texts that are written with guesses are those that are written without, bit for bit.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { GenerateOptions, SpeculateOptions } from '../../../../lib/models/lm/generation/options.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'
import { rejects } from '../../../support/rejects.ts'
import { loaded, streamed } from '../published/support.ts'

const WORDS = 'the tide was going out and water left a judge read it never ship cold naïve 好'.split(' ')

function randomPrompts(count: number, seed: number): string[] {
  const random = randomNumbers(seed, 0)
  return Array.from({ length: count }, () => {
    const drawn = Array.from({ length: 1 + random.below(6) }, () => WORDS[random.below(WORDS.length)]!)
    return random.below(3) === 0 ? [...drawn, ...drawn].join(' ') : drawn.join(' ')
  })
}

const drafts: readonly SpeculateOptions[] = [
  { draft: 'ngram' },
  { draft: 'ngram', length: 1, maxNgram: 1 },
  { draft: 'ngram', length: 20, maxNgram: 2 },
]

for (const [name, other] of [
  ['gpt2', 'gpt2-untied'],
  ['gpt2-untied', 'gpt2'],
  ['mamba-hf', 'mamba-hf'],
  ['t5', 't5-v11'],
  ['t5-v11', 't5'],
] as const)
  test(`${name}: texts and log-probabilities with every draft, alone and side by side`, async () => {
    await using model = await loaded(name)
    await using drafter = await loaded(other)
    const prompts = randomPrompts(12, 7)
    const all = [...drafts, { draft: drafter }, { draft: drafter, length: 3 }, { draft: model, length: 5 }]
    for (const how of [{ maxTokens: 24 }, { maxTokens: 11, repetitionPenalty: 1.3, stop: ['e', ' wat'] }]) {
      const plain = await model.generate(prompts, how)
      for (const speculate of all) {
        const own = await model.generate(prompts, { ...how, speculate })
        assert.equal(own, plain, JSON.stringify(speculate))
        for (const i of [0, 5])
          assert.equal(await model.generate(prompts[i]!, { ...how, speculate }), plain[i])
      }
    }
  })

test('a stop inside a guess ends the text, and so does the last token that is allowed', async () => {
  for (const name of ['gpt2', 'mamba-hf', 't5']) {
    await using model = await loaded(name)
    const [prompt] = randomPrompts(1, 3)
    const whole = await model.generate(prompt!, { maxTokens: 40 })
    // The model itself guesses all tokens right.
    const speculate = { draft: model, length: 32 }
    assert.equal(await model.generate(prompt!, { maxTokens: 40, speculate }), whole)
    for (let at = 1; at < whole.text.length; at += 3) {
      const how = { maxTokens: 40, stop: whole.text.slice(at, at + 3) }
      const plain = await model.generate(prompt!, how)
      assert.is(plain.ended, 'stop')
      const { pieces, text } = await streamed(model, prompt!, { ...how, speculate })
      assert.equal(text, plain)
      assert.is(pieces.join(''), plain.text)
    }
    for (let maxTokens = 1; maxTokens < 9; maxTokens++) {
      const plain = await model.generate(prompt!, { maxTokens })
      assert.equal(await model.generate(prompt!, { maxTokens, speculate }), plain)
    }
  }
})

test('the end of a text inside a guess', async () => {
  let ends = 0
  for (const name of ['gpt2', 'mamba-hf', 't5', 't5-v11']) {
    await using model = await loaded(name)
    for (const prompt of randomPrompts(20, 5)) {
      const plain = await model.generate(prompt, { maxTokens: 30 })
      if (plain.ended !== 'end' || plain.tokens.length < 3) continue
      ends++
      for (const draft of ['ngram', model] as const)
        assert.equal(await model.generate(prompt, { maxTokens: 30, speculate: { draft, length: 16 } }), plain)
    }
  }
  assert.ok(ends > 5)
})

test('a text that fills the context, with a draft that has as much', async () => {
  await using model = await loaded('gpt2')
  const prompt = 'the tide was going out and water left '.repeat(2)
  const plain = await model.generate([prompt, 'the tide'], { maxTokens: 100 })
  for (const draft of ['ngram', model] as const) {
    const own = await model.generate([prompt, 'the tide'], {
      maxTokens: 100,
      speculate: { draft, length: 9 },
    })
    assert.equal(own, plain)
  }
})

test('more texts than guesses have room for, and prompts that take turns', async () => {
  for (const name of ['gpt2', 'mamba-hf']) {
    await using model = await loaded(name)
    const prompts = randomPrompts(70, 9)
    const plain = await model.generate(prompts, { maxTokens: 8 })
    for (const draft of ['ngram', model] as const) {
      const how = { maxTokens: 8, speculate: { draft } }
      assert.equal(await model.generate(prompts, how), plain)
      assert.equal(
        await model.generate(prompts.slice(0, 6), { ...how, cacheBytes: 2 ** 17 }),
        plain.slice(0, 6),
      )
    }
  }
})

test('weights that are kept narrow, and products of bf16', async () => {
  for (const name of ['gpt2', 'mamba-hf', 't5'])
    for (const [storage, compute] of [
      ['bf16', 'bf16'],
      ['f16', 'f32'],
      ['q8_0', 'f32'],
      ['q4_0', 'f32'],
    ] as const) {
      await using model = await loaded(name, { storage, compute })
      const prompts = randomPrompts(4, 11)
      const plain = await model.generate(prompts, { maxTokens: 24 })
      for (const draft of ['ngram', model] as const)
        assert.equal(await model.generate(prompts, { maxTokens: 24, speculate: { draft } }), plain)
    }
})

test('a call that is aborted ends, and nothing is freed under it', async () => {
  await using model = await loaded('gpt2')
  const drafter = await loaded('gpt2-untied')
  const speculate = { draft: drafter }
  const controller = new AbortController()
  const stream = model.stream('the tide', { maxTokens: 50, speculate, signal: controller.signal })
  await stream.next()
  controller.abort(new Error('enough'))
  const failure = async () => {
    while (!(await stream.next()).done);
  }
  assert.is(await failure().then(String, (error: Error) => error.message), 'enough')
  const under = model.generate('the tide', { maxTokens: 20, speculate })
  drafter.dispose()
  assert.equal(await under, await model.generate('the tide', { maxTokens: 20 }))
  await rejects(() => model.generate('the tide', { speculate }), 'DISPOSED', /disposed/)
})

test('what does not go with it is refused by its name', async () => {
  await using model = await loaded('gpt2')
  await using t5 = await loaded('t5')
  await using mamba = await loaded('mamba-hf')
  const draft = 'ngram'
  const refused: [GenerateOptions, RegExp][] = [
    [{ speculate: { draft }, temperature: 2, seed: 1 }, /speculate: got it with temperature, seed; expected/],
    [{ speculate: { draft }, beams: 2 }, /speculate: got it with beams; expected/],
    [{ speculate: { draft: 'gpt2' as never } }, /speculate.draft: got "gpt2"; expected 'ngram' or/],
    [{ speculate: { draft: null as never } }, /speculate.draft: got null/],
    [{ speculate: {} as never }, /speculate.draft: got undefined/],
    [{ speculate: { draft: { ...model } } }, /speculate.draft: got an object; expected 'ngram' or what/],
    [{ speculate: { draft, length: 0 } }, /speculate.length: got 0; expected 1 … 32/],
    [{ speculate: { draft, length: 33 } }, /speculate.length: got 33/],
    [{ speculate: { draft, maxNgram: 0 } }, /speculate.maxNgram: got 0; expected 1 … 16/],
    [{ speculate: { draft: model, maxNgram: 2 } }, /speculate.maxNgram: got 2 with a text generator/],
    [{ speculate: { draft, size: 2 } as never }, /speculate.size: no such option/],
  ]
  for (const [options, message] of refused) {
    await rejects(() => model.generate('a', options), 'BAD_ARGUMENT', message)
    await rejects(() => model.stream('a', options).next(), 'BAD_ARGUMENT', message)
  }
  for (const [other, why] of [
    [t5, /speculate.draft: .*t5 cannot guess for .*gpt2: one of them reads prompts with an encoder/],
    [mamba, /speculate.draft: .*mamba-hf cannot guess for .*gpt2: its tokens are others/],
  ] as const)
    await rejects(() => model.generate('a', { speculate: { draft: other } }), 'UNSUPPORTED', why)
})

test.run()
