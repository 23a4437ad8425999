import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { relationTypes } from '../../../lib/curate/candidates/relation_types.ts'

test('an inverse leads back, also of the user’s own', () => {
  const own = [
    { name: 'cites', inverse: 'cited_by', transitive: false },
    { name: 'near', inverse: 'near', transitive: false },
    { name: 'about', inverse: null, transitive: false },
  ]
  const types = relationTypes(own)
  for (const { name, inverse } of types.values())
    if (inverse !== null) assert.is(types.get(inverse)?.inverse, name)
  assert.is(types.get('cited_by')?.inverse, 'cites')
  assert.is(types.get('about')?.inverse, null)
})

test('the user’s own take the place of those of the same name', () => {
  const types = relationTypes([{ name: 'sibling', inverse: 'sibling', transitive: true }])
  assert.is(types.get('sibling')?.transitive, true)
})

test('what is no word, and an inverse of one side, are refused', () => {
  const refused = (name: string, inverse: string | null) =>
    assert.throws(
      () => relationTypes([{ name, inverse, transitive: false }]),
      (error: Error) => error.message.startsWith('relations: got'),
    )
  refused('two words', null)
  refused('above', 'sibling')
})

test.run()
