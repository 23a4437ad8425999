import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConcepts } from '../../../lib/concepts/wordnet/concepts.ts'
import { rejects } from '../../support/rejects.ts'

test('the default scope is what a minute of encoding allows', async () => {
  const concepts = await loadConcepts()
  assert.is(concepts.length, 34_343)
  assert.is(concepts.filter(({ kind }) => kind === 'definition').length, 27_105)
  assert.is(new Set(concepts.map(({ text }) => text)).size, concepts.length)
  assert.equal(concepts[1], {
    id: 'n00007846',
    kind: 'definition',
    words: ['person', 'individual', 'someone', 'somebody', 'mortal', 'soul'],
    text: 'a human being',
  })
  assert.equal(
    concepts.filter(({ id }) => id === 'n02086723').map(({ kind, text }) => [kind, text.slice(0, 24)]),
    [
      ['definition', 'a member of the genus Ca'],
      ['example', 'the dog barked all night'],
    ],
  )
})

test('all definitions and examples by option', async () => {
  const concepts = await loadConcepts({ scope: 'all' })
  assert.is(concepts.filter(({ kind }) => kind === 'definition').length, 117_791)
  assert.is(concepts.filter(({ kind }) => kind === 'example').length, 48_551)
  assert.ok(concepts.every(({ text, words }) => text !== '' && text === text.trim() && words.length > 0))
})

test('bad options are refused', async () => {
  await rejects(() => loadConcepts({ scope: 'some' as 'all' }), 'BAD_ARGUMENT', /scope: got "some"/)
  await rejects(() => loadConcepts({ folder: '/nowhere' }), 'NOT_FOUND', /index\.sense/)
})

test.run()
