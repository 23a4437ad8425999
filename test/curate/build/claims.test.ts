import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { claimsAbout } from '../../../lib/curate/build/claims.ts'

test('a target that is told by its key is called by its name, with what it is', () => {
  const dog = { key: 'x:dog', text: 'a tame animal', surfaceForms: ['dog', 'hound'] }
  const cat = { key: null, text: 'cat', surfaceForms: ['cat'] }
  const claimOf = claimsAbout([dog, cat])
  const relation = { type: 'sibling', weight: 0.5 }
  assert.equal(claimOf(cat, { ...relation, target: 'x:dog', targetIs: 'key' }), {
    ...{ source: 'cat', type: 'sibling', target: 'dog', weight: 0.5 },
    about: { source: null, target: 'a tame animal' },
  })
  assert.equal(claimOf(dog, { ...relation, target: 'cat', targetIs: 'form' }).about, {
    source: 'a tame animal',
    target: null,
  })
  assert.is(claimOf(dog, { ...relation, target: 'x:cow', targetIs: 'key' }).target, 'x:cow')
})

test.run()
