import * as assert from 'uvu/assert'
import type { ConceptFilter } from '../../../lib/store/record.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { rejects } from '../../support/rejects.ts'
import type { It } from './given.ts'

/** Texts by their words. */
export function words(it: It, hasFullText: boolean): void {
  const foundBy = async (store: ConceptStore, text: string, k = 10, filter?: ConceptFilter) =>
    (await store.matching(text, k, { filter })).map(({ id }) => id)

  if (hasFullText) {
    it('texts are found by their words, those with rare ones first', async (store, again) => {
      await store.upsert([
        { id: 'ferry', text: 'The ferry leaves at nine, and the other ferry at ten.', type: 'note' },
        { id: 'part', text: 'Order the valve QX7731 before the winter.' },
        { id: 'valve', text: 'The old valve leaks.', document: 'valves.md' },
        { id: 'cafe', text: 'Café Ünal, Straße 5' },
        { id: 'empty', text: '' },
        ...Array.from({ length: 40 }, (_, i) => ({
          id: `filler ${i}`,
          text: `The boat number ${i} leaves.`,
        })),
      ])
      const other = await again()
      for (const one of [store, other]) {
        assert.equal(await foundBy(one, 'qx7731'), ['part'])
        assert.equal((await foundBy(one, 'the VALVE qx7731')).slice(0, 2), ['part', 'valve'])
        assert.equal(await foundBy(one, 'ferry?'), ['ferry'])
        assert.equal(await foundBy(one, 'café'), ['cafe'])
        assert.equal(await foundBy(one, 'ÜNAL'), ['cafe'])
        assert.equal(await foundBy(one, 'submarine'), [])
        assert.is((await foundBy(one, 'the')).length, 10)
        assert.is((await foundBy(one, 'the', 100)).length, 43)
        assert.equal(await foundBy(one, 'valve the', 10, { documents: ['valves.md'] }), ['valve'])
        assert.equal(await foundBy(one, 'the valve', 10, { types: ['note'] }), ['ferry'])
        assert.equal(await foundBy(one, 'valve', 10, { types: ['none'] }), [])
      }
      const scores = (await store.matching('the valve QX7731', 100)).map(({ score }) => score)
      assert.equal(
        scores,
        scores.toSorted((a, b) => b - a),
      )
      await store.maintain()
      await store.upsert([
        { id: 'later', text: 'A later text about QX7731.' },
        { id: 'part', text: 'It was ordered.' },
      ])
      await store.remove(['valve'])
      for (const one of [store, other]) {
        assert.equal(await foundBy(one, 'QX7731'), ['later'])
        assert.equal(await foundBy(one, 'valve'), [])
        assert.equal(await foundBy(one, 'ordered'), ['part'])
      }
      await other.dispose()
    })

    it('nothing in a text to match is more than a word', async (store) => {
      assert.equal(await foundBy(store, 'boat'), [])
      await store.upsert([
        { id: 'a', text: "it's a boat" },
        { id: 'b', text: 'a storm' },
      ])
      for (const nothing of [
        '',
        ' \n',
        '""',
        "'",
        "''",
        '\\',
        '&',
        '|',
        '!',
        ':*',
        '()',
        '<->',
        '%',
        '🚢',
        '$1',
        '--',
      ])
        assert.equal(await foundBy(store, nothing), [], nothing)
      const boat = [
        "'boat'",
        'boat & !storms',
        'boat:*',
        '!boat',
        '(boat',
        '+boat',
        'boat"',
        "boat\\'",
        '\\boat',
        'boat<->',
      ]
      for (const text of [
        ...boat,
        "'; drop table concepts; --boat",
        "boat' OR 1=1 --",
        'boat | | &',
        'text:boat',
      ])
        assert.equal(await foundBy(store, text), ['a'], text)
      for (const text of ['boa', 'boa*', 'b%', 'stormy', 'boats', 'bo:*'])
        assert.equal(await foundBy(store, text), [], text)
      const path = "http://www.example.com/it's\\\\o'clock?a='b'&c"
      await store.upsert([{ id: 'path', text: path }])
      assert.is((await foundBy(store, path))[0], 'path')
      await store.remove(['path'])
      assert.is((await foundBy(store, `boat ${'words '.repeat(20_000)}`))[0], 'a')
      assert.equal(await foundBy(store, 'x'.repeat(100_000)), [])
      assert.is(await store.count(), 2)
    })

    it('what is no text to match, or no number, is refused', async (store) => {
      const match = store.matching
      await rejects(() => match(7 as never, 1), 'BAD_ARGUMENT', /^text: /)
      await rejects(() => match('nul \0', 1), 'BAD_ARGUMENT', /^text: /)
      await rejects(() => match('half \ud800', 1), 'BAD_ARGUMENT', /^text: /)
      for (const k of [0, -1, 1.5, Number.NaN]) await rejects(() => match('a', k), 'BAD_ARGUMENT', /^k: /)
      await rejects(() => match('a', 1, { effort: 'fast' } as never), 'BAD_ARGUMENT', /effort/)
      await rejects(
        () => match('a', 1, { filter: { types: 'a' } as never }),
        'BAD_ARGUMENT',
        /^filter\.types: /,
      )
      const signal = AbortSignal.abort(new Error('enough'))
      await match('a', 1, { signal }).then(
        () => assert.unreachable('not aborted'),
        (error) => assert.is(error.message, 'enough'),
      )
    })
  } else
    it('it says which stores have full text', async (store) => {
      await rejects(() => store.matching('boat', 1), 'UNSUPPORTED', /no full text; .*lance:.*postgres:/)
      await rejects(() => store.matching('boat', 0), 'BAD_ARGUMENT', /^k: /)
    })
}
