import * as assert from 'uvu/assert'
import { type ConceptMap, makeConceptMap } from '../../../lib/store/spaces/concept_map.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { rejects } from '../../support/rejects.ts'
import { type It, LARGE, SMALL, vector } from './given.ts'

/** Spaces, the vectors in them, and what is remembered of them. */
export function spaces(it: It): void {
  it('the model of a space is remembered', async (store, again) => {
    const model = {
      name: 'use-lite',
      fingerprint: 'abc',
      options: { compute: 'f32', normalize: true, dims: 4 },
    }
    assert.equal([...store.models], [])
    await store.addSpace(SMALL, 4, { ...model, fingerprint: 'old' })
    await store.addSpace(SMALL, 4, model)
    await store.addSpace('third-2', 2, { ...model, options: {} })
    await store.addSpace(SMALL, 4)
    const expected = [
      [SMALL, model],
      ['third-2', { ...model, options: {} }],
    ]
    const other = await again()
    assert.equal([...other.models], expected)
    await store.maintain()
    await store.count()
    await other.count()
    assert.equal([...store.models], expected)
    assert.equal([...other.models], expected)
    await other.dispose()
    const bad = { ...model, options: { deep: {} } } as unknown as typeof model
    await rejects(() => store.addSpace(SMALL, 4, bad), 'BAD_ARGUMENT', /^model\.options\.deep: /)
  })

  it('the map of a space is kept, to the bit, until another one takes its place', async (store, again) => {
    const map = (seed: number, axes: number) =>
      makeConceptMap(
        LARGE,
        vector(seed, LARGE),
        Array.from({ length: axes }, (_, i) => vector(seed + i + 1, LARGE)),
        Array.from({ length: axes }, (_, i) => 0.1 / (i + 1)),
      )
    assert.is(await store.conceptMap(LARGE), null)
    await store.upsert([{ id: 'placed', text: '', gps: [1, 2], vectors: { [LARGE]: vector(1, LARGE) } }])
    await store.keepConceptMap(map(1, 3))
    await store.keepConceptMap(map(11, 2))
    await store.keepConceptMap(map(21, 2))
    const other = await again()
    const same = async (one: ConceptStore) => {
      const { space, dims, mean, axes, shares } = (await one.conceptMap(LARGE))!
      assert.equal([space, dims, mean, axes, shares], [LARGE, 8, ...fieldsOf(map(21, 2))])
      assert.is(await one.conceptMap(SMALL), null)
      assert.equal((await one.get(['placed']))[0]!.gps, [1, 2])
    }
    await same(other)
    await store.maintain()
    await store.addSpace(LARGE, 8, { name: 'a', fingerprint: 'b', options: {} })
    await same(store)
    await same(other)
    await store.keepConceptMap(map(31, 1))
    assert.is((await other.conceptMap(LARGE))!.axes.length, 1)
    await other.dispose()
    await rejects(() => store.conceptMap('other-4'), 'SPACE_MISMATCH', /'other-4'/)
    const keep = (part: object) => store.keepConceptMap({ ...map(1, 2), ...part })
    await rejects(() => keep({ space: 'other-4' }), 'SPACE_MISMATCH', /'other-4'/)
    await rejects(() => keep({ space: SMALL }), 'BAD_ARGUMENT', /^map\.mean: got Float32Array of 8/)
    await rejects(() => keep({ axes: [] }), 'BAD_ARGUMENT', /^map\.axes: /)
    await rejects(() => keep({ axes: [vector(1, LARGE), [1]] }), 'BAD_ARGUMENT', /^map\.axes\[1\]: /)
    await rejects(() => keep({ shares: [1] }), 'BAD_ARGUMENT', /^map\.shares: /)
    await rejects(() => store.keepConceptMap(null as never), 'BAD_ARGUMENT', /^map: /)
  })

  it('vectors keep their bits, in each space by itself', async (store, again) => {
    const odd = Float32Array.of(-0, 1e-20, 3.4e37 / 2 ** 70, -7)
    await store.upsert([
      { id: 'odd', text: '', vectors: { [SMALL]: odd, [LARGE]: vector(3, LARGE) } },
      { id: 'zero', text: '', vectors: { [SMALL]: new Float32Array(4) } },
      { id: 'none', text: '' },
    ])
    const bits = (some: Float32Array | null | undefined) => some && [...new Uint32Array(some.slice().buffer)]
    const other = await again()
    for (const one of [store, other]) {
      const small = await one.vectors(SMALL, ['zero', 'none', 'odd', 'nobody', 'odd'])
      assert.equal(small.map(bits), [bits(new Float32Array(4)), null, bits(odd), null, bits(odd)])
      const large = await one.vectors(LARGE, ['odd', 'zero'])
      assert.equal(large.map(bits), [bits(vector(3, LARGE)), null])
    }
    await other.dispose()
    // Changing the text leaves the vectors, and one of a space leaves those of the other.
    await store.upsert([{ id: 'odd', text: 'changed', vectors: { [LARGE]: vector(4, LARGE) } }])
    assert.equal(bits((await store.vectors(SMALL, ['odd']))[0]), bits(odd))
    assert.equal(bits((await store.vectors(LARGE, ['odd']))[0]), bits(vector(4, LARGE)))
    assert.equal(await store.vectors(SMALL, []), [])
  })
}

const fieldsOf = ({ mean, axes, shares }: ConceptMap) => [mean, axes, shares]
