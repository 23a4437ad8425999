import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import type { ConceptFilter, ConceptRecord } from '../../../lib/store/record.ts'
import { rejects } from '../../support/rejects.ts'
import { all, cosine, FILTERED, type It, LARGE, query, SMALL, vector } from './given.ts'

/** The nearest concepts, and filters. */
export function searches(it: It): void {
  it('searches are refused in spaces that it does not have, and for what is no query', async (store) => {
    await store.upsert([{ id: 'a', text: '', vectors: { [SMALL]: vector(1) } }])
    const other = vectorsFrom(vector(1), 4, 'other-4')
    await rejects(() => store.nearest(other, 1), 'SPACE_MISMATCH', /'other-4'.*'small-4'/)
    await rejects(() => store.vectors('other-4', ['a']), 'SPACE_MISMATCH', /'other-4'/)
    const wide = vectorsFrom(new Float32Array(5), 5, SMALL)
    await rejects(() => store.nearest(wide, 1), 'BAD_ARGUMENT', /^vectors: got 5 dimensions; expected 4/)
    for (const k of [0, -1, 1.5, Number.NaN])
      await rejects(() => store.nearest(query(1), k), 'BAD_ARGUMENT', /^k: /)
    const filter = (given: object, message: RegExp) =>
      rejects(() => store.nearest(query(1), 1, { filter: given }), 'BAD_ARGUMENT', message)
    await filter({ type: ['text'] }, /^filter\.type: no such option; did you mean types\?/)
    await filter({ types: 'text' }, /^filter\.types: /)
    await filter({ types: [1] }, /^filter\.types\[0\]: /)
    await filter({ modalities: ['smell'] }, /^filter\.modalities\[0\]: /)
    await filter({ gps: [[1]] }, /^filter\.gps\[0\]: /)
    await rejects(() => store.addSpace(SMALL, 5), 'SPACE_MISMATCH', /'small-4' has 4 dimensions/)
    await rejects(() => store.addSpace('Small', 5), 'BAD_ARGUMENT', /^space: /)
    await rejects(() => store.addSpace('new', 0), 'BAD_ARGUMENT', /^dims: /)
    await store.addSpace(SMALL, 4)
  })

  it('the nearest are those of a plain loop over all vectors', async (store) => {
    const ids = Array.from({ length: 300 }, (_, i) => `c${i}`)
    const scaled = (i: number) => vector(i + 1, LARGE).map((x) => x * 10 ** ((i % 7) - 3))
    for (let first = 0; first < 300; first += 100)
      await store.upsert(
        ids
          .slice(first, first + 100)
          .map((id, i) => ({ id, text: id, vectors: { [LARGE]: scaled(first + i) } })),
      )
    await store.remove(ids.slice(0, 30))
    await store.upsert([{ id: 'c50', text: '', vectors: { [LARGE]: scaled(299).map((x) => -x) } }])
    const kept = ids.slice(30).map((id) => {
      const i = Number(id.slice(1))
      return { id, vector: i === 50 ? scaled(299).map((x) => -x) : scaled(i) }
    })
    const queries = query(1000, LARGE, 70)
    for (const k of [1, 10, 500]) {
      const found = await store.nearest(queries, k, { effort: 'exact' })
      assert.is(found.length, 70)
      for (const [i, hits] of found.entries()) {
        const expected = kept
          .map(({ id, vector }) => ({ id, cosine: cosine(queries.row(i), vector) }))
          .sort((a, b) => b.cosine - a.cosine)
        assert.is(hits.length, Math.min(k, kept.length))
        for (const [at, { id, cosine }] of hits.entries()) {
          assert.ok(Math.abs(cosine - expected[at]!.cosine) < 2e-6)
          assert.ok(Math.abs(expected.find((one) => one.id === id)!.cosine - cosine) < 2e-6)
        }
        assert.is(new Set(hits.map(({ id }) => id)).size, hits.length)
      }
    }
    assert.equal(await store.nearest(vectorsFrom([], 4, SMALL), 3), [])
    assert.equal(await store.nearest(query(1), 3), [[]])
  })

  it('a vector of zeros has cosine 0 to all, and so does a query of zeros', async (store) => {
    await store.upsert([
      { id: 'to', text: '', vectors: { [SMALL]: Float32Array.of(1, 0, 0, 0) } },
      { id: 'zero', text: '', vectors: { [SMALL]: new Float32Array(4) } },
      { id: 'from', text: '', vectors: { [SMALL]: Float32Array.of(-1, 0, 0, 0) } },
    ])
    const [hits] = await store.nearest(vectorsFrom(Float32Array.of(2, 0, 0, 0), 4, SMALL), 3)
    assert.equal(hits, [
      { id: 'to', cosine: 1 },
      { id: 'zero', cosine: 0 },
      { id: 'from', cosine: -1 },
    ])
    const [none] = await store.nearest(vectorsFrom(new Float32Array(4), 4, SMALL), 3)
    assert.equal(
      none!.map(({ cosine }) => Math.abs(cosine)),
      [0, 0, 0],
    )
  })

  const fulfils = (c: ConceptRecord, filter: ConceptFilter): boolean => {
    const one = (value: string | null | undefined, wanted: readonly string[] | undefined) =>
      wanted === undefined || (typeof value === 'string' && wanted.includes(value))
    const gps = (filter.gps ?? []).every(
      (range, i) =>
        range === null || (c.gps?.[i] !== undefined && c.gps[i] >= range[0] && c.gps[i] <= range[1]),
    )
    return (
      one(c.primaryDomain, filter.domains) &&
      one(c.modality, filter.modalities) &&
      one(c.type, filter.types) &&
      one(c.sourceDataset, filter.sources) &&
      one(c.document, filter.documents) &&
      c.text.toLowerCase().includes((filter.text ?? '').toLowerCase()) &&
      gps
    )
  }
  const filters: ConceptFilter[] = [
    {},
    { types: ['code'] },
    { types: ['code', "o'type"], domains: ['d1', 'd3'] },
    { types: [] },
    { modalities: ['audio'] },
    { sources: ['null'] },
    { sources: ['undefined'] },
    { documents: ['doc 3', 'doc 4'], text: 'STRASSE' },
    { text: 'straße' },
    { text: '%' },
    { text: '_' },
    { text: '"X"' },
    { text: '' },
    { gps: [[10, 20]] },
    { gps: [null, [-40, -30]] },
    { gps: [[12, 12], null] },
    { gps: [] },
    { documents: ['doc 0'], gps: [[5, 5]], types: ["o'type"] },
    { types: ["' or '1'='1"] },
    { types: ['text"; drop table concepts; --'] },
    { documents: ["doc 1' or true --", 'doc 1)'] },
    { text: "' or 1=1 --" },
    { domains: ['d1\\', '$1', '?', '%'] },
  ]
  it('filters find what fulfils them, and injections nothing', async (store) => {
    await store.upsert(FILTERED)
    for (const filter of filters) {
      const expected = FILTERED.filter((concept) => fulfils(concept, filter))
      const scanned = (await all(store, { filter })).map(({ id }) => id)
      assert.equal(scanned, expected.map(({ id }) => id).sort(), JSON.stringify(filter))
      const [hits] = await store.nearest(query(77), 7, { filter })
      const best = expected
        .map(({ id, vectors }) => ({ id, cosine: cosine(query(77).row(0), vectors![SMALL]!) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 7)
      assert.equal(
        hits!.map(({ id }) => id),
        best.map(({ id }) => id),
        JSON.stringify(filter),
      )
    }
    assert.is(await store.count(), FILTERED.length)
    // A filter goes by what a concept is now.
    await store.upsert([{ ...FILTERED[1]!, type: 'new', primaryDomain: null }])
    assert.equal(
      (await all(store, { filter: { types: ['new'] } })).map(({ id }) => id),
      ['f1'],
    )
    assert.not((await all(store, { filter: { domains: ['d1'] } })).some(({ id }) => id === 'f1'))
  })
}
