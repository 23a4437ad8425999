import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { encodeFrame } from '../../lib/store/mapped/frames.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { ConceptStore } from '../../lib/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allFields, allText } from '../support/fuzz/mutations.ts'
import { pick, type Random } from '../support/fuzz/random.ts'
import type { Files } from '../support/fuzz/target.ts'

const [SPACE, IDS] = ['small-2', ['cat', 'dog', 'ship', 'nobody']] as const

/** The files of a small store that has something of everything. */
async function filesOf(folder: string): Promise<Files> {
  await using store = await openStore(folder)
  await store.addSpace(SPACE, 2, { name: 'model', fingerprint: 'abc', options: { normalize: true } })
  await store.upsert(
    IDS.slice(0, 3).map((id, i) => ({
      id,
      text: `the ${id}`,
      gps: [i, 1],
      primaryDomain: 'life',
      vectors: { [SPACE]: Float32Array.of(1, i) },
    })),
  )
  await store.link([
    { source: 'cat', type: 'sees', target: 'dog', weight: 1, domainSpecific: null },
    { source: 'dog', type: 'sees', target: 'ship', weight: 0.5, domainSpecific: true },
  ])
  await store.unlink([{ source: 'cat', type: 'sees', target: 'dog' }])
  await store.remove(['ship'])
  await store.upsert([{ id: 'cat', text: 'a cat', vectors: { [SPACE]: Float32Array.of(0, 1) } }])
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}

/** Frames of a log, their parts apart. */
function framesOf(log: Buffer) {
  const frames = []
  for (let at = 0; at < log.length; ) {
    const [main, edges] = [log.readUInt32LE(at + 8), log.readUInt32LE(at + 12)]
    const records = log.readDoubleLE(at + 16)
    const begin = at + 40
    const middle = begin + main + edges
    frames.push({
      main: Uint8Array.from(log.subarray(begin, begin + main)),
      edges: Uint8Array.from(log.subarray(begin + main, middle)),
      records: [Uint8Array.from(log.subarray(middle, middle + records))],
    })
    at = Math.ceil((middle + records) / 8) * 8
  }
  return frames
}

const good = await filesOf(join(temporaryFolder(), 'good.store'))
const NUMBERS = [0, 1, 2, 3, 7, 255, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

/** A log whose checksums are right and whose contents are not. */
function hostile(random: Random): Files {
  const frames = framesOf(Buffer.from(good['log-0']!))
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const frame = pick(frames, random)
    const part = pick([frame.main, frame.edges, frame.records[0]!], random)
    if (part.length < 4) continue
    if (random(3) === 0) part[random(part.length)] = random(256)
    else
      new DataView(part.buffer).setUint32(
        4 * random(Math.floor(part.length / 4)),
        pick(NUMBERS, random),
        true,
      )
  }
  const log = Buffer.concat(frames.flatMap((frame, number) => encodeFrame(number, frame)))
  return { ...good, 'log-0': log }
}

async function readAll(store: ConceptStore): Promise<void> {
  const seen: string[] = []
  for await (const batch of store.scan({ spaces: [...store.spaces.keys()] }))
    for (const { id, text, vectors } of batch) {
      assert.type(text, 'string')
      for (const [space, vector] of Object.entries(vectors)) assert.is(vector.length, store.spaces.get(space))
      seen.push(id)
    }
  assert.is(seen.length, await store.count())
  await store.get(IDS)
  for (const direction of ['in', 'out'] as const)
    for (const { source, type, target } of await store.neighbours(IDS, { direction }))
      assert.ok([source, type, target].every((text) => typeof text === 'string'))
  for (const [space, dims] of store.spaces)
    if (dims < 1000) {
      const query = vectorsFrom(new Float32Array(dims).fill(1), dims, space)
      for (const filter of [undefined, { domains: ['life'], gps: [[0, 1]] as [number, number][] }])
        assert.ok((await store.nearest(query, 5, { filter }))[0]!.length <= 5)
    }
}

await fuzz(import.meta.url, {
  'stores of mapped files': {
    seeds: () => [good],
    layout: (bytes, name) => (name === 'store.json' ? allText(bytes) : allFields(bytes)),
    make: hostile,
    read: async (folder) => {
      await using store = await openStore(folder, { create: false })
      await readAll(store)
      // What can be read can be written anew, and says the same then.
      const before = await store.count()
      await store.maintain()
      assert.is(await store.count(), before)
    },
    codes: ['BAD_FILE', 'NOT_FOUND', 'UNSUPPORTED'],
  },
})
