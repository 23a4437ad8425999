// Quantised weights: each within half a step of its scale, and what kernels read is what the formats say.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromF16Bits } from '../../lib/tensor/dtype.ts'
import { quantizeQ4, quantizeQ8 } from '../../lib/tensor/quantize.ts'
import { seeded } from '../support/values.ts'

const random = seeded('quantize')
const weights = Float32Array.from({ length: 96 }, (_, i) => (i < 64 ? random() * 2 - 1 : 0))

test('q8_0: every weight is within half a step, blocks of zeros stay zeros', () => {
  const { quants, scales } = quantizeQ8(weights)
  assert.is(scales.length, 3)
  weights.forEach((w, i) => {
    const scale = fromF16Bits(scales[Math.floor(i / 32)]!)
    assert.ok(Math.abs(quants[i]! * scale - w) <= 0.5 * scale + 1e-3 * Math.abs(w), `weight ${i}`)
  })
  assert.equal([...quants.subarray(64)], new Array(32).fill(0))
})

test('q4_0: every weight is within a step, the one farthest from zero nearly exact', () => {
  const { quants, scales } = quantizeQ4(weights)
  assert.is(quants.length, 48)
  weights.forEach((w, i) => {
    const scale = fromF16Bits(scales[Math.floor(i / 32)]!)
    const byte = quants[Math.floor(i / 32) * 16 + (i % 16)]!
    const value = ((i % 32 < 16 ? byte & 15 : byte >> 4) - 8) * scale
    assert.ok(Math.abs(value - w) <= Math.abs(scale) * 1.01, `weight ${i}`)
  })
  const block = weights.subarray(0, 32)
  const far = block.reduce((at, w, i) => (Math.abs(w) > Math.abs(block[at]!) ? i : at), 0)
  const byte = quants[far % 16]!
  assert.is(far < 16 ? byte & 15 : byte >> 4, 0)
})

test.run()
