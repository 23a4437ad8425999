// What an index of one's own texts does in stores with full text: a store's own test calls `ownTexts`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createIndex } from '../../lib/search/text_index/text_index.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { vmm } from '../cli/world.ts'
import { bagOfWords, DIMS, standIn, vectorOf } from '../support/bag_of_words.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const TEXTS = [
  { id: 'valve', text: 'The valve of the pump leaks when it rains. Replacement: QX7731-B.' },
  { id: 'price', text: 'The price of the order' },
  { id: 'order', text: 'An order of spare parts' },
  { id: 'pump', text: 'The pump is new, its replacement is old' },
  ...Array.from({ length: 30 }, (_, i) => ({ id: `day ${i}`, text: `What it was like on day ${i}` })),
]

/** A model to which numbers mean nothing, as they do to most. */
const blindToNumbers = () => ({
  ...bagOfWords(),
  encode: async (texts: Parameters<ReturnType<typeof bagOfWords>['encode']>[0], options?: object) => {
    const without = [...(texts as readonly string[])].map((text) => text.replace(/\S*\d\S*/g, ''))
    return bagOfWords().encode(without, options)
  },
})

/** @param place of a new store */
export function ownTexts(name: string, place: () => string): void {
  test(`${name}: a hybrid search finds a number that the model knows nothing of, and ranks it first`, async () => {
    const model = blindToNumbers()
    await using store = await openStore(place())
    await using index = await createIndex(model, { store })
    await index.upsert(
      TEXTS.map((text) => ({
        ...text,
        vectors: { [model.space]: vectorOf(text.text.replace(/\S*\d\S*/g, '')) },
      })),
    )
    for (const query of ['qx7731-b', 'what was the number, was it QX7731-B?']) {
      const plain = await index.search(query, { k: 3 })
      assert.not.equal(plain[0]!.id, 'valve')
      const hybrid = await index.search(query, { k: 3, hybrid: true })
      assert.is(hybrid.length, 3)
      assert.is(hybrid[0]!.id, 'valve')
      assert.ok(hybrid.slice(1).some(({ cosine }) => cosine > hybrid[0]!.cosine))
      const all = await index.search(query, { k: TEXTS.length })
      for (const { id, cosine } of hybrid)
        assert.ok(Math.abs(cosine - all.find((hit) => hit.id === id)!.cosine) < 1e-6)
    }
    const known = await index.search('price of the order', { k: 2 })
    assert.equal(await index.search('price of the order', { k: 1, hybrid: true }), known.slice(0, 1))
    assert.equal(await index.search('QX7731-B', { hybrid: true, filter: { documents: ['none'] } }), [])
    // What has no vector cannot be ranked.
    await store.upsert([{ id: 'bare', text: 'QX9 alone' }])
    assert.not((await index.search('QX9', { hybrid: true, k: 50 })).some(({ id }) => id === 'bare'))
    await rejects(() => index.searchEach(['a', 'b'], { hybrid: 'yes' as never }), 'BAD_ARGUMENT', /^hybrid: /)
    const { vectors } = await model.encode(['a'])
    await rejects(() => index.search(vectors, { hybrid: true }), 'BAD_ARGUMENT', /^query: .*texts/)
    const each = await index.searchEach(['QX7731-B', 'order'], { hybrid: true, k: 1 })
    assert.equal(
      each.map(([hit]) => hit!.id),
      ['valve', 'order'],
    )
  })

  test(`${name}: files are indexed, searched and walked by the command line`, async () => {
    const folder = temporaryFolder()
    const notes = join(folder, 'notes')
    mkdirSync(notes)
    writeFileSync(join(notes, 'boat.txt'), 'The ferry QX7731-B leaves at nine.\n')
    writeFileSync(join(notes, 'garden.md'), '# Garden\n\nCut the roses in March.\n')
    const store = place()
    const world = { engine: standIn(), env: { VMM_CACHE_DIR: join(folder, 'cache') } }
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await vmm(args, world)
      assert.is(code, 0, stderr)
      return stdout
    }
    assert.match(
      await run('index', notes, '-o', store),
      /^2 documents read, .* 2 passages encoded, 2 in the store/,
    )
    assert.match(
      await run('index', notes, '-o', store),
      /^0 documents read, 2 unchanged, .* 0 passages encoded/,
    )
    writeFileSync(join(notes, 'boat.txt'), 'The ferry QX7731-C leaves at ten.\n')
    assert.match(
      await run('index', notes, '-o', store),
      /^1 document read, 1 unchanged, .* 1 passage encoded, 2 in/,
    )
    const hits = (await run('search', 'when the ferry leaves', '--store', store, '--json')).trim().split('\n')
    const [first] = hits.map((line) => JSON.parse(line))
    assert.equal([hits.length, first.text, first.line], [2, 'The ferry QX7731-C leaves at ten.', 1])
    assert.match(first.document, /notes\/boat\.txt$/)
    const number = await run(
      'search',
      'QX7731-C',
      '--hybrid',
      '-k',
      '1',
      '-s',
      store,
      '--document',
      `${notes}/*`,
    )
    assert.match(number, /boat\.txt:1\n.*QX7731-C/)
    const node = JSON.parse(await run('graph', 'get', first.id, '--store', store, '--json'))
    assert.equal([node.id, node.similar.length], [first.id, 1])
    const way = JSON.parse(
      await run('graph', 'navigate', first.id, '--towards', 'roses', '--store', store, '--json'),
    )
    assert.is(way.stops[0].id, first.id)
    await using there = await openStore(store, { create: false })
    assert.equal([...there.spaces], [['bag-32', DIMS]])
  })
}
