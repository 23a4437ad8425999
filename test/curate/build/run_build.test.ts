import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readCurateConfig } from '../../../lib/curate/build/config.ts'
import { type BuildProgress, runBuild } from '../../../lib/curate/build/run_build.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { madeUpConfig, madeUpTools } from './made_up.ts'

/** All that a store has, but for when it was written. */
async function contentsOf(place: string) {
  await using store = await openStore(place, { create: false })
  const spaces = [...store.spaces.keys()]
  const concepts = []
  for await (const batch of store.scan({ spaces }))
    concepts.push(...batch.map(({ updated: _, ...concept }) => concept))
  concepts.sort((a, b) => (a.id < b.id ? -1 : 1))
  const edges = await store.neighbours(concepts.map(({ id }) => id))
  const relations = edges
    .map(({ source, type, target, weight }) => `${source} ${type} ${target} ${weight}`)
    .sort()
  return { concepts, relations }
}

const codeOf = async (call: () => Promise<unknown>): Promise<string> =>
  call().then(
    () => 'none',
    (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
  )

test('sources become concepts with names, relations, domains and vectors', async () => {
  const config = madeUpConfig(temporaryFolder(), ['60.txt'])
  const { tools, worked } = madeUpTools()
  const progress: BuildProgress[] = []
  const report = await runBuild(config, tools, { onProgress: (one) => progress.push(one) })
  assert.is(report.candidates, 60)
  assert.is(worked.length, Math.ceil(60 / 7))
  const { concepts, relations } = await contentsOf(config.store)
  assert.is(concepts.length, report.concepts)
  assert.ok(concepts.length >= 40 && concepts.length <= 48, `${concepts.length} concepts`)
  assert.ok(relations.length > 30)
  const boat = concepts.find(({ surfaceForms }) => surfaceForms.includes('sail sail'))!
  assert.equal([boat.originModel, boat.sourceDataset, boat.type], ['bag-of-words', '60.txt', 'concept'])
  assert.ok(boat.confidence! > 0.05 && boat.confidence! <= 1)
  assert.equal(Object.keys(boat.vectors), ['bag-32'])
  assert.ok(Object.keys(report.byDomain).includes('sea'))
  assert.ok(report.dropped.some(({ reason }) => reason.includes('no candidate')))
  assert.is(report.usage.calls, worked.length)
  assert.equal(
    new Set(progress.map(({ stage }) => stage)),
    new Set(['collect', 'embed', 'crystallise', 'classify', 'store']),
  )
  const found = readFileSync(join(config.out, 'provenance.jsonl'), 'utf8').trim().split('\n')
  assert.is(found.length, concepts.length)
  assert.ok(readFileSync(join(config.out, 'report.html'), 'utf8').includes('What was left out, and why'))
})

test('a second build reads nothing again, and one with another source adds to it', async () => {
  const out = temporaryFolder()
  await runBuild(madeUpConfig(out, ['30.txt']), madeUpTools().tools)
  const again = madeUpTools()
  await runBuild(madeUpConfig(out, ['30.txt']), again.tools)
  assert.equal([again.worked.length, again.found.length], [0, 0])
  const before = await contentsOf(join(out, 'store'))
  const more = madeUpTools()
  await runBuild(madeUpConfig(out, ['30.txt', 'other/55.txt']), more.tools)
  assert.is(more.found.length, 55)
  const after = await contentsOf(join(out, 'store'))
  assert.ok(after.concepts.length > before.concepts.length)
  const alone = temporaryFolder()
  await runBuild(madeUpConfig(alone, ['30.txt', 'other/55.txt']), madeUpTools().tools)
  assert.equal(await contentsOf(join(alone, 'store')), after)
  // What is no longer a source goes, and what others have written stays.
  {
    await using store = await openStore(join(out, 'store'))
    await store.upsert([{ id: 'mine', text: 'written by hand' }])
  }
  await runBuild(madeUpConfig(out, ['30.txt']), madeUpTools().tools)
  const { concepts } = await contentsOf(join(out, 'store'))
  assert.equal(
    concepts.map(({ id }) => id),
    [...before.concepts.map(({ id }) => id), 'mine'].sort(),
  )
})

test('one that was interrupted goes on, and comes to the same', async () => {
  const whole = madeUpConfig(temporaryFolder(), ['80.txt'])
  await runBuild(whole, madeUpTools().tools)
  const config = madeUpConfig(temporaryFolder(), ['80.txt'])
  let runs = 0
  const worked: string[] = []
  for (;;) {
    const stop = new AbortController()
    const run = madeUpTools((n) => {
      if (n === 3) stop.abort(new Error('enough'))
    })
    const outcome = await codeOf(() => runBuild(config, run.tools, { signal: stop.signal }))
    worked.push(...run.worked)
    runs++
    if (outcome === 'none') break
    assert.is(outcome, 'undefined enough')
    // As if the process had died while it wrote a line.
    appendFileSync(join(config.out, 'journal.jsonl'), '{"kind":"unit","un')
  }
  assert.ok(runs > 2)
  assert.is(new Set(worked).size, Math.ceil(80 / 7))
  assert.equal(await contentsOf(config.store), await contentsOf(whole.store))
})

test('a folder that another build is at work in, and a journal that is none, are refused', async () => {
  const config = madeUpConfig(temporaryFolder(), ['30.txt'])
  const outcomes = await Promise.all(
    [1, 2].map(() =>
      codeOf(() => runBuild(config, madeUpTools(() => new Promise((ok) => setTimeout(ok, 20))).tools)),
    ),
  )
  assert.is(outcomes.filter((one) => one === 'none').length, 1)
  assert.ok(outcomes.some((one) => one.startsWith('IN_USE')))
  writeFileSync(join(config.out, 'journal.jsonl'), 'no json\n')
  assert.match(
    await codeOf(() => runBuild(config, madeUpTools().tools)),
    /BAD_FILE .*journal.jsonl:1: not an entry/,
  )
})

test('a store of another version is refused, and left as it is', async () => {
  const config = madeUpConfig(temporaryFolder(), ['30.txt'])
  await runBuild(config, madeUpTools().tools)
  const manifest = join(config.store, 'store.json')
  const later = readFileSync(manifest, 'utf8').replace(/"format":\d+/, '"format":99')
  writeFileSync(manifest, later)
  const more = madeUpConfig(config.out, ['30.txt', '55.txt'])
  const { tools, worked } = madeUpTools()
  assert.match(
    await codeOf(() => runBuild(more, tools)),
    /^UNSUPPORTED .*store\.json: a store of format 99; this version reads format \d+$/,
  )
  assert.equal(worked, [], 'nothing is worked on for a store that cannot be written')
  assert.is(readFileSync(manifest, 'utf8'), later)
})

test('a configuration tells which key is wrong', () => {
  const refused = (config: unknown, message: string) =>
    assert.throws(
      () => readCurateConfig(config),
      (error: Error) => error.message.includes(message),
      message,
    )
  refused({}, 'out: got nothing')
  refused({ out: 'x' }, 'sources: got nothing; expected an array of objects')
  refused({ out: 'x', sources: [{ kind: 'songs' }] }, 'sources[0].kind: got "songs"; expected text | code')
  refused({ out: 'x', sources: [{ kind: 'text' }] }, 'text without files')
  refused({ out: 'x', sources: [{ kind: 'wordnet' }], colour: 1 }, 'colour: got a key')
  refused(
    { out: 'x', sources: [{ kind: 'wordnet' }], llm: { validate: { url: 'http://a' } } },
    'model: got nothing',
  )
})

test.run()
