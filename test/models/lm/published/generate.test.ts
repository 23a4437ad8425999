// How published language models write texts: draws, stops, streams, limits, storages.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../../lib/core/errors.ts'
import type { GenerateOptions } from '../../../../lib/models/lm/generation/options.ts'
import { loadTextGenerator } from '../../../../lib/models/lm/load_text_generator.ts'
import type { GeneratedText } from '../../../../lib/models/lm/text_generator.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { allOf, cacheDir, type Gpt2Golden, goldenFolder, goldenOf, loaded, streamed } from './support.ts'

const gpt2 = await loaded('gpt2')
const { prompts } = goldenOf<Gpt2Golden>('gpt2')

test('the same seed draws the same texts, alone and among others; another one others', async () => {
  const how = { maxTokens: 12, temperature: 1.3, samples: 3, seed: 5 }
  const all = await gpt2.generate(prompts, how)
  for (const [i, text] of all.entries()) {
    assert.equal(await gpt2.generate(prompts[i]!, how), text)
    assert.is(text.alternatives.length, 2)
  }
  const one = await gpt2.generate(prompts[0]!, { ...how, samples: 1 })
  assert.equal(one.tokens, all[0]!.tokens, 'the first sample does not depend on how many there are')
  const other = await gpt2.generate(prompts[0]!, { ...how, seed: 6 })
  assert.is.not(other.text, all[0]!.text)
  assert.is(new Set(allOf(all[0]!).map(({ text }) => text)).size, 3)
})

test('drawn tokens are as frequent as the filters leave them likely', async () => {
  const { runs } = goldenOf<Gpt2Golden>('gpt2')
  const { logits } = runs[1]!
  for (const how of [
    { temperature: 2 },
    { temperature: 3, topK: 5 },
    { temperature: 1.5, topP: 0.7 },
    { temperature: 2, minP: 0.1 },
    // Of so flat ones the likeliest 256 do not suffice.
    { temperature: 30, topP: 0.99, repetitionPenalty: 1.5 },
    { temperature: 30, repetitionPenalty: 3 },
    { temperature: 2.5, topK: 40, topP: 0.9, minP: 0.05, repetitionPenalty: 1.5 },
  ]) {
    const expected = filtered(logits, runs[1]!.ids, how)
    const counts = new Map<number, number>()
    const n = 4096
    for (let seed = 0; seed < n / 64; seed++) {
      const found = await gpt2.generate(prompts[1]!, { ...how, maxTokens: 1, samples: 64, seed })
      for (const { tokens, logProbs } of allOf(found)) {
        const token = tokens[0]!
        counts.set(token, (counts.get(token) ?? 0) + 1)
        assert.ok(expected.has(token), `token ${token} should not be drawn with ${JSON.stringify(how)}`)
        const own = logits[token]! - Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0))
        assert.ok(Math.abs(logProbs[0]! - own) < 1e-4, 'the log-probability is that of the model')
      }
    }
    for (const [token, p] of expected) {
      const off = Math.abs((counts.get(token) ?? 0) - n * p)
      assert.ok(
        off < 5 * Math.sqrt(n * p * (1 - p)) + 1,
        `${JSON.stringify(how)}: token ${token} is ${off} off`,
      )
    }
  }
})

/** What transformers' processors leave, in their order: penalty, temperature, top-k, top-p, min-p. */
function filtered(
  logits: readonly number[],
  seen: readonly number[],
  {
    temperature,
    topK = logits.length,
    topP = 1,
    minP = 0,
    repetitionPenalty = 1,
  }: Pick<GenerateOptions, 'topK' | 'topP' | 'minP' | 'repetitionPenalty'> & { temperature: number },
): Map<number, number> {
  const punished = logits.map((l, i) =>
    seen.includes(i) ? (l < 0 ? l * repetitionPenalty : l / repetitionPenalty) : l,
  )
  const ranked = punished.map((l, token) => ({ token, p: Math.exp(l / temperature) }))
  let kept = ranked.sort((a, b) => b.p - a.p).slice(0, topK)
  const share = () => {
    const sum = kept.reduce((all, { p }) => all + p, 0)
    kept = kept.map(({ token, p }) => ({ token, p: p / sum }))
  }
  share()
  let before = 0
  kept = kept.filter(({ p }) => {
    const isKept = before < topP
    before += p
    return isKept
  })
  share()
  const least = minP * kept[0]!.p
  kept = kept.filter(({ p }) => p >= least)
  share()
  return new Map(kept.map(({ token, p }) => [token, p]))
}

test('a text ends before the first stop, also where that is spelled by several tokens', async () => {
  const whole = await gpt2.generate(prompts[0]!, { maxTokens: 30 })
  assert.ok(whole.text.startsWith(' was going out and water l'))
  for (const [stop, left] of [
    ['ing', ' was go'],
    [['never', ' out an', 'and'], ' was going'],
    ['w', ' '],
    [' was', ''],
    ['t and w', ' was going ou'],
  ] as const) {
    const text = await gpt2.generate(prompts[0]!, { maxTokens: 30, stop })
    assert.is(text.text, left)
    assert.is(text.ended, 'stop')
    assert.equal(text.tokens, whole.tokens.slice(0, text.tokens.length))
    const { pieces, text: same } = await streamed(gpt2, prompts[0]!, { maxTokens: 30, stop })
    assert.is(pieces.join(''), left)
    assert.equal(same, text)
  }
  const never = await gpt2.generate(prompts[0]!, { maxTokens: 9, stop: 'zebra' })
  assert.is(never.ended, 'length')
  assert.is(never.tokens.length, 9)
  const [best] = allOf(await gpt2.generate(prompts[0]!, { maxTokens: 30, beams: 3, stop: 'out' }))
  assert.is(best!.text, ' was going ')
})

test('pieces of a stream are whole characters, and together the text', async () => {
  for (const name of ['gpt2', 'mamba-hf', 't5']) {
    await using model = await loaded(name)
    for (const prompt of ['the tide', 'naïve café — 你好'])
      for (const how of [{}, { temperature: 2, seed: 3 }, { temperature: 3, stop: ['e', 'th'], seed: 4 }]) {
        const { pieces, text } = await streamed(model, prompt, { maxTokens: 24, ...how })
        assert.is(pieces.join(''), text.text)
        assert.ok(pieces.every((piece) => Buffer.from(piece).toString() === piece && piece !== ''))
        assert.equal(await model.generate(prompt, { maxTokens: 24, ...how }), text)
      }
  }
})

test('a stream that nobody reads further, or that is aborted, ends', async () => {
  for await (const piece of gpt2.stream('the tide', { maxTokens: 50 })) {
    assert.ok(piece.length > 0)
    break
  }
  const controller = new AbortController()
  const stream = gpt2.stream('the tide', { maxTokens: 50, signal: controller.signal })
  await stream.next()
  controller.abort(new Error('enough'))
  const failure = await stream.next().then(
    () => null,
    (error: Error) => error.message,
  )
  assert.is(failure, 'enough')
  const aborted = AbortSignal.abort(new Error('no'))
  for (const call of [
    () => gpt2.generate('a', { signal: aborted }),
    () => gpt2.score('a b', { signal: aborted }),
  ])
    assert.is(await call().then(String, (error: Error) => error.message), 'no')
})

test('a text ends where the context does', async () => {
  const long = 'the tide was going out and water left '.repeat(2)
  const count = gpt2.countTokens(long)
  assert.is(gpt2.contextTokens, 64)
  const texts = allOf(await gpt2.generate(long, { maxTokens: 100, temperature: 2, samples: 16 }))
  const whole = texts.filter(({ ended }) => ended === 'length')
  assert.ok(whole.length > 0)
  assert.ok(whole.every(({ tokens }) => tokens.length === 64 - count))
})

test('an empty prompt begins with the token that begins texts', async () => {
  const { tokens } = await gpt2.generate('', { maxTokens: 3 })
  assert.is(tokens.length, 3)
  const { nats, tokens: counted } = await gpt2.score('')
  assert.equal([nats, counted], [0, 0])
})

test('options that do not fit are refused by their names', async () => {
  const refused: [GenerateOptions, RegExp][] = [
    [
      { temperature: 0 },
      /temperature: got 0; expected a number above 0; left out, the likeliest token is taken/,
    ],
    [{ topP: 0 }, /topP: got 0; expected a number above 0/],
    [{ topP: 1.1 }, /topP: got 1.1/],
    [{ topK: 0 }, /topK: got 0/],
    [{ minP: -1 }, /minP: got -1/],
    [{ maxTokens: 0 }, /maxTokens: got 0/],
    [{ seed: -1 }, /seed: got -1/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty: got 0/],
    [{ samples: 65 }, /samples: got 65; expected 1 … 64/],
    [{ beams: 65 }, /beams: got 65; expected 1 … 64/],
    [{ beams: 2, topK: 3, seed: 1 }, /beams: got 2 with topK, seed; expected one or the other/],
    [{ lengthPenalty: 2 }, /lengthPenalty: got one beam; expected beams: 2 or more/],
    [{ stop: '' }, /stop: got ""; expected a text of a character or more/],
    [{ stop: ['a', ''] }, /stop\[1\]: got ""/],
    [{ beam: 2 } as GenerateOptions, /beam/],
  ]
  for (const [options, message] of refused)
    await rejects(() => gpt2.generate('a', options), 'BAD_ARGUMENT', message)
  await rejects(() => gpt2.stream('a', { beams: 2 }).next(), 'BAD_ARGUMENT', /beams: got 2; expected 1/)
  await rejects(() => gpt2.stream('a', { samples: 2 }).next(), 'BAD_ARGUMENT', /samples: got 2; expected 1/)
  await rejects(() => gpt2.generate(['a', 3 as never]), 'BAD_ARGUMENT', /prompts\[1\]: got 3/)
  await rejects(
    () => gpt2.generate('tide '.repeat(80)),
    'BAD_ARGUMENT',
    /prompt: got \d+ tokens; expected at most 63, so that one fits into the context after them/,
  )
})

test('beams that need more memory than is allowed are refused with both numbers', async () => {
  // 8 sequences of 64 tokens, whose keys and values in 2 layers are 2 · 32 f32 each.
  const bytes = 8 * 64 * 2 * 64 * 4
  await rejects(
    () => gpt2.generate('a', { beams: 5, cacheBytes: bytes - 1 }),
    'BAD_ARGUMENT',
    new RegExp(`beams: got 5, which takes ${bytes} bytes of caches; expected what fits into ${bytes - 1}`),
  )
  const whole = await gpt2.generate(prompts, { beams: 5, maxTokens: 10 })
  const turns = await gpt2.generate(prompts, { beams: 5, maxTokens: 10, cacheBytes: bytes })
  assert.equal(turns, whole, 'prompts that take turns get the same')
})

test('weights may be kept as they are not stored', async () => {
  const { tokens } = await gpt2.score('the tide was going out')
  for (const [storage, compute] of [
    ['bf16', 'f32'],
    ['bf16', 'bf16'],
    ['f16', 'f32'],
    ['q8_0', 'f32'],
    ['q4_0', 'f32'],
  ] as const)
    for (const name of ['gpt2', 'gpt2-untied']) {
      await using model = await loaded(name, { storage, compute })
      const found = await model.score('the tide was going out')
      assert.is(found.tokens, tokens)
      const written: GeneratedText = await model.generate('the tide', { maxTokens: 6 })
      assert.is(written.text, ' was going out and water l'.slice(0, written.text.length), storage)
    }
})

test('folders that are no language model, or damaged, are refused by their fields', async () => {
  const base = temporaryFolder()
  let copies = 0
  const copy = (more: object) => {
    const folder = join(base, `gpt2-${copies++}`)
    cpSync(goldenFolder('gpt2'), folder, { recursive: true })
    const path = join(folder, 'config.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...more }))
    return folder
  }
  const lacking = (name: string) => {
    const folder = copy({})
    rmSync(join(folder, name))
    return folder
  }
  const refused: [string, ErrorCode, RegExp][] = [
    [
      copy({ model_type: 'bert' }),
      'UNSUPPORTED',
      /config.json: model_type: got "bert"; expected gpt2, mamba, t5/,
    ],
    [copy({ n_layer: 3 }), 'BAD_FILE', /no tensor h.2.ln_1.weight/],
    [
      copy({ n_head: 5 }),
      'BAD_FILE',
      /config.json: config.heads: got 5; expected a divisor of the width, 32/,
    ],
    [copy({ n_embd: 16 }), 'BAD_FILE', /the model needs/],
    [copy({ eos_token_id: 999 }), 'BAD_FILE', /config.json: eos_token_id: got 999; expected a token below/],
    [copy({ scale_attn_weights: false }), 'UNSUPPORTED', /scale_attn_weights: got false; expected true/],
    [copy({ vocab_size: 10 }), 'BAD_FILE', /wte.weight is .*; the model needs \[10, 32\]/],
    [lacking('tokenizer.json'), 'NOT_FOUND', /no tokenizer/],
    [lacking('model.safetensors'), 'NOT_FOUND', /no weights/],
    ['no-such-model-here', 'NOT_FOUND', /language model "no-such-model-here": neither a known name \(gpt2/],
  ]
  for (const [folder, code, message] of refused)
    await rejects(() => loadTextGenerator(folder, { cacheDir }), code, message)
  await rejects(() => loaded('gpt2', { storage: 'q2' as never }), 'BAD_ARGUMENT', /storage: got "q2"/)
  await rejects(() => loaded('gpt2', { dims: 3 } as never), 'BAD_ARGUMENT', /dims/)
})

test('what a call has left in memory, also one that was aborted, is not in the next one', async () => {
  for (const name of ['gpt2', 'mamba-hf', 't5']) {
    const model = await loaded(name)
    const how = { maxTokens: 10 }
    const first = await model.generate('the cat', how)
    const abort = new AbortController()
    const aborted = model.generate(['a dog', 'the bird'], { ...how, maxTokens: 40, signal: abort.signal })
    setImmediate(() => abort.abort(new Error('enough')))
    await aborted.catch(({ message }: Error) => assert.is(message, 'enough'))
    const [again, ...both] = await Promise.all([
      model.generate('the cat', how),
      model.generate('a dog', how),
      model.generate('the cat', how),
    ])
    assert.equal([again, both[1]], [first, first], name)
    model.dispose()
  }
})

test('a disposed model says so', async () => {
  const model = await loaded('gpt2')
  model.dispose()
  await rejects(() => model.generate('a'), 'DISPOSED', /disposed/)
})

test.after(() => gpt2.dispose())
test.run()
