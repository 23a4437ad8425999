import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import type { ConceptRecord } from '../../../lib/store/record.ts'
import { rejects } from '../../support/rejects.ts'
import { all, edge, full, type It, LARGE, ODD_IDS, plain, query, SMALL, vector } from './given.ts'

/** Concepts are kept as they were given. */
export function records(it: It): void {
  it('a concept comes back as it was given, also by a second one that opens the store', async (store, again) => {
    const before = Date.now()
    await store.upsert([{ id: 'plain', text: '' }, full('full')])
    const other = await again()
    for (const one of [store, other]) {
      const [first, none, second, twice] = await one.get(['plain', 'none', 'full', 'plain'])
      assert.ok(first!.updated >= before && first!.updated <= Date.now())
      assert.equal(first, plain('plain', '', first!.updated))
      assert.is(none, null)
      assert.equal(second, full('full'))
      assert.equal(twice, first)
      assert.is(await one.count(), 2)
      assert.equal(
        [...one.spaces],
        [
          [SMALL, 4],
          [LARGE, 8],
        ],
      )
    }
    await store.upsert([{ id: 'later', text: 'seen by the other' }])
    assert.is(await other.count(), 3)
    assert.is((await other.get(['later']))[0]!.text, 'seen by the other')
    await other.dispose()
  })

  it('ids of any characters are kept apart', async (store) => {
    await store.upsert(
      ODD_IDS.map((id, i) => ({ id, text: `text ${i}`, vectors: { [SMALL]: vector(i + 1) } })),
    )
    await store.link(ODD_IDS.map((id, i) => edge(id, "a 'type'", ODD_IDS[(i + 1) % ODD_IDS.length]!, i)))
    assert.equal(
      (await store.get(ODD_IDS)).map((concept) => [concept!.id, concept!.text]),
      ODD_IDS.map((id, i) => [id, `text ${i}`]),
    )
    for (const [i, id] of ODD_IDS.entries()) {
      const [hits] = await store.nearest(vectorsFrom(vector(i + 1), 4, SMALL), 1)
      assert.is(hits![0]!.id, id)
      const [found] = await store.neighbours([id], { types: ["a 'type'"] })
      assert.is(found!.target, ODD_IDS[(i + 1) % ODD_IDS.length])
    }
    await store.remove(["it's", '__proto__'])
    assert.is(await store.count(), ODD_IDS.length - 2)
  })

  it('what is no id, text, number or vector is refused by its name, and changes nothing', async (store) => {
    const bad = (record: object, message: RegExp) =>
      rejects(
        () => store.upsert([{ id: 'good', text: '' }, { id: 'a', text: '', ...record } as ConceptRecord]),
        'BAD_ARGUMENT',
        message,
      )
    for (const id of ['', 'two\nlines', 'nul\0', 'x'.repeat(513), '\ud800', 7, null])
      await bad({ id }, /^concepts\[1\]\.id: /)
    await bad({ text: undefined }, /^concepts\[1\]\.text: /)
    await bad({ text: 'half \udc00' }, /^concepts\[1\]\.text: /)
    await bad({ text: 'nul\0' }, /^concepts\[1\]\.text: /)
    await bad({ confidence: Number.NaN }, /^concepts\[1\]\.confidence: /)
    await bad({ confidence: 1.5 }, /^concepts\[1\]\.confidence: /)
    await bad({ modality: 'smell' }, /^concepts\[1\]\.modality: /)
    await bad({ surfaceForms: 'one' }, /^concepts\[1\]\.surfaceForms: /)
    await bad({ gps: [Number.POSITIVE_INFINITY] }, /^concepts\[1\]\.gps: /)
    await bad({ line: 0 }, /^concepts\[1\]\.line: /)
    await bad({ conf: 1 }, /^concepts\[1\]\.conf: no such option/)
    const vectors = (given: unknown) => ({ vectors: { [SMALL]: given } })
    await bad(vectors([1, 0, 0, 0]), /^concepts\[1\]\.vectors\.small-4: /)
    await bad(vectors(new Float32Array(3)), /small-4: got 3 numbers; expected 4 numbers/)
    await bad(vectors(Float32Array.of(1, Number.NaN, 0, 0)), /small-4: got NaN or infinity/)
    await bad(vectors(Float32Array.of(1, Number.POSITIVE_INFINITY, 0, 0)), /small-4: got NaN or infinity/)
    await rejects(
      () => store.upsert([{ id: 'a', text: '', vectors: { 'other-4': vector(1) } }]),
      'SPACE_MISMATCH',
      /'other-4'.*'small-4'/,
    )
    const link = (given: object, message: RegExp) =>
      rejects(() => store.link([{ ...edge('a', 'b', 'c', 1), ...given }]), 'BAD_ARGUMENT', message)
    await link({ source: '' }, /^edges\[0\]\.source: /)
    await link({ type: 'a\0b' }, /^edges\[0\]\.type: /)
    await link({ weight: Number.NaN }, /^edges\[0\]\.weight: /)
    await rejects(() => store.get(['']), 'BAD_ARGUMENT', /^ids\[0\]: /)
    await rejects(() => store.remove(['\n']), 'BAD_ARGUMENT', /^ids\[0\]: /)
    assert.is(await store.count(), 0)
    assert.equal(await store.neighbours(['a']), [])
  })

  it('of the same id twice in one call the last one counts, and repeated writes add nothing', async (store) => {
    const write = () =>
      store.upsert([
        { id: 'a', text: 'first', vectors: { [SMALL]: vector(1), [LARGE]: vector(1, LARGE) } },
        { id: 'b', text: 'b', updated: 5, vectors: { [SMALL]: vector(2) } },
        { id: 'a', text: 'last', updated: 5, vectors: { [SMALL]: vector(3) } },
      ])
    const relate = () => store.link([edge('a', 't', 'b', 1), edge('a', 't', 'b', 2)])
    for (let i = 0; i < 3; i++) {
      await write()
      await relate()
    }
    assert.is(await store.count(), 2)
    assert.equal(await store.get(['a', 'b']), [plain('a', 'last', 5), plain('b', 'b', 5)])
    assert.equal(await store.vectors(SMALL, ['a']), [vector(3)])
    assert.equal(await store.vectors(LARGE, ['a']), [null])
    assert.is((await store.nearest(query(9), 10))[0]!.length, 2)
    assert.equal(await store.neighbours(['a']), [edge('a', 't', 'b', 2)])
    assert.is((await all(store)).length, 2)
  })

  it('what is removed is gone with its vectors and its relations in both directions', async (store, again) => {
    const ids = ['a', 'b', 'c']
    await store.upsert(ids.map((id, i) => ({ id, text: id, vectors: { [SMALL]: vector(i + 1) } })))
    const edges = ids.flatMap((s) => ids.map((t) => edge(s, 't', t, 1)))
    await store.link([...edges, edge('ghost', 't', 'a', 1), edge('c', 't', 'ghost', 3)])
    await store.remove(['b', 'unknown', 'b', 'ghost'])
    const other = await again()
    for (const one of [store, other]) {
      assert.is(await one.count(), 2)
      assert.equal(await one.get(['b']), [null])
      assert.equal(await one.vectors(SMALL, ['b']), [null])
      assert.equal((await one.nearest(query(4), 5))[0]!.map(({ id }) => id).sort(), ['a', 'c'])
      assert.equal(await one.neighbours(['b', 'ghost']), [])
      const left = (id: string) => [edge(id, 't', 'a', 1), edge(id, 't', 'c', 1)]
      assert.equal(await one.neighbours(['a', 'c']), [...left('a'), ...left('c')])
      assert.equal(await one.neighbours(['b'], { direction: 'in' }), [])
      assert.equal(await one.neighbours(['c'], { direction: 'in' }), [
        edge('a', 't', 'c', 1),
        edge('c', 't', 'c', 1),
      ])
    }
    await other.dispose()
    // Once more, it is a new one.
    await store.upsert([{ id: 'b', text: 'again', updated: 1 }])
    assert.equal(await store.get(['b']), [plain('b', 'again', 1)])
    assert.equal(await store.vectors(SMALL, ['b']), [null])
    assert.equal(await store.neighbours(['b']), [])
    await store.remove([])
  })

  it('long texts and very many surface forms are kept', async (store) => {
    const text = 'Zeile "1"\n'.repeat(100_000)
    const surfaceForms = Array.from({ length: 1_000_000 }, (_, i) => `form ${i}`)
    await store.upsert([
      { id: 'long', text },
      { id: 'many', text: '', surfaceForms },
    ])
    const [long, many] = await store.get(['long', 'many'])
    assert.ok(long!.text === text)
    assert.is(many!.surfaceForms.length, 1_000_000)
    assert.ok(many!.surfaceForms.every((form, i) => form === surfaceForms[i]))
  })
}
