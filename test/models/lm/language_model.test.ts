import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { weightsOf } from '../../../lib/layers/weights.ts'
import { languageModelHidden, tokenInputs } from '../../../lib/models/lm/forward.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { packTokens } from '../../../lib/text/packed_tokens.ts'
import { plainMambaBlock, plainRmsNorm } from '../../support/plain_mamba.ts'
import { rejects } from '../../support/rejects.ts'
import { logSoftmax, runOnce, sameBits } from '../inverter/support.ts'
import { someTexts } from '../inverter/tiny_world.ts'
import { config, parameters, specs, tinyLanguageModel, tokens } from './support.ts'

const { start, end, dModel } = config
const model = tinyLanguageModel()
const encode = (text: string) => [...tokens.tokenizer.encode(text)]
const texts = someTexts(40)

/** Surprises of the tokens after each of `ids`, by the model's equations in f64. */
function plainSurprises(ids: readonly number[]): number[] {
  const table = parameters['tokens.weight']!
  const rowOf = (id: number) => [...table.subarray(id * dModel, (id + 1) * dModel)]
  const inBlock = (i: number) =>
    Object.fromEntries(
      Object.entries(parameters)
        .filter(([name]) => name.startsWith(`blocks.${i}.`))
        .map(([name, values]) => [name.slice(`blocks.${i}.`.length), values]),
    )
  let rows = ids.slice(0, -1).map(rowOf)
  for (let i = 0; i < config.blocks; i++) rows = plainMambaBlock(inBlock(i), rows)
  return rows.map((row, t) => {
    const last = plainRmsNorm(parameters['norm_f.weight']!, row)
    const logits = Array.from({ length: config.vocabulary }, (_, id) =>
      rowOf(id).reduce((sum, w, i) => sum + w * last[i]!, parameters['head.bias']![id]!),
    )
    return -logSoftmax(logits)[ids[t + 1]!]!
  })
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length
function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 2e-5, `${actual}, not ${expected}`)
}

/** Last hidden rows of sequences of ids, one after the other. */
function hiddenRows(
  sequences: readonly (readonly number[])[],
  compute: 'f32' | 'bf16' = 'f32',
): Float32Array {
  const { ids, offsets, rows } = packTokens(sequences, sequences.length + 1)
  const { hidden } = runOnce(
    specs,
    parameters,
    tokenInputs({ rows: rows + 5, sequences: sequences.length + 1 }),
    (values) => ({ outputs: { hidden: languageModelHidden(config, weightsOf(values), compute) } }),
    { ids, offsets },
    { scalars: { rows } },
  )
  return hidden!
}

test('the surprise is that of the equations, the end included', async () => {
  const found = await model.surprise([...texts.slice(0, 5), ''])
  for (const [i, { nats, tokens }] of found.entries()) {
    const ids = [start, ...encode(texts.slice(0, 5)[i] ?? ''), end]
    near(nats, mean(plainSurprises(ids)))
    assert.is(tokens, ids.length - 1)
  }
  assert.is(found[5]!.tokens, 1)
})

test('what was read before is the beginning of the same sequence', async () => {
  const [text, one, two] = texts as [string, string, string]
  const [{ nats, tokens: count }] = (await model.surprise([text], { before: [[one, '', two]] })) as [
    { nats: number; tokens: number },
  ]
  const ids = [start, ...encode(one), end, ...encode(two), end, ...encode(text), end]
  assert.is(count, encode(text).length + 1)
  near(nats, mean(plainSurprises(ids).slice(-count)))
  const surprise = async (before: readonly string[], context?: number) =>
    (await model.surprise([text], { before: [before], context }))[0]!.nats
  const alone = (await model.surprise([text]))[0]!.nats
  assert.is(await surprise([]), alone)
  assert.is(await surprise([one, two], 0), alone)
  // Whole sentences, as many as there is room for, or the last tokens of the last one.
  const [first, second] = [encode(one).length + 1, encode(two).length + 1]
  assert.is(await surprise([one, two], first + second), nats)
  assert.is(await surprise([one, two], first + second - 1), await surprise([two]))
  assert.is.not(await surprise([two], second - 1), await surprise([two]))
  const cut = [start, ...encode(two).slice(1), end, ...encode(text), end]
  near(await surprise([one, two], second - 1), mean(plainSurprises(cut).slice(-count)))
})

test('a text gets the same alone and among others, whatever is read before them', async () => {
  const before = texts.map((_, i) => Array.from({ length: i }, (_, s) => texts[(i * 7 + s) % texts.length]!))
  const given = [
    ...texts,
    ...texts,
    texts.join(' '),
    ...Array.from({ length: 300 }, (_, i) => texts[i % 40]!),
  ]
  const lists = given.map((_, i) => before[i] ?? [])
  const all = await model.surprise(given, { before: lists })
  for (const i of [0, 1, 5, 39, 40, 80, 81, 380]) {
    const [alone] = await model.surprise([given[i]!], { before: [lists[i]!], threads: 1 })
    assert.equal(alone, all[i], `${i}`)
  }
  assert.equal(
    all.slice(40, 80).map(({ nats }) => nats),
    (await model.surprise(texts)).map(({ nats }) => nats),
  )
  assert.is(new Set(all.slice(0, 40).map(({ nats }) => nats)).size, 40)
})

test('a row sees its own sequence up to itself alone', () => {
  const sequences = texts.slice(0, 3).map((text) => [start, ...encode(text), end])
  const whole = hiddenRows(sequences)
  let row = 0
  for (const [s, ids] of sequences.entries()) {
    for (let t = 1; t < ids.length; t++) {
      const changed = sequences.map((own, i) => (i === s ? own.map((id, j) => (j < t ? id : 7 + j)) : own))
      const after = hiddenRows(changed)
      const upTo = (row + t) * dModel
      assert.ok(sameBits(after.subarray(0, upTo), whole.subarray(0, upTo)), `${s}, ${t}`)
      assert.not.ok(sameBits(after, whole), `${s}, ${t}: nothing changed at all`)
      const behind = (row + ids.length) * dModel
      assert.ok(sameBits(after.subarray(behind), whole.subarray(behind)))
    }
    row += ids.length
  }
})

test('products of bf16 are near those of f32', () => {
  const sequences = texts.map((text) => [start, ...encode(text)])
  const [exact, rounded] = [hiddenRows(sequences), hiddenRows(sequences, 'bf16')]
  const error = Math.hypot(...exact.map((x, i) => x - rounded[i]!)) / Math.hypot(...exact)
  assert.ok(error > 1e-5 && error < 0.02, `relative error ${error}`)
})

test('progress is told, and a cancelled call ends with the reason of its signal', async () => {
  const many = Array.from({ length: 600 }, (_, i) => texts[i % texts.length]!)
  const told: number[] = []
  await model.surprise(many, { onProgress: (done) => told.push(done) })
  assert.equal(told, [256, 512, 600])
  const controller = new AbortController()
  const reason = new Error('enough')
  const onProgress = () => controller.abort(reason)
  await model.surprise(many, { onProgress, signal: controller.signal }).then(
    () => assert.unreachable('was not cancelled'),
    (error) => assert.is(error, reason),
  )
  assert.equal(await model.surprise([]), [])
})

test('what is no text and options that are wrong are refused by name', async () => {
  const long = 'a'.repeat(9000)
  const wrong: [texts: unknown, options: object, message: RegExp][] = [
    ['sea', {}, /^texts: got "sea"; expected an array of strings$/],
    [['sea', 7], {}, /^texts\[1\]: got 7; expected a string$/],
    [['sea', long], {}, /^texts\[1\]: got 9000 tokens; expected at most 8192$/],
    [['sea'], { before: 'sea' }, /^before: got "sea"; expected a list of sentences for each text$/],
    [['sea'], { before: [] }, /^before: got 0 lists; expected 1, one for each text$/],
    [['sea'], { before: ['ship'] }, /^before\[0\]: got "ship"; expected an array of strings$/],
    [['sea'], { before: [['ship', null]] }, /^before\[0\]: got \[.*\]; expected an array of strings/],
    [['sea'], { context: -1 }, /^context: got -1; expected a whole number from 0 to 8192$/],
    [['sea'], { contexts: 1 }, /^contexts: no such option; did you mean context\?$/],
    [['sea'], { threads: 0 }, /^threads: got 0/],
  ]
  for (const [given, options, message] of wrong)
    await rejects(() => model.surprise(given as string[], options), 'BAD_ARGUMENT', message)
  await rejects(() => model.countTokens(7 as never), 'BAD_ARGUMENT', /^text: got 7/)
  assert.is(model.countTokens('sea ship'), encode('sea ship').length)
})

test('a call that is under way when the model is disposed goes on to its end, and nothing is left', async () => {
  const before = deviceInfo().liveBytes.state
  const other = tinyLanguageModel()
  const running = other.surprise(texts)
  other.dispose()
  assert.equal(await running, await model.surprise(texts))
  await other[Symbol.asyncDispose]()
  assert.is(deviceInfo().liveBytes.state, before)
  await rejects(() => other.surprise(['sea']), 'DISPOSED', /^tiny: the model was disposed$/)
})

test.run()
