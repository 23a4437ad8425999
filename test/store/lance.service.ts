// Stores in LanceDB: packages/store-lance, which is installed for this test.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { NearestOptions } from '../../lib/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { rejects } from '../support/rejects.ts'
import { testUnless } from '../support/skip.ts'
import { storeContract } from './contract/contract.ts'
import { ownTexts } from './own_texts.ts'
import { childFlags, storeProcesses } from './processes.ts'

const root = temporaryFolder()
let stores = 0
const newFolder = () => join(root, `${stores++}.store`)
const [SPACE, DIMS] = ['small-128', 128]
const FLAT = 'plane-4'

/** Numbers as if drawn, the same each time. */
function numbers(seed: number, count: number): Float32Array {
  let state = seed * 2654435761 + 1
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 2 ** 31
  })
}

/** Vectors around some centres, as texts about the same things have. */
function vectorAt(i: number, dims = DIMS): Float32Array {
  const centre = numbers(1000 + (i % 50), dims)
  return numbers(i + 1, dims).map((x, at) => 0.3 * x + centre[at]!)
}

const query = (seed: number) => vectorsFrom(vectorAt(seed), DIMS, SPACE)
const idsOf = (hits: readonly { readonly id: string }[] | undefined) => hits!.map(({ id }) => id)

async function someStore(count: number): Promise<string> {
  const folder = newFolder()
  await using store = await openStore(`lance://${folder}`)
  await store.addSpace(SPACE, DIMS)
  await store.addSpace(FLAT, 4)
  await store.upsert(
    Array.from({ length: count }, (_, i) => ({
      id: `c${i}`,
      text: `text ${i}`,
      type: i % 3 === 0 ? 'third' : 'other',
      document: `doc ${i % 100}`,
      vectors: { [SPACE]: vectorAt(i), [FLAT]: vectorAt(i, 4) },
    })),
  )
  return folder
}

/** The tables' folders of a store. */
const tablesOf = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.lance'))

function defineTests(): void {
  storeContract({
    name: 'lance',
    hasFullText: true,
    make: async () => {
      const place = `lance://${newFolder()}`
      return { store: await openStore(place), again: () => openStore(place, { create: false }) }
    },
  })

  ownTexts('lance', () => `lance://${newFolder()}`)

  storeProcesses({
    kills: 15,
    place: (name) => `lance://${join(root, `${name}.store`)}`,
    patience: 2,
    left: (place) => {
      const names = readdirSync(place.slice('lance://'.length)).filter((name) => !name.startsWith('__'))
      assert.equal(names.sort(), ['concepts.lance', 'edges.lance', 'lance.json', 'v_kept-4.lance'])
    },
  })

  test('only a folder that is empty or a store is opened', async () => {
    await rejects(
      () => openStore('lance://'),
      'BAD_ARGUMENT',
      /^place: got "lance:\/\/"; expected lance:\/\//,
    )
    const open = (folder: string, create = true) => openStore(`lance://${folder}`, { create })
    await rejects(() => open(newFolder(), false), 'NOT_FOUND', /no store in LanceDB/)
    const other = newFolder()
    mkdirSync(other)
    await rejects(() => open(other, false), 'NOT_FOUND', /no store in LanceDB/)
    assert.equal(readdirSync(other), [])
    writeFileSync(join(other, 'notes.txt'), '')
    await rejects(() => open(other), 'BAD_FILE', /no store in LanceDB, and not empty/)
    assert.equal(readdirSync(other), ['notes.txt'])
    await rejects(() => open(join(other, 'notes.txt')), 'BAD_FILE', /notes\.txt/)
    const mapped = newFolder()
    await using store = await openStore(mapped)
    await rejects(() => open(mapped), 'BAD_FILE', /no store in LanceDB, and not empty/)
    await store.dispose()
    const lance = await someStore(1)
    await rejects(() => openStore(lance), 'BAD_FILE', /no store of concepts, and not empty/)
  })

  test('a manifest that is none is told, and one of a later format', async () => {
    const folder = await someStore(1)
    const path = join(folder, 'lance.json')
    const good = JSON.parse(readFileSync(path, 'utf8'))
    for (const [content, code, message] of [
      [{ ...good, format: 2 }, 'UNSUPPORTED', /format 2; this version reads format 1/],
      [{ ...good, format: undefined }, 'BAD_FILE', /lance\.json: a damaged store: format/],
      [{ ...good, tables: { concepts: -1 } }, 'BAD_FILE', /a damaged store: tables/],
      [{ ...good, tables: { concepts: 99 } }, 'BAD_FILE', /LanceDB/],
      [{ ...good, tables: { nothing: 1 } }, 'BAD_FILE', /LanceDB/],
      [{ ...good, spaces: [{ name: SPACE }] }, 'BAD_FILE', /a damaged store: spaces/],
      [[], 'BAD_FILE', /a damaged store/],
    ] as const) {
      writeFileSync(path, JSON.stringify(content))
      await rejects(() => openStore(`lance://${folder}`), code, message)
    }
    writeFileSync(path, '{')
    await rejects(() => openStore(`lance://${folder}`), 'BAD_FILE', /not JSON/)
  })

  test('files of tables that are gone or cut off are told by the folder', async () => {
    const whole = await someStore(200)
    for (const damage of [
      (table: string) => rmSync(join(table, '_versions'), { recursive: true }),
      (table: string) => rmSync(join(table, 'data'), { recursive: true }),
      (table: string) => {
        for (const name of readdirSync(join(table, 'data'))) truncateSync(join(table, 'data', name), 50)
      },
    ])
      for (const name of tablesOf(whole)) {
        const folder = newFolder()
        cpSync(whole, folder, { recursive: true })
        damage(join(folder, name))
        const readAll = async () => {
          await using store = await openStore(`lance://${folder}`)
          await store.get(['c1'])
          await store.nearest(query(1), 3)
          await store.nearest(vectorsFrom(vectorAt(1, 4), 4, FLAT), 3)
        }
        await rejects(readAll, 'BAD_FILE', /\.store: LanceDB: /)
      }
  })

  test('a search by the index finds what the others find, with filters, changes and vectors of zeros', async () => {
    const count = 12_000
    const folder = await someStore(count)
    await using store = await openStore(`lance://${folder}`)
    await store.maintain()
    const trained = JSON.parse(readFileSync(join(folder, 'lance.json'), 'utf8')).trained
    assert.equal(trained, { [`v_${SPACE}`]: count, [`v_${FLAT}`]: count })
    await store.upsert([
      { id: 'zero', text: '', vectors: { [SPACE]: new Float32Array(DIMS) } },
      { id: 'c7', text: '', type: 'rare', vectors: { [SPACE]: vectorAt(7).map((x) => 2 * x) } },
    ])
    await store.remove(['c8'])
    const queriesIn = (space: string, dims: number) => {
      const some = Array.from({ length: 40 }, (_, i) => [...vectorAt(20_000 + i, dims)])
      return vectorsFrom(Float32Array.from(some.flat()), dims, space)
    }
    const recall = async (options: NearestOptions, queries = queriesIn(SPACE, DIMS)) => {
      const exact = await store.nearest(queries, 10, { ...options, effort: 'exact' })
      const found = await store.nearest(queries, 10, options)
      let hits = 0
      for (const [i, row] of found.entries()) {
        assert.is(row.length, exact[i]!.length)
        for (const { id, cosine } of row) {
          const same = exact[i]!.find((one) => one.id === id)
          if (same !== undefined) hits++
          assert.ok(same === undefined || Math.abs(same.cosine - cosine) < 1e-6)
        }
      }
      return hits / exact.flat().length
    }
    assert.ok((await recall({}, queriesIn(FLAT, 4))) > 0.95)
    assert.ok((await recall({})) > 0.9)
    assert.ok((await recall({ effort: 'fast' })) > 0.5)
    assert.ok((await recall({ filter: { types: ['third'] } })) > 0.95)
    assert.is(await recall({ filter: { documents: ['doc 5', 'doc 6'] } }), 1)
    assert.is(await recall({ filter: { types: ['rare'] } }), 1)
    assert.ok(Number.isNaN(await recall({ filter: { types: ['none'] } })), 'there are none')
    assert.is(idsOf((await store.nearest(query(7), 1))[0])[0], 'c7')
    assert.not(idsOf((await store.nearest(query(8), 10))[0]).includes('c8'))
    // More than the index tells, and those of zeros among them.
    const [all] = await store.nearest(query(1), 20_000)
    assert.is(all!.length, count)
    assert.is(all!.find(({ id }) => id === 'zero')!.cosine, 0)
    const [none] = await store.nearest(vectorsFrom(new Float32Array(DIMS), DIMS, SPACE), 5)
    assert.equal(
      none!.map(({ cosine }) => cosine),
      [0, 0, 0, 0, 0],
    )
  })

  test('vectors that no index can be made of are found without one', async () => {
    await using store = await openStore(`lance://${newFolder()}`)
    await store.addSpace(SPACE, DIMS)
    const zero = new Float32Array(DIMS)
    await store.upsert(
      Array.from({ length: 6000 }, (_, i) => ({ id: `c${i}`, text: '', vectors: { [SPACE]: zero } })),
    )
    await store.maintain()
    const [hits] = await store.nearest(query(1), 2)
    assert.equal(
      hits!.map(({ cosine }) => cosine),
      [0, 0],
    )
  })

  test('what a process that failed has left in the tables counts for nothing', async () => {
    const folder = await someStore(20)
    const manifest = readFileSync(join(folder, 'lance.json'))
    {
      await using store = await openStore(`lance://${folder}`)
      await store.upsert([{ id: 'c3', text: 'later', vectors: { [SPACE]: vectorAt(99) } }])
      await store.remove(['c4'])
    }
    writeFileSync(join(folder, 'lance.json'), manifest)
    await using store = await openStore(`lance://${folder}`)
    for (let i = 0; i < 2; i++) {
      assert.is(await store.count(), 20 + i)
      assert.equal(
        (await store.get(['c3', 'c4'])).map((concept) => concept?.text),
        ['text 3', 'text 4'],
      )
      assert.equal(await store.vectors(SPACE, ['c3', 'c4']), [vectorAt(3), vectorAt(4)])
      await store.upsert([{ id: 'new', text: '' }])
    }
  })

  test('the index of words is made with the first texts, and takes in others by maintaining', async () => {
    const folder = await someStore(6000)
    await using store = await openStore(`lance://${folder}`)
    const found = async (text: string) => idsOf(await store.matching(text, 3))
    for (let i = 0; i < 2; i++) {
      assert.equal(await found('5999'), ['c5999'])
      assert.is((await found('text')).length, 3)
      await store.maintain()
    }
    await store.upsert([{ id: 'c7', text: 'LATER' }])
    assert.equal([await found('7'), await found('later')], [[], ['c7']])
  })

  test('the files of many small writes are joined', async () => {
    const folder = newFolder()
    await using store = await openStore(`lance://${folder}`)
    for (let i = 0; i < 70; i++) await store.upsert([{ id: `c${i}`, text: '' }])
    assert.is(await store.count(), 70)
    const { writes } = JSON.parse(readFileSync(join(folder, 'lance.json'), 'utf8'))
    assert.ok(writes < 10, `${writes} writes since the files were joined`)
  })

  test('a disk that is full is told, and the store opens', async () => {
    const folder = newFolder()
    const place = `lance://${folder}`
    const child = [process.execPath, ...childFlags, 'grow', place]
    const limited = ['-c', 'ulimit -f 400; exec "$@"', 'sh', ...child]
    const { stdout, stderr, status } = spawnSync('sh', limited, { encoding: 'utf8' })
    assert.is(status, 0, stderr)
    const lines = stdout.trim().split('\n')
    const acknowledged = lines.length - 2
    assert.ok(acknowledged > 1, stdout)
    assert.match(lines.at(-2)!, new RegExp(`^BAD_FILE ${folder}: LanceDB: .*File too large`))
    const count = (acknowledged * (acknowledged + 1)) / 2
    assert.is(Number(lines.at(-1)), count, 'the process that failed goes on reading')
    await using store = await openStore(place)
    assert.is(await store.count(), count)
    assert.is((await store.get([`${acknowledged + 1}.0`]))[0], null)
    await store.upsert([{ id: 'more', text: '' }])
    assert.is(await store.count(), count + 1)
  })
}

const missing = await optionalPackage('store-lance')
if (missing === null) defineTests()
else testUnless(missing, 'stores in LanceDB', () => {})

test.run()
