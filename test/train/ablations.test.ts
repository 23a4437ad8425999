import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inverterTraining } from '../../lib/train/index.ts'
import { type Ablations, configOf } from '../../scripts/ablations/variants.ts'

const plan: Ablations = {
  model: 'inverter',
  base: { steps: 3, model: { a: 1, b: { c: 2, d: [1] } }, seed: 1 },
  variants: {
    base: { what: '' },
    one: { what: '', of: 'base', change: { model: { b: { c: 5 } } } },
    two: { what: '', of: 'one', change: { model: { a: null, e: 9, b: { d: [2, 3] } }, steps: 4 } },
    loop: { what: '', of: 'back' },
    back: { what: '', of: 'loop' },
  },
}

test('a variant is the one that it is of, with its own changes', () => {
  assert.equal(configOf(plan, 'base'), plan.base)
  assert.equal(configOf(plan, 'one'), { steps: 3, model: { a: 1, b: { c: 5, d: [1] } }, seed: 1 })
  assert.equal(configOf(plan, 'two'), { steps: 4, model: { a: 1, b: { c: 5, d: [2, 3] }, e: 9 }, seed: 1 })
  for (const name of ['none', 'loop', 'toString']) assert.throws(() => configOf(plan, name), /no variant/)
})

test("the inverter's variants are configs, and differ", () => {
  const path = new URL('../../bundles/inverter/ablations.json', import.meta.url)
  const own = JSON.parse(readFileSync(path, 'utf8')) as Ablations
  const configs = Object.keys(own.variants).map((name) =>
    inverterTraining({ ...configOf(own, name), out: 'run' }),
  )
  assert.is(new Set(configs.map((config) => JSON.stringify(config))).size, configs.length)
})

test.run()
