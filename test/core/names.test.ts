import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nearestName } from '../../lib/core/names.ts'

const known = ['nearest', 'encode', 'eval inversion', 'maxTokens', 'min-cosine']

test('the known name that was probably meant', () => {
  for (const [given, meant] of [
    ['nearst', 'nearest'],
    ['Neraest', 'nearest'],
    ['encdoe', 'encode'],
    ['eval_inversoin', 'eval inversion'],
    ['max_tokens', 'maxTokens'],
    ['minCosine', 'min-cosine'],
  ] as const)
    assert.is(nearestName(given, known), meant)
})

test('none where too much differs, or there is nothing to compare with', () => {
  for (const given of ['frobnicate', 'constructor', '', '日本', 'x', 'encode'.repeat(100_000)])
    assert.is(nearestName(given, known), null)
  assert.is(nearestName('encode', []), null)
})

test.run()
