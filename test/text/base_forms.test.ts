import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { baseForms } from '../../lib/text/base_forms.ts'

test('the base of a regular inflection is among what a word may come from', () => {
  for (const [word, base] of [
    ['boats', 'boat'],
    ['ponies', 'pony'],
    ['boxes', 'box'],
    ['churches', 'church'],
    ['women', 'woman'],
    ['horses', 'horse'],
    ['sailed', 'sail'],
    ['loved', 'love'],
    ['making', 'make'],
    ['running', 'run'],
    ['hotter', 'hot'],
    ['latest', 'late'],
    ["dog's", 'dog'],
  ] as const)
    assert.ok(baseForms(word).includes(base), `${word}: ${baseForms(word)}`)
})

test('a word is no form of itself, and none of a single letter', () => {
  for (const word of ['boat', 'as', 'is', 'bed', 'ring', 's', '', 'ss'])
    for (const base of baseForms(word)) assert.ok(base !== word && base.length > 1, `${word}: ${base}`)
  assert.equal(baseForms('boat'), [])
})

test.run()
