// Child process of tests of stores: `node store_child.ts <what> <place> <number>`. It tells what it has done, line by line.
import { writeSync } from 'node:fs'
import { VmmError } from '../../lib/core/errors.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { DIMS, perform, SPACE } from './store_history.ts'

const [what, place, given] = process.argv.slice(2) as [string, string, string]
const say = (line: string) => writeSync(1, `${line}\n`)

/** Steps of the history from a number on, without end. */
async function history(): Promise<void> {
  const store = await openStore(place)
  say('ready')
  for (let step = Number(given); ; step++) {
    await perform(store, step)
    say(`${step}`)
  }
}

/** Writes a concept of its own and one that all writers share, 40 times. */
async function write(): Promise<void> {
  await using store = await openStore(place)
  for (let i = 0; i < 40; i++) {
    const vector = Float32Array.of(Number(given), i, 1, 0)
    await store.upsert([
      { id: `writer ${given}, ${i}`, text: '', vectors: { [SPACE]: vector } },
      { id: `shared ${i}`, text: `by ${given}`, vectors: { [SPACE]: vector } },
    ])
    await store.link([
      { source: 'hub', type: given, target: `writer ${given}, ${i}`, weight: i, domainSpecific: null },
      { source: 'hub', type: 'all', target: `shared ${i}`, weight: i, domainSpecific: null },
    ])
    if (i % 10 === 9) await store.maintain()
  }
}

/** Writes more and more until the disk is full, then tells what is there; `given` says what takes the room. */
async function fill(): Promise<void> {
  await using store = await openStore(place)
  await store.addSpace(SPACE, DIMS)
  await store.addSpace('wide', 4096)
  for (let i = 0; i < 1000; i++)
    try {
      const text = given === 'texts' ? 'x'.repeat(20_000) : ''
      const vectors = given === 'vectors' ? { wide: new Float32Array(4096).fill(1) } : {}
      await store.upsert([
        { id: `first ${i}`, text, vectors },
        { id: `second ${i}`, text, vectors },
      ])
      say(`${i}`)
    } catch (error) {
      say(error instanceof VmmError ? `${error.code} ${error.message}` : String(error))
      break
    }
  say(`${await store.count()}`)
}

/** Writes more at once each time, until a file would be larger than may be, then tells what is there. */
async function grow(): Promise<void> {
  await using store = await openStore(place)
  await store.addSpace('wide', 4096)
  for (let i = 1; i < 1000; i++)
    try {
      const vectors = { wide: Float32Array.from({ length: 4096 }, (_, at) => Math.sin(at * i)) }
      await store.upsert(Array.from({ length: i }, (_, at) => ({ id: `${i}.${at}`, text: '', vectors })))
      say(`${i}`)
    } catch (error) {
      say(error instanceof VmmError ? `${error.code} ${error.message}` : String(error))
      break
    }
  say(`${await store.count()}`)
}

void { history, write, fill, grow }[what]!()
