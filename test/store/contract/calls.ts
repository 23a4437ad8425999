import * as assert from 'uvu/assert'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { rejects } from '../../support/rejects.ts'
import { all, edge, FILTERED, type It, LARGE, plain, query, SMALL, vector } from './given.ts'

/** Scans, maintenance, calls at once, and the end. */
export function calls(it: It): void {
  it('a scan tells all concepts in batches, with the vectors asked for, as they are when it begins', async (store) => {
    const some = Array.from({ length: 25 }, (_, i) => ({
      id: `s${String(i).padStart(2, '0')}`,
      text: `text ${i}`,
      updated: i,
      vectors: i % 2 ? { [SMALL]: vector(i + 1) } : { [LARGE]: vector(i + 1, LARGE) },
    }))
    await store.upsert(some)
    const scan = store.scan({ spaces: [SMALL], batch: 4 })[Symbol.asyncIterator]()
    const batches = [(await scan.next()).value]
    await store.remove(['s03', 's20'])
    await store.upsert([
      { id: 's21', text: 'changed' },
      { id: 'new', text: 'new' },
    ])
    await store.maintain()
    for (let next = await scan.next(); !next.done; next = await scan.next()) batches.push(next.value)
    assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 4))
    const found = batches.flat().sort((a, b) => (a.id < b.id ? -1 : 1))
    assert.equal(
      found,
      some.map(({ id, text, updated, vectors }) => ({
        ...plain(id, text, updated),
        vectors: SMALL in vectors ? vectors : {},
      })),
    )
    assert.is((await all(store)).length, 24)
    assert.equal((await all(store))[0]!.vectors, {})
    await rejects(() => all(store, { spaces: ['other-4'] }), 'SPACE_MISMATCH', /'other-4'/)
    await rejects(() => all(store, { batch: 0 }), 'BAD_ARGUMENT', /^batch: /)
    for await (const _ of store.scan({ batch: 1 })) break
    assert.is(await store.count(), 24)
  })

  it('nothing changes by maintaining it', async (store, again) => {
    await store.upsert(FILTERED)
    await store.link(FILTERED.map(({ id }, i) => edge(id, `t${i % 3}`, `f${(i * 7) % 60}`, i)))
    await store.remove(['f5', 'f6'])
    await store.upsert([{ ...FILTERED[7]!, vectors: { [SMALL]: vector(500), [LARGE]: vector(500, LARGE) } }])
    await store.unlink([{ source: 'f1', type: 't1', target: 'f7' }])
    const what = async (one: ConceptStore) => ({
      concepts: await all(one, { spaces: [SMALL, LARGE] }),
      edges: await one.neighbours(FILTERED.map(({ id }) => id)),
      incoming: await one.neighbours(
        FILTERED.map(({ id }) => id),
        { direction: 'in' },
      ),
      hits: await one.nearest(query(3, SMALL, 5), 9, { filter: { domains: ['d1', 'd2'] } }),
    })
    const before = await what(store)
    const other = await again()
    assert.equal(await what(other), before)
    for (let i = 0; i < 2; i++) {
      await store.maintain()
      assert.equal(await what(store), before)
      assert.equal(await what(other), before)
    }
    await store.upsert([{ id: 'after', text: 'after', vectors: { [SMALL]: vector(1) } }])
    assert.is(await other.count(), 59)
    await other.dispose()
  })

  it('calls that are aborted before they begin change nothing', async (store) => {
    await store.upsert([{ id: 'a', text: 'a', vectors: { [SMALL]: vector(1) } }])
    const signal = AbortSignal.abort(new Error('enough'))
    const aborted = async (run: () => Promise<unknown>) => {
      try {
        await run()
      } catch (error) {
        assert.is((error as Error).message, 'enough')
        return
      }
      assert.unreachable('not aborted')
    }
    await aborted(() => store.upsert([{ id: 'b', text: '' }], { signal }))
    await aborted(() => store.remove(['a'], { signal }))
    await aborted(() => store.link([edge('a', 't', 'b', 1)], { signal }))
    await aborted(() => store.unlink([edge('a', 't', 'b', 1)], { signal }))
    await aborted(() => store.nearest(query(1), 1, { signal }))
    await aborted(() => all(store, { signal }))
    await aborted(() => store.maintain({ signal }))
    assert.is(await store.count(), 1)
    assert.equal(await store.neighbours(['a']), [])
  })

  it('many calls at once do not mind each other', async (store) => {
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        await store.upsert([
          { id: 'shared', text: `by ${i}` },
          { id: `own ${i}`, text: '', vectors: { [SMALL]: vector(i + 1) } },
        ])
        assert.is((await store.get([`own ${i}`]))[0]!.id, `own ${i}`)
        await store.nearest(query(i, SMALL, 70), 5)
      }),
    )
    assert.is(await store.count(), 13)
    assert.is((await store.nearest(query(1), 50))[0]!.length, 12)
  })

  it('a store that was disposed says so', async (store) => {
    await store.dispose()
    await store.dispose()
    const over = /disposed/
    await rejects(() => store.count(), 'DISPOSED', over)
    await rejects(() => store.upsert([{ id: 'a', text: '' }]), 'DISPOSED', over)
    await rejects(() => store.get(['a']), 'DISPOSED', over)
    await rejects(() => store.nearest(query(1), 1), 'DISPOSED', over)
    await rejects(() => store.matching('a', 1), 'DISPOSED', over)
    await rejects(() => all(store), 'DISPOSED', over)
    await rejects(() => store.maintain(), 'DISPOSED', over)
  })
}
