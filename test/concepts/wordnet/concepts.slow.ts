import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exampleRelations, loadConcepts, synsetOf } from '../../../lib/concepts/wordnet/concepts.ts'
import { rejects } from '../../support/rejects.ts'

test('the default scope is what a minute of encoding allows', async () => {
  const concepts = await loadConcepts()
  assert.is(concepts.length, 34_343)
  assert.is(concepts.filter(({ type }) => type === 'definition').length, 27_105)
  assert.is(new Set(concepts.map(({ text }) => text)).size, concepts.length)
  const { id, type, surfaceForms, text } = concepts[1]!
  assert.equal([id, type, text], ['n00007846', 'definition', 'a human being'])
  assert.equal(surfaceForms, ['person', 'individual', 'someone', 'somebody', 'mortal', 'soul'])
  assert.equal(
    concepts
      .filter(({ id }) => synsetOf(id) === 'n02086723')
      .map(({ id, type, text }) => [id, type, text.slice(0, 24)]),
    [
      ['n02086723', 'definition', 'a member of the genus Ca'],
      ['n02086723/example-1', 'example', 'the dog barked all night'],
    ],
  )
})

test('all definitions and examples by option', async () => {
  const concepts = await loadConcepts({ scope: 'all' })
  assert.is(concepts.filter(({ type }) => type === 'definition').length, 117_791)
  assert.is(concepts.filter(({ type }) => type === 'example').length, 48_551)
  assert.ok(concepts.every((c) => c.text !== '' && c.text === c.text.trim() && c.surfaceForms.length > 0))
  const ids = new Set(concepts.map(({ id }) => id))
  assert.is(ids.size, concepts.length)
  const relations = exampleRelations(concepts)
  assert.is(relations.length, 48_551)
  assert.ok(relations.every(({ source, target }) => ids.has(source) && ids.has(target) && source !== target))
})

test('bad options are refused', async () => {
  await rejects(() => loadConcepts({ scope: 'some' as 'all' }), 'BAD_ARGUMENT', /scope: got "some"/)
  await rejects(() => loadConcepts({ folder: '/nowhere' }), 'NOT_FOUND', /index\.sense/)
})

test.run()
