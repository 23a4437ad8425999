// The decoder step by step, with its cache, against the decoder over whole texts.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { InverterNetwork } from '../../../../lib/models/inverter/network.ts'
import { scoreTexts } from '../../../../lib/models/inverter/refine/score.ts'
import { type NextTokens, openDecoding } from '../../../../lib/models/inverter/search/decoding.ts'
import { randomNumbers, sampleWithout } from '../../../../lib/ops/random_numbers.ts'
import { noise } from '../../../train/tiny_data.ts'
import {
  forwardLogits,
  layouts,
  logSoftmax,
  RICH,
  type Script,
  sameBits,
  sizes,
  texts,
  textVectors,
  tinyConfig,
  tinyNetwork,
} from '../support.ts'

const scripts: Script[] = texts.map((tokens, i) => ({ tokens, vector: textVectors()[i]! }))

/** The same for a model that reads what was written before: something, nothing, or no token. */
const corrections: Script[] = scripts.map((script, i) => ({
  ...script,
  written:
    i === 1 ? null : { tokens: texts[(i + 4) % texts.length]!, embedding: textVectors(null)[(i + 2) % 5]! },
}))

/** Log-probabilities of all tokens by id. */
function byId({ tokens, logProbs }: NextTokens): Float32Array {
  const row = new Float32Array(tokens.length)
  for (const [i, token] of tokens.entries()) row[token] = logProbs[i]!
  return row
}

/** Feeds each script its tokens, in another order at each step: what may come next at each place of each. */
async function fed(
  network: InverterNetwork,
  given: readonly Script[],
  { guidance = 1, rowsPerVector = 1, seed = 0, k = sizes.vocabulary } = {},
): Promise<NextTokens[][]> {
  const vectors = new Float32Array(given.length * network.config.dims)
  for (const [i, { vector }] of given.entries()) vectors.set(vector, i * network.config.dims)
  const written = given.map(({ written = null }) => written)
  using decoding = await openDecoding(network, vectors, { rowsPerVector, k, guidance, written })
  const told = given.map((): NextTokens[] => [])
  const numbers = randomNumbers(seed)
  for (let at = 0; ; at++) {
    const going = given.flatMap(({ tokens }, i) => (tokens.length >= at ? [i] : []))
    if (going.length === 0) return told
    const order = [...sampleWithout(numbers, going.length, going.length)].map((i) => going[i]!)
    const rows = order.map((i) => ({
      vector: i,
      token: at === 0 ? network.config.start : given[i]!.tokens[at - 1]!,
      history: told[i]!.at(-1)?.history ?? [],
    }))
    const next = await decoding.step(rows, {})
    for (const [r, i] of order.entries()) told[i]!.push(next[r]!)
  }
}

const CORRECTS = { ...RICH, hypothesisLayers: 2 }
const MODELS = { small: { adapterHidden: 0 }, large: {}, rich: RICH, corrects: CORRECTS }
for (const [name, model] of Object.entries(MODELS))
  for (const layout of layouts)
    for (const guidance of [1, 2.5])
      test(`${name}, ${layout}: steps with guidance ${guidance} agree with whole texts`, async () => {
        using network = await tinyNetwork(tinyConfig(model), layout)
        const zeros = new Float32Array(sizes.dims)
        const given = name === 'corrects' ? corrections : scripts
        const told = forwardLogits(network, given)
        const untold = forwardLogits(
          network,
          given.map(({ tokens }) => ({ tokens, vector: zeros })),
        )
        const stepped = await fed(network, given, { guidance })
        for (const [i, places] of stepped.entries())
          for (const [at, next] of places.entries()) {
            const [begin, end] = [at * sizes.vocabulary, (at + 1) * sizes.vocabulary]
            const u = untold[i]!.subarray(begin, end)
            const mixed = told[i]!.subarray(begin, end).map((c, v) => u[v]! + guidance * (c - u[v]!))
            const expected = logSoftmax(mixed)
            byId(next).forEach((logProb, token) => {
              const error = Math.abs(logProb - expected[token]!)
              assert.ok(error <= 1e-5, `text ${i}, place ${at}, token ${token}: off by ${error}`)
            })
          }
      })

test('what was written before tells, its tokens and its vector; nothing is as in a model that reads none', async () => {
  using network = await tinyNetwork(tinyConfig(CORRECTS))
  const [first] = corrections as [Script]
  const last = async (script: Script) => (await fed(network, [script]))[0]!.at(-1)!.logProbs
  const one = await last(first)
  const { tokens, embedding } = first.written!
  for (const written of [
    { tokens, embedding: embedding.map((x) => -x) },
    { tokens: [...Array.from(tokens).slice(0, -1), 9], embedding },
    { tokens: Array.from(tokens).slice(0, -1), embedding },
    null,
  ])
    assert.not.ok(sameBits(await last({ ...first, written }), one))
  using plain = await tinyNetwork(tinyConfig(RICH))
  const without = (await fed(plain, [first]))[0]!.at(-1)!.logProbs
  // Parameters are drawn by their number, and those of the corrector are the last.
  assert.ok(sameBits(await last({ ...first, written: null }), without))
})

/** Wide enough for products to be cut into blocks and shared among threads. */
const wide = { dModel: 320, heads: 5, ffn: 1280, vocabulary: 1003, memoryDims: 64, scales: [4, 12] }

for (const [name, size] of Object.entries({ tiny: {}, wide, corrects: CORRECTS }))
  for (const layout of layouts)
    for (const guidance of [1, 1.5])
      test(`${name}, ${layout}: with guidance ${guidance} the same bits alone, in any batch and order`, async () => {
        using network = await tinyNetwork(tinyConfig(size), layout)
        const given = name === 'corrects' ? corrections : scripts
        const alone = await Promise.all(
          given.map(async (script) => (await fed(network, [script], { guidance }))[0]!),
        )
        for (const [count, rowsPerVector, seed] of [
          [5, 1, 1],
          [8, 3, 2],
          [64, 2, 3],
        ] as const) {
          const many = Array.from({ length: count }, (_, i) => (i * 3 + seed) % given.length)
          const together = await fed(
            network,
            many.map((i) => given[i]!),
            { guidance, rowsPerVector, seed },
          )
          for (const [row, i] of many.entries())
            for (const [at, next] of together[row]!.entries()) {
              const own = alone[i]![at]!
              assert.equal([...next.tokens], [...own.tokens], `${count}: text ${i}, place ${at}`)
              assert.ok(sameBits(next.logProbs, own.logProbs), `${count}: text ${i}, place ${at}`)
            }
        }
      })

test('a text may go on in several ways, and each looks back at its own tokens', async () => {
  using network = await tinyNetwork(tinyConfig(), 'packed')
  const [first, second] = [scripts[0]!, scripts[4]!]
  const alone = async (tokens: readonly number[], vector: Float32Array) =>
    (await fed(network, [{ tokens, vector }]))[0]!.at(-1)!.logProbs
  const joined = new Float32Array([...first.vector, ...second.vector])
  using decoding = await openDecoding(network, joined, { rowsPerVector: 3, k: sizes.vocabulary, guidance: 1 })
  const step = (rows: readonly (readonly [number, number, readonly number[]])[]) =>
    decoding.step(
      rows.map(([vector, token, history]) => ({ vector, token, history })),
      {},
    )
  const begin = await step([
    [0, 1, []],
    [1, 1, []],
  ])
  const [a, b] = begin.map(({ history }) => history) as [readonly number[], readonly number[]]
  const split = await step([
    [1, 30, b],
    [0, 10, a],
    [0, 11, a],
    [0, 12, a],
  ])
  const histories = split.map(({ history }) => history)
  const rows = [
    [0, 20, histories[3]!],
    [1, 21, histories[0]!],
    [0, 22, histories[1]!],
    [1, 23, histories[0]!],
    [0, 24, histories[3]!],
  ] as const
  const paths = [
    [12, 20],
    [30, 21],
    [10, 22],
    [30, 23],
    [12, 24],
  ]
  for (const [r, { logProbs }] of (await step(rows)).entries())
    assert.ok(sameBits(logProbs, await alone(paths[r]!, rows[r]![0] === 0 ? first.vector : second.vector)))
})

test('the likeliest k tokens, and those asked for, are told as all tokens would be', async () => {
  using network = await tinyNetwork(tinyConfig(), 'packed bf16')
  const { vector } = scripts[1]!
  const whole = async (guidance: number) =>
    (await fed(network, [{ tokens: [], vector }], { guidance }))[0]![0]!
  for (const guidance of [1, 3])
    for (const asked of [[], [5], [36, 0, 7, 7], Array.from({ length: 37 }, (_, i) => 36 - i)]) {
      const all = await whole(guidance)
      using decoding = await openDecoding(network, vector, { rowsPerVector: 2, k: 4, guidance })
      const rows = [asked, []].map((own) => ({ vector: 0, token: 1, history: [], asked: own }))
      const [one, other] = await decoding.step(rows, {})
      assert.equal([...one!.tokens], [...all.tokens.subarray(0, 4)])
      assert.ok(sameBits(one!.logProbs, all.logProbs.slice(0, 4)))
      assert.ok(
        sameBits(
          one!.asked,
          Float32Array.from(asked, (token) => byId(all)[token]!),
        ),
      )
      assert.ok(sameBits(other!.logProbs, one!.logProbs))
      assert.is(other!.asked.length, 0)
    }
})

for (const layout of layouts)
  test(`${layout}: whole texts are scored as step by step, and the same in any batch`, async () => {
    using network = await tinyNetwork(tinyConfig(), layout)
    const alone = await Promise.all(
      scripts.map(async (script) => (await scoreTexts(network, [script], 5, {}))[0]!),
    )
    const stepped = await fed(network, scripts)
    for (const [i, { surprises, tokens, logProbs }] of alone.entries())
      for (const [at, next] of stepped[i]!.entries()) {
        const target = scripts[i]!.tokens[at] ?? network.config.end
        assert.ok(Math.abs(surprises[at]! + byId(next)[target]!) <= 1e-5)
        assert.equal([...tokens.subarray(5 * at, 5 * at + 5)], [...next.tokens.subarray(0, 5)])
        for (let i = 0; i < 5; i++) assert.ok(Math.abs(logProbs[5 * at + i]! - next.logProbs[i]!) <= 1e-5)
      }
    const many = Array.from({ length: 150 }, (_, i) => Math.floor(noise(5, 150)[i]! * scripts.length))
    const together = await scoreTexts(
      network,
      many.map((i) => scripts[i]!),
      5,
      {},
    )
    for (const [row, i] of many.entries()) {
      assert.ok(sameBits(together[row]!.surprises, alone[i]!.surprises))
      assert.ok(sameBits(together[row]!.logProbs, alone[i]!.logProbs))
      assert.equal(together[row]!.tokens, alone[i]!.tokens)
    }
    assert.equal(await scoreTexts(network, [], 5, {}), [])
  })

test.run()
