import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Tokens } from '../../../lib/core/tokenizer.ts'
import type { PieceBatches } from '../../../lib/data/piece_batches.ts'
import { surrogateConfig } from '../../../lib/models/inverter/surrogate/forward.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { surrogateBatches } from '../../../lib/train/surrogate/batches.ts'
import { tinyEncoder } from '../tiny_encoder.ts'

const dims = 8
const config = surrogateConfig({ space: `tiny-${dims}`, dims, vocabulary: 50, capacityTokens: 6 })
const pieces: PieceBatches = {
  perEpoch: 1,
  batch: (number) => ({
    pieces: [7, 8].map((n) => ({ text: `text ${n} ${number}`, ids: Int32Array.of(n, number % 50, 9) })),
    numbers: randomNumbers(1, number),
  }),
}
const tokens = { pieces: { text: (ids: readonly number[]) => ids.join(' ') } } as Tokens
const options = { vectors: 2, samples: 1, temperature: 1, topP: 1, reuse: 2, cut: 0.5, seed: 3 }

function make(beforeDraw: () => void = () => {}) {
  const draws: number[] = []
  const draw = async (vectors: readonly Float32Array[], seed: number) => {
    draws.push(seed)
    beforeDraw()
    return vectors.map(() => [[seed % 50, 11, 12]])
  }
  return { draws, ...surrogateBatches(config, pieces, draw, tinyEncoder(dims), tokens, options) }
}

test('what was drawn serves some batches, and any order of them gives the same', async () => {
  const { batch, draws } = make()
  const first = [await batch(0), await batch(1), await batch(2)]
  assert.is(draws.length, 2)
  const other = make()
  for (const number of [2, 0, 1]) assert.equal(await other.batch(number), first[number])
})

test('a drawing that fails fails its batch, and is made again when it is asked for again', async () => {
  let broken = true
  const { batch, draws } = make(() => {
    if (broken) throw new Error('cancelled')
  })
  for (const number of [0, 1])
    await batch(number).then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, 'cancelled'),
    )
  broken = false
  assert.equal(await batch(0), await make().batch(0))
  assert.is(new Set(draws).size, 1)
})

test.run()
