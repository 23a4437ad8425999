// The decoder of Aparecium v2 in its own size: 768 wide, 12 layers, a memory of 8 + 16 rows of 384.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inverterConfig, memoryRows } from '../../../lib/models/inverter/config.ts'
import { makeInverterNetwork } from '../../../lib/models/inverter/network.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { scoreTexts } from '../../../lib/models/inverter/refine/score.ts'
import { openDecoding } from '../../../lib/models/inverter/search/decoding.ts'
import { createTensor, mapFile } from '../../../lib/tensor/device_tensor.ts'
import { encodeNumbers } from '../../../lib/tensor/dtype.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { noise, spread } from '../../train/tiny_data.ts'
import { noTokens } from './support.ts'

const config = inverterConfig()
const specs = inverterParameters(config)

test('the config without any field is that of Aparecium v2', () => {
  const { dModel, layers, heads, ffn, scales, memoryDims, adapterHidden, vocabulary } = config
  assert.equal([dModel, layers, heads, ffn, vocabulary], [768, 12, 8, 3072, 8000])
  assert.equal([scales, memoryDims, adapterHidden, memoryRows(config)], [[8, 16], 384, 0, 24])
  const total = Object.values(specs).reduce((sum, { shape }) => sum + count(shape), 0)
  assert.ok(total > 155e6 && total < 175e6, String(total))
})

test('it runs in that size, steps as well as whole texts', async () => {
  // All matrices lie over the same numbers, so that the test needs no more memory than the largest of them.
  const path = join(temporaryFolder(), 'numbers.bin')
  const block = encodeNumbers(
    Float64Array.from(noise(1, 2 ** 16), (u) => 0.06 * (2 * u - 1)),
    'bf16',
  )
  const largest = Math.max(...Object.values(specs).map(({ shape }) => count(shape)))
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  writeFileSync(path, Buffer.alloc(2 * largest, bytes))
  const file = mapFile(path)
  const weights = Object.fromEntries(
    Object.entries(specs).map(([name, { shape, storage, init }], i) => {
      if (storage === 'bf16') return [name, file.tensor('bf16', shape, 0)]
      const centre = init.kind === 'constant' ? init.value : 0
      return [name, createTensor('f32', shape, spread(i, shape, centre, 0.1))]
    }),
  )
  const network = makeInverterNetwork(config, weightSet(weights), noTokens)
  try {
    const vector = spread(7000, [config.dims], 0, Math.sqrt(3 / config.dims))
    const tokens = Int32Array.from(noise(9, config.capacityTokens), (u) => Math.floor(u * config.vocabulary))
    const [whole] = await scoreTexts(network, [{ tokens, vector }], 3, {})
    assert.is(whole!.surprises.length, config.capacityTokens + 1)
    using decoding = await openDecoding(network, vector, { rowsPerVector: 5, k: 3, guidance: 1 })
    const row = (token: number, history: readonly number[]) => ({ vector: 0, token, history })
    let history: readonly number[] = []
    for (let at = 0; at < 3; at++) {
      const token = at === 0 ? config.start : tokens[at - 1]!
      const next = await decoding.step(Array(5).fill(row(token, history)), {})
      for (const { tokens: likeliest, logProbs } of next) {
        assert.equal(likeliest, whole!.tokens.slice(3 * at, 3 * at + 3))
        for (const [i, logProb] of logProbs.entries())
          assert.ok(Math.abs(logProb - whole!.logProbs[3 * at + i]!) <= 1e-4, `place ${at}`)
      }
      history = next[0]!.history
    }
  } finally {
    network.programs.dispose()
    for (const tensor of Object.values(weights)) tensor.dispose()
    file.dispose()
  }
})

test.run()
