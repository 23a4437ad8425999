// What every store of concepts does, whatever keeps it. A store's own test calls `storeContract` and runs the tests.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import type { ConceptFilter, ConceptRecord, Edge, StoredConcept } from '../../lib/store/record.ts'
import type { ConceptStore } from '../../lib/store/store.ts'
import { rejects } from '../support/rejects.ts'

/** What a store's own test gives: how to make one, and to open it a second time, as another process would. */
export interface StoreKind {
  readonly name: string
  /** Whether texts are searched for words. */
  readonly hasFullText: boolean
  /** A new empty store, and how to open the same one again. */
  readonly make: () => Promise<{ readonly store: ConceptStore; readonly again: () => Promise<ConceptStore> }>
}

const [SMALL, LARGE] = ['small-4', 'large-8'] as const
const DIMS = { [SMALL]: 4, [LARGE]: 8 }

/** Numbers as if drawn from a normal distribution, the same each time. */
function numbers(seed: number, count: number): Float32Array {
  let state = seed * 2654435761 + 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
  return Float32Array.from({ length: count }, () => next() + next() + next() - 1.5)
}

const vector = (seed: number, space: keyof typeof DIMS = SMALL) => numbers(seed, DIMS[space])
const query = (seed: number, space: keyof typeof DIMS = SMALL, count = 1) =>
  vectorsFrom(numbers(seed, count * DIMS[space]), DIMS[space], space)

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (const [i, x] of a.entries()) {
    dot += x * b[i]!
    aa += x * x
    bb += b[i]! * b[i]!
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb)
}

/** A concept as it is told when nothing but id and text was given. */
const plain = (id: string, text: string, updated: number): StoredConcept => ({
  id,
  text,
  type: 'text',
  modality: 'abstract',
  originModel: null,
  confidence: null,
  surfaceForms: [],
  primaryDomain: null,
  domainConfidence: null,
  domainScores: {},
  codeMetadata: null,
  validationScore: null,
  sourceDataset: null,
  document: null,
  documentHash: null,
  position: null,
  line: null,
  heading: null,
  gps: null,
  updated,
})

const full = (id: string): StoredConcept => ({
  id,
  text: 'fn "main"() {\n\tprintln!("ünï 🚢");\n}',
  type: 'code',
  modality: 'visual',
  originModel: 'use-lite',
  confidence: 0.9,
  surfaceForms: ['', "it's", 'two\nlines'],
  primaryDomain: 'code_reasoning',
  domainConfidence: 0.123456789,
  domainScores: { code_reasoning: 0.7, "odd 'key'; --": 1e-7 },
  codeMetadata: {
    language: 'rust',
    astHash: null,
    works: false,
    testCoverage: 0.5,
    complexity: 3,
    performanceMetrics: { ms: 12.25, calls: 2 ** 40 },
  },
  validationScore: -1.5,
  sourceDataset: "o'reilly",
  document: 'src/main.rs',
  documentHash: 'abc',
  position: 0,
  line: 1,
  heading: 'One › "Two"',
  gps: [12.5, -3.25],
  updated: 1_700_000_000_123,
})

const ODD_IDS = [
  "it's",
  '"quoted"',
  'back\\slash',
  'emoji 🧑🏽‍🚀',
  'e\u0301',
  '\u00e9',
  ' spaces ',
  "'; drop table concepts; --",
  '$x %s :p $1',
  '../up',
  'null',
  '__proto__',
  'ID',
  'id',
  'x'.repeat(512),
]

async function all(store: ConceptStore, options: Parameters<ConceptStore['scan']>[0] = {}) {
  const found = []
  for await (const batch of store.scan(options)) found.push(...batch)
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const edge = (source: string, type: string, target: string, weight: number): Edge => ({
  source,
  type,
  target,
  weight,
  domainSpecific: null,
})

/** Defines the tests of one kind of store. */
export function storeContract({ name, hasFullText, make }: StoreKind): void {
  const it = (
    what: string,
    run: (store: ConceptStore, again: () => Promise<ConceptStore>) => Promise<void>,
  ) =>
    test(`${name}: ${what}`, async () => {
      const { store, again } = await make()
      try {
        await store.addSpace(SMALL, 4)
        await store.addSpace(LARGE, 8)
        await run(store, again)
      } finally {
        await store.dispose()
      }
    })

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

  const filtered: ConceptRecord[] = Array.from({ length: 60 }, (_, i) => ({
    id: `f${i}`,
    text: `Text ${i} of ${i % 2 ? 'Straße' : '100% "x" _'}`,
    type: ['text', 'code', "o'type"][i % 3]!,
    modality: i % 5 === 0 ? ('audio' as const) : ('text' as const),
    primaryDomain: i % 4 === 0 ? null : `d${i % 4}`,
    sourceDataset: i % 7 === 0 ? 'null' : null,
    document: `doc ${Math.floor(i / 10)}`,
    gps: i % 6 === 0 ? null : i % 6 === 1 ? [i] : [i, -i],
    vectors: { [SMALL]: vector(i + 1) },
  }))
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
    await store.upsert(filtered)
    for (const filter of filters) {
      const expected = filtered.filter((concept) => fulfils(concept, filter))
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
    assert.is(await store.count(), filtered.length)
    // A filter goes by what a concept is now.
    await store.upsert([{ ...filtered[1]!, type: 'new', primaryDomain: null }])
    assert.equal(
      (await all(store, { filter: { types: ['new'] } })).map(({ id }) => id),
      ['f1'],
    )
    assert.not((await all(store, { filter: { domains: ['d1'] } })).some(({ id }) => id === 'f1'))
  })

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
    await store.upsert(filtered)
    await store.link(filtered.map(({ id }, i) => edge(id, `t${i % 3}`, `f${(i * 7) % 60}`, i)))
    await store.remove(['f5', 'f6'])
    await store.upsert([{ ...filtered[7]!, vectors: { [SMALL]: vector(500), [LARGE]: vector(500, LARGE) } }])
    await store.unlink([{ source: 'f1', type: 't1', target: 'f7' }])
    const what = async (one: ConceptStore) => ({
      concepts: await all(one, { spaces: [SMALL, LARGE] }),
      edges: await one.neighbours(filtered.map(({ id }) => id)),
      incoming: await one.neighbours(
        filtered.map(({ id }) => id),
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
