import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  configOf,
  gtrBase,
  miniLm,
  mpnetBase,
  operationsOf,
  type PublishedModel,
  stella400,
  stella1500,
} from '../../../bench/published/models.ts'
import { count } from '../../../lib/tensor/shape.ts'

/** As transformers counts the parameters of the same sizes without a pooler, and those of the Dense module. */
const PARAMETERS: readonly (readonly [PublishedModel, number, number])[] = [
  [miniLm, 22_565_376, 0],
  [mpnetBase, 108_895_872, 0],
  [gtrBase, 109_628_544, 768 * 768],
  [stella400, 434_139_136, 1024 * 1024 + 1024],
  [stella1500, 1_543_268_864, 1536 * 1024 + 1024],
]

test('models have as many parameters as those that are published', () => {
  for (const [model, transformer, dense] of PARAMETERS) {
    const specs = Object.values(model.family.parameters(configOf(model)))
    const own = specs.reduce((sum, { shape }) => sum + count(shape), 0)
    assert.is(own, transformer + dense, model.name)
  }
})

test('operations are those of the products and of attention', () => {
  const [tokens, width, ffn, layers] = [32, 384, 1536, 6]
  const products = 2 * tokens * layers * (4 * width ** 2 + 2 * width * ffn)
  const attention = 2 * 2 * tokens ** 2 * width * layers
  assert.is(operationsOf(miniLm, [tokens]), products + attention)
  assert.is(operationsOf(miniLm, [tokens, tokens]), 2 * (products + attention))
  assert.is(operationsOf(miniLm, []), 0)
  // A longer text costs more than its share, by attention.
  assert.ok(operationsOf(mpnetBase, [64]) > 2 * operationsOf(mpnetBase, [32]))
})

test.run()
