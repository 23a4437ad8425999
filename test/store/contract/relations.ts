import * as assert from 'uvu/assert'
import { rejects } from '../../support/rejects.ts'
import { edge, type It } from './given.ts'

/** Relations between concepts. */
export function relations(it: It): void {
  it('relations are told by direction, type and weight', async (store, again) => {
    await store.link([
      edge('a', 'enables', 'b', 0.5),
      edge('a', 'requires', 'b', 0.5),
      edge('a', 'enables', 'c', 0.9),
      { ...edge('b', 'enables', 'a', -1), domainSpecific: true },
      { ...edge('c', 'enables', 'a', 1e-9), domainSpecific: false },
    ])
    await store.link([edge('a', 'enables', 'b', 0.25)])
    await store.unlink([
      { source: 'a', type: 'requires', target: 'c' },
      { source: 'c', type: 'enables', target: 'a' },
      { source: 'x', type: 'y', target: 'z' },
    ])
    const other = await again()
    for (const one of [store, other]) {
      assert.equal(await one.neighbours(['a']), [
        edge('a', 'enables', 'c', 0.9),
        edge('a', 'requires', 'b', 0.5),
        edge('a', 'enables', 'b', 0.25),
      ])
      assert.equal(await one.neighbours(['b', 'a'], { limit: 1 }), [
        { ...edge('b', 'enables', 'a', -1), domainSpecific: true },
        edge('a', 'enables', 'c', 0.9),
      ])
      assert.equal(await one.neighbours(['a'], { types: ['requires', 'none'] }), [
        edge('a', 'requires', 'b', 0.5),
      ])
      assert.equal(await one.neighbours(['a'], { types: [] }), [])
      assert.equal(await one.neighbours(['b'], { direction: 'in', types: ['enables'] }), [
        edge('a', 'enables', 'b', 0.25),
      ])
      assert.equal(
        (await one.neighbours(['b', 'b'], { direction: 'in' })).map(({ weight }) => weight),
        [0.5, 0.25, 0.5, 0.25],
      )
    }
    await other.dispose()
    assert.is(await store.count(), 0, 'relations make no concepts')
    await rejects(() => store.neighbours(['a'], { limit: 0 }), 'BAD_ARGUMENT', /^limit: /)
    await rejects(() => store.neighbours(['a'], { direction: 'up' as 'in' }), 'BAD_ARGUMENT', /^direction: /)
  })
}
