// What PostgreSQL does for its stores: SQL, vectors, indexes, words, transactions.
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import type { ConceptFilter, ConceptRecord, Edge } from '../../../lib/store/record.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { rejects } from '../../support/rejects.ts'
import { withServers } from './servers.ts'

await withServers(({ one, newSchema, newPlace }) => {
  const SPACE = 'small-4'
  const edge = (source: string, type: string, target: string, weight = 1): Edge => ({
    source,
    type,
    target,
    weight,
    domainSpecific: null,
  })
  /** Numbers as if drawn at random, the same each time. */
  const numbers = (seed: number, count: number): Float32Array => {
    let state = seed * 2654435761 + 1
    return Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state / 2 ** 31
    })
  }
  async function scanned(store: ConceptStore): Promise<string[]> {
    const found: string[] = []
    for await (const batch of store.scan()) found.push(...batch.map(({ id }) => id))
    return found.sort()
  }

  test('names of schemas, spaces, ids, types and filters are never read as SQL', async () => {
    const odd = [`"; drop schema public cascade; --`, `it's "odd"`, '$1', 'a.b', 'SELECT', 'ü', '%s\\']
    for (const schema of odd) {
      const place = one.address(schema)
      {
        await using store = await openStore(place)
        await store.addSpace('a-b', 2)
        await store.addSpace('a.b', 3)
        await store.addSpace(`${'long-'.repeat(12)}name`, 4)
        await store.addSpace(`${'long-'.repeat(12)}nam`, 5)
        const id = schema
        await store.upsert([
          {
            id,
            text: schema,
            type: schema,
            vectors: { 'a-b': Float32Array.of(1, 0), 'a.b': Float32Array.of(0, 1, 0) },
          },
        ])
        await store.link([edge(id, schema, id)])
        const filter = { types: [schema], text: schema }
        const [hits] = await store.nearest(vectorsFrom(Float32Array.of(1, 0), 2, 'a-b'), 3, { filter })
        assert.equal(hits, [{ id, cosine: 1 }])
        assert.equal(await store.neighbours([id], { types: [schema], limit: 1 }), [edge(id, schema, id)])
        assert.equal(await store.vectors('a.b', [id]), [Float32Array.of(0, 1, 0)])
        await store.maintain()
      }
      await using again = await openStore(place, { create: false })
      assert.is(again.spaces.size, 4)
      assert.equal(await scanned(again), [schema])
      await again.remove([schema])
      assert.equal(await again.vectors('a-b', [schema]), [null])
    }
    assert.is(one.sql(`select count(*) from pg_namespace where nspname = 'public'`), '1')
  })

  test('vectors of any length and size come back to the bit, up to what PostgreSQL keeps', async () => {
    await using store = await openStore(newPlace())
    const sizes = [1, 1600, 1601, 2500, 4001, 16_000]
    for (const dims of sizes) await store.addSpace(`size-${dims}`, dims)
    const id = '界'.repeat(512)
    const vectors = Object.fromEntries(sizes.map((dims) => [`size-${dims}`, numbers(dims, dims)]))
    await store.upsert([
      { id, text: '', vectors },
      { id: 'large', text: '', vectors: { 'size-1600': new Float32Array(1600).fill(2e16) } },
      { id: 'small', text: '', vectors: { 'size-1600': new Float32Array(1600).fill(-3e-20) } },
    ])
    for (const dims of sizes)
      assert.equal((await store.vectors(`size-${dims}`, [id]))[0], vectors[`size-${dims}`])
    const query = vectorsFrom(new Float32Array(1600).fill(1), 1600, 'size-1600')
    const [hits] = await store.nearest(query, 3)
    assert.equal(
      hits!.map((hit) => hit.id),
      ['large', id, 'small'],
    )
    assert.ok(Math.abs(hits![0]!.cosine - 1) < 1e-6 && Math.abs(hits![2]!.cosine + 1) < 1e-6)
    await rejects(() => store.addSpace('too-long', 16_001), 'UNSUPPORTED', /^dims: got 16001; .*16000/)
    // Ids of a relation are one key, which has to fit into a third of a page.
    const random = (seed: number) =>
      String.fromCodePoint(...[...numbers(seed, 512)].map((x) => 0x4e00 + Math.floor(Math.abs(x) * 20_000)))
    await rejects(
      () => store.link([edge(random(1), 't', random(2))]),
      'UNSUPPORTED',
      /more than PostgreSQL can keep/,
    )
    await store.link([edge(random(1), 't', 'short')])
    assert.is((await store.neighbours([random(1)])).length, 1)
  })

  test('with a limit, equal relations are told in the order of other stores', async () => {
    const targets = [
      'a',
      '\u{1f6a2}',
      '\uff5e',
      '\ue000',
      '\u{10ffff}',
      'é',
      'b\u{1f6a2}',
      'b\uff5e',
      '\ud7ff',
    ]
    await using store = await openStore(newPlace())
    await store.link(
      targets.flatMap((target) => [edge('x', '\uff5e', target), edge('x', '\u{1f6a2}', target)]),
    )
    const all = await store.neighbours(['x'])
    assert.equal(
      all.slice(0, 9).map(({ target }) => target),
      [...targets].sort(),
    )
    for (let limit = 1; limit <= all.length; limit++)
      assert.equal(await store.neighbours(['x'], { limit }), all.slice(0, limit))
  })

  test('an index changes what a search costs, and hardly what it finds', async () => {
    const [count, dims, space] = [12_000, 16, 'wide-16']
    const schema = newSchema()
    await using store = await openStore(one.address(schema))
    await store.addSpace(space, dims)
    const centres = Array.from({ length: 300 }, (_, i) => numbers(i + 1, dims))
    const vectorOf = (i: number) => numbers(10_000 + i, dims).map((x, c) => 0.3 * x + centres[i % 300]![c]!)
    const records: ConceptRecord[] = Array.from({ length: count }, (_, i) => ({
      id: `c${i}`,
      text: `text ${i}`,
      type: i % 500 === 0 ? 'rare' : 'common',
      modality: i % 2 ? 'text' : 'audio',
      document: `d${i % 3}`,
      vectors: {
        [space]: i === 77 ? new Float32Array(dims) : vectorOf(i).map((x) => x * 10 ** ((i % 31) - 15)),
      },
    }))
    await store.upsert(records)
    const queries = vectorsFrom(
      Float32Array.from(Array.from({ length: 40 }, (_, i) => [...vectorOf(50_000 + i)]).flat()),
      dims,
      space,
    )
    /** Uses of the index by some searches; a connection tells of its own at the latest when it ends. */
    const usesOf = async (search: (store: ConceptStore) => Promise<void>) => {
      const uses = () =>
        Number(
          one.sql(
            `select sum(idx_scan) from pg_stat_user_indexes where indexrelname = 'v_1_wide_16_hnsw' and schemaname = '${schema}'`,
          ),
        )
      const before = uses()
      {
        await using other = await openStore(`${one.address(schema)}&application_name=other`)
        await search(other)
      }
      while (one.sql(`select count(*) from pg_stat_activity where application_name = 'other'`) !== '0')
        await sleep(20)
      return uses() - before
    }
    const exact = await store.nearest(queries, 10, { effort: 'exact' })
    assert.equal(await store.nearest(queries, 10, { effort: 'fast' }), exact, 'without an index')
    await store.maintain()
    await store.maintain()
    const recall = (found: typeof exact, of: typeof exact) => {
      const shares = of.map(
        (hits, i) => hits.filter(({ id }) => found[i]!.some((hit) => hit.id === id)).length / hits.length,
      )
      return shares.reduce((a, b) => a + b, 0) / shares.length
    }
    const unused = await usesOf(async (other) => {
      assert.equal(await other.nearest(queries, 10, { effort: 'exact' }), exact)
    })
    assert.is(unused, 0)
    for (const effort of ['fast', 'good'] as const)
      assert.is(await usesOf(async (other) => void (await other.nearest(queries, 10, { effort }))), 40)
    for (const [effort, least] of [
      ['fast', 0.9],
      ['good', 0.99],
    ] as const) {
      const found = await store.nearest(queries, 10, { effort })
      assert.ok(recall(found, exact) >= least, `${effort}: ${recall(found, exact)}`)
      for (const [i, hits] of found.entries())
        for (const { id, cosine } of hits) {
          const same = exact[i]!.find((hit) => hit.id === id)
          if (same !== undefined) assert.is(cosine, same.cosine)
        }
    }
    for (const filter of [
      { types: ['rare'] },
      { types: ['nothing'] },
      { modalities: ['audio'] },
      { documents: ['d1'] },
      { text: 'TEXT 11' },
    ] as const) {
      const expected = await store.nearest(queries, 10, { effort: 'exact', filter })
      const found = await store.nearest(queries, 10, { filter })
      assert.equal(
        found.map((hits) => hits.length),
        expected.map((hits) => hits.length),
        JSON.stringify(filter),
      )
      assert.ok(
        recall(found, expected) >= 0.95 || expected[0]!.length === 0,
        `${JSON.stringify(filter)}: ${recall(found, expected)}`,
      )
    }
    // More than the index would tell, and after most of it has been removed.
    assert.equal(
      (await store.nearest(queries, 3000)).map((hits) => hits.length),
      Array(40).fill(3000),
    )
    await store.remove(records.slice(20).map(({ id }) => id))
    assert.is((await store.nearest(queries, 50))[0]!.length, 20)
    await store.upsert([records[77]!])
    const hits = (await store.nearest(queries, 50))[0]!
    assert.is(hits.find(({ id }) => id === 'c77')!.cosine, 0)
    await store.maintain()
    assert.equal((await store.nearest(queries, 50))[0]!, hits)
  })

  test('a signal stops what runs on the server, and leaves nothing half written', async () => {
    const schema = newSchema()
    const place = one.address(schema)
    await using store = await openStore(place)
    await store.addSpace(SPACE, 4)
    await store.upsert([{ id: 'held', text: 'before', vectors: { [SPACE]: numbers(1, 4) } }])
    // Another one keeps the tables, so that every call waits within the server.
    const lock = `begin; lock table "${schema}".concepts, "${schema}".edges, "${schema}".v_1_small_4; select 1; select pg_sleep(60)`
    const stopped = async (call: (signal: AbortSignal) => Promise<unknown>) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const called = call(controller.signal).then(
        () => 'done',
        (error) => error,
      )
      await sleep(150)
      controller.abort(reason)
      assert.is(await called, reason)
    }
    const release = one.hold(lock)
    while (!/AccessExclusive/.test(one.sql('select string_agg(mode, $$ $$) from pg_locks'))) await sleep(20)
    const record = { id: 'held', text: 'after', vectors: { [SPACE]: numbers(2, 4) } }
    await stopped((signal) => store.upsert([record, { id: 'new', text: '' }], { signal }))
    await stopped((signal) => store.remove(['held'], { signal }))
    await stopped((signal) => store.link([edge('a', 'b', 'c')], { signal }))
    await stopped((signal) => store.unlink([edge('a', 'b', 'c')], { signal }))
    await stopped((signal) => store.nearest(vectorsFrom(numbers(1, 4), 4, SPACE), 1, { signal }))
    await stopped((signal) => store.maintain({ signal }))
    await stopped(async (signal) => {
      for await (const _ of store.scan({ signal }));
    })
    release()
    assert.equal(await scanned(store), ['held'])
    assert.is((await store.get(['held']))[0]!.text, 'before')
    // In the middle of a large write, whenever that is.
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      id: `m${i}`,
      text: 'x'.repeat(100),
      vectors: { [SPACE]: numbers(i, 4) },
    }))
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 150)
    const result = await store.upsert(many, { signal: controller.signal }).catch((error) => error.name)
    assert.is(await store.count(), result === 'AbortError' ? 1 : 20_001)
    await store.upsert(many)
    // An index that was not finished is built anew.
    const indexing = new AbortController()
    const maintained = store.maintain({ signal: indexing.signal }).catch((error) => error.name)
    while (!/hnsw/.test(one.sql(`select string_agg(relname, ' ') from pg_class`))) await sleep(5)
    indexing.abort()
    assert.is(await maintained, 'AbortError')
    await store.maintain()
    const valid = one.sql(
      `select indisvalid from pg_index join pg_class on oid = indexrelid where relname = 'v_1_small_4_hnsw' and relnamespace = '"${schema}"'::regnamespace`,
    )
    assert.is(valid, 't')
    assert.is(await store.count(), 20_001)
  })

  test('writers in any order wait for each other, and none is told of a deadlock', async () => {
    const place = newPlace()
    const opened = await Promise.all([1, 2, 3, 4].map(() => openStore(place)))
    await opened[0]!.addSpace(SPACE, 4)
    const ids = Array.from({ length: 60 }, (_, i) => `${i}`)
    const shuffled = (round: number) => ids.map((_, i) => ids[(i * 7 + round * 13) % 60]!)
    await Promise.all(
      opened.flatMap((store, writer) =>
        [0, 1].map(async (half) => {
          for (let round = 0; round < 15; round++) {
            const some = shuffled(round * (writer + 2) + half)
            await store.upsert(
              some.map((id) => ({ id, text: `${writer}`, vectors: { [SPACE]: numbers(round, 4) } })),
            )
            await store.link(some.map((id, i) => edge(id, 't', some[(i + 1) % 60]!, writer)))
            if (half === 0) await store.remove(some.slice(0, 30))
            else await store.unlink(some.map((id, i) => edge(id, 't', some[(i + 1) % 60]!)))
          }
        }),
      ),
    )
    const [store] = opened
    await store!.upsert(ids.map((id) => ({ id, text: 'last' })))
    const there = await scanned(store!)
    assert.equal(there, [...ids].sort())
    await Promise.all(opened.map((one) => one.dispose()))
  })

  test('a rare word counts for more than many common ones, however many texts have those', async () => {
    await using store = await openStore(newPlace())
    const words = 'the valve is behind the pump'
    await store.upsert(
      Array.from({ length: 25_000 }, (_, i) => ({
        id: `c${i}`,
        text: i === 20_000 ? 'number QX7731-B' : `${words} ${i}`,
        type: i === 3 ? 'note' : 'text',
      })),
    )
    const found = async (text: string, filter: ConceptFilter = {}) =>
      (await store.matching(text, 3, { filter })).map(({ id }) => id)
    assert.is((await found(`${words} QX7731-B`))[0], 'c20000')
    assert.is((await found('valve'))[0] !== undefined, true)
    assert.equal(await found('the valve QX7731-B', { types: ['note'] }), ['c3'])
  })
})

test.run()
