// What every store promises to several processes, whatever keeps it: kills lose nothing, and writers do not mind each other. A
// store's own test calls `storeProcesses` and runs the tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { ConceptStore } from '../../lib/store/store.ts'
import { groups, type Held, keyOf, members, performOn, SPACE, vectorOf } from './store_history.ts'

/** What a store's own test gives. */
export interface StoreProcesses {
  /** A place for openStore where there is no store yet; each name is another one. */
  readonly place: (name: string) => string
  /** How often a process that writes is killed. */
  readonly kills: number
  /** How much later than the mapped store's processes those are killed, whose writes take longer. Default 1. */
  readonly patience?: number
  /** Looks at what lies at the place in the end. */
  readonly left?: (place: string) => void
  /** Waits until what a killed process has begun elsewhere has ended there. */
  readonly settled?: () => Promise<void>
}

/** How processes that write are ended again and again. */
export interface Kills extends Pick<StoreProcesses, 'patience' | 'settled'> {
  readonly count: number
  /** Default: the process is killed. */
  readonly end?: (child: ChildProcess) => void
  /** Whether another one reads meanwhile. Default true. */
  readonly watched?: boolean
}

/** The command line of store_child.ts, without what it is to do. */
export const childFlags = [
  ...process.execArgv,
  fileURLToPath(new URL('store_child.ts', import.meta.url)),
] as const

/** What a store tells of all that the history may have written. */
async function heldBy(store: ConceptStore): Promise<Held> {
  const held: Held = { concepts: new Map(), edges: new Map() }
  // Also finds spaces that another process has added.
  const count = await store.count()
  if (!store.spaces.has(SPACE)) return held
  const ids = groups.flatMap(members)
  const [concepts, vectors] = [await store.get(ids), await store.vectors(SPACE, ids)]
  for (const [i, concept] of concepts.entries()) {
    assert.is(vectors[i] === null, concept === null)
    if (concept === null) continue
    assert.is(concept.text, `step ${concept.updated}`)
    assert.equal(vectors[i], vectorOf(concept.updated))
    held.concepts.set(concept.id, concept.updated)
  }
  for (const edge of await store.neighbours(ids)) held.edges.set(keyOf(edge), edge.weight)
  const incoming = await store.neighbours(ids, { direction: 'in' })
  assert.equal(incoming.map(keyOf).sort(), [...held.edges.keys()].sort())
  assert.is(count, held.concepts.size)
  const scanned: string[] = []
  for await (const batch of store.scan()) scanned.push(...batch.map(({ id }) => id))
  assert.equal(scanned.sort(), [...held.concepts.keys()].sort())
  const [hits] = await store.nearest(vectorsFrom(vectorOf(7), 4, SPACE), 1000)
  assert.equal(hits!.map(({ id }) => id).sort(), scanned)
  return held
}

const sorted = ({ concepts, edges }: Held) => [[...concepts].sort(), [...edges].sort()]

/** Reads while another process writes: concepts that are written together are there together. */
async function watch(store: ConceptStore, over: { readonly now: boolean }): Promise<number> {
  let looks = 0
  for (; !over.now; looks++) {
    const ids = members(looks % groups.length)
    const steps = new Set((await store.get(ids)).map((concept) => concept?.updated))
    assert.is(steps.size, 1, 'a reader saw half of a write')
    if (!store.spaces.has(SPACE)) continue
    const vectors = new Set((await store.vectors(SPACE, ids)).map((vector) => String(vector)))
    assert.is(vectors.size, 1, 'a reader saw half of the vectors of a write')
  }
  return looks
}

/** Lets processes write the history and ends them; what they acknowledged must be there each time, and nothing by half. */
export async function surviveKills(place: string, kills: Kills): Promise<void> {
  const { count, patience = 1, watched = true, settled = async () => {} } = kills
  const { end = (child) => child.kill('SIGKILL') } = kills
  const held: Held = { concepts: new Map(), edges: new Map() }
  await using watcher = await openStore(place)
  let [step, looks, done] = [0, 0, 0]
  for (let kill = 0; kill < count; kill++) {
    const child = spawn(process.execPath, [...childFlags, 'history', place, `${step}`], {
      // One that is not killed, but fails, tells of it.
      stdio: ['ignore', 'pipe', kills.end === undefined ? 'inherit' : 'ignore'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    const ended = once(child, 'close')
    while (!output.includes('ready')) {
      assert.is(child.exitCode, null, 'the process has ended by itself')
      await sleep(5)
    }
    const over = { now: false }
    const watching = watched ? watch(watcher, over) : Promise.resolve(0)
    await sleep(patience * (((kill * 37) % count) * 11 + (kill % 7)))
    end(child)
    await ended
    await settled()
    over.now = true
    looks += await watching
    const acknowledged = output.split('\n').filter((line) => /^\d+$/.test(line)).length
    for (let i = 0; i < acknowledged; i++) performOn(held, step++)
    done += acknowledged
    await using store = await openStore(place)
    const found = await heldBy(store)
    // The one that was under way may have come to its end.
    const next: Held = { concepts: new Map(held.concepts), edges: new Map(held.edges) }
    performOn(next, step)
    const isNext = JSON.stringify(sorted(found)) === JSON.stringify(sorted(next))
    assert.equal(sorted(found), sorted(isNext ? next : held), `after ${step} steps and kill ${kill}`)
    assert.equal(sorted(await heldBy(watcher)), sorted(found))
    if (isNext && step > 0) performOn(held, step++)
  }
  // On a slow machine a process may be killed before it has done a step.
  assert.ok(done > count / 5, `${done} steps were done`)
  assert.ok(!watched || looks > count / 5, `${looks} looks`)
  await using store = await openStore(place)
  await store.maintain()
  assert.equal(sorted(await heldBy(store)), sorted(held))
}

/** Defines the tests of one kind of store. */
export function storeProcesses({
  place,
  kills,
  patience = 1,
  left = () => {},
  settled,
}: StoreProcesses): void {
  test(`${kills} kills lose nothing that was acknowledged, and leave nothing half done`, async () => {
    const killed = place('killed')
    await surviveKills(killed, { count: kills, patience, ...(settled && { settled }) })
    left(killed)
  })

  test('three writers at once lose nothing and double nothing', async () => {
    const shared = place('shared')
    await using store = await openStore(shared)
    await store.addSpace(SPACE, 4)
    const writers = ['1', '2', '3']
    const codes = await Promise.all(
      writers.map(async (writer) => {
        const child = spawn(process.execPath, [...childFlags, 'write', shared, writer], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        return (await once(child, 'close'))[0] as number
      }),
    )
    assert.equal(codes, [0, 0, 0])
    const numbers = Array.from({ length: 40 }, (_, i) => i)
    const own = writers.flatMap((writer) => numbers.map((i) => `writer ${writer}, ${i}`))
    const ids = [...own, ...numbers.map((i) => `shared ${i}`)]
    assert.ok((await store.get(ids)).every((concept, i) => concept?.id === ids[i]))
    assert.is(await store.count(), ids.length)
    const [hits] = await store.nearest(vectorsFrom(Float32Array.of(1, 1, 1, 1), 4, SPACE), 1000)
    assert.equal(hits!.map(({ id }) => id).sort(), [...ids].sort())
    assert.is((await store.neighbours(['hub'])).length, ids.length)
  })
}
