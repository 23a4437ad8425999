// Builds whose work others do, over Redis and over PostgreSQL.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openQueuedWork } from '../../../lib/curate/build/queue/queued_work.ts'
import { runWorker } from '../../../lib/curate/build/queue/run_worker.ts'
import { unitOf } from '../../../lib/curate/build/unit.ts'
import { missingPostgres, postgresServer } from '../../support/postgres.ts'
import { freePort, missingRedis, redisServer } from '../../support/redis.ts'
import { rejects } from '../../support/rejects.ts'
import { testUnless } from '../../support/skip.ts'
import { killBuilds } from './kills.ts'
import { madeUp } from './made_up.ts'

const config = {
  llm: { extract: null, validate: null, oppose: null, judge: null },
  relations: [],
  sandbox: 'off' as const,
}

async function postgres(): Promise<string> {
  const server = await postgresServer()
  return server.address('public').replace(/\?.*/, '')
}

/** Units are worked on by others, each once, and what was done while nobody waited is found. */
async function worksBy(address: string): Promise<void> {
  const worked: string[] = []
  const stop = new AbortController()
  const worker = runWorker(address, {
    signal: stop.signal,
    atOnce: 2,
    onUnit: ({ name }) => worked.push(name),
  })
  const units = [10, 20, 30, 40].map((n) =>
    unitOf(`unit ${n}`, 'test', { candidates: madeUp(`${n}.txt`), passages: [] }),
  )
  {
    await using queued = await openQueuedWork(address, config)
    const results = await Promise.all(units.map((unit) => queued.work(unit, undefined)))
    assert.equal(
      results.map(({ unit, candidates }) => [unit, candidates.length]),
      units.map(({ id, candidates }) => [id, candidates.length]),
    )
    assert.is(new Set(worked).size, 4)
    // One that ends while a unit is under way.
    const ended = new AbortController()
    const left = queued.work(
      unitOf('left', 'test', { candidates: madeUp('50.txt'), passages: [] }),
      ended.signal,
    )
    ended.abort(new Error('enough'))
    await left.then(
      () => assert.unreachable('it was ended'),
      (error: Error) => assert.is(error.message, 'enough'),
    )
  }
  {
    await using queued = await openQueuedWork(address, config)
    const passages = [{ text: 'x', source: 's', document: null, position: null, line: null }]
    const broken = unitOf('broken', 'test', { candidates: [], passages })
    await rejects(
      () => queued.work(broken, undefined),
      'SERVICE',
      /broken: a worker has failed: .*language model/,
    )
    await queued.work(unitOf('left', 'test', { candidates: madeUp('50.txt'), passages: [] }), undefined)
    assert.is(worked.filter((name) => name === 'left').length, 1)
  }
  stop.abort()
  await worker
}

testUnless(missingRedis(), 'units are worked on by others, over Redis', async () =>
  worksBy(await redisServer()),
)

testUnless(missingPostgres(), 'units are worked on by others, over PostgreSQL', async () =>
  worksBy(await postgres()),
)

testUnless(missingRedis(), 'builds and three workers that are killed come to the same store', async () =>
  killBuilds({ kills: 6, seed: 2, queue: await redisServer(), workers: 3 }),
)

test('a server that does not answer, and an address of another kind, are told', async () => {
  const port = await freePort()
  await rejects(() => openQueuedWork(`redis://127.0.0.1:${port}`, config), 'SERVICE', /ECONNREFUSED/)
  await rejects(
    () => openQueuedWork(`postgres://a:secret@127.0.0.1:${port}/x`, config),
    'SERVICE',
    /^postgres:\/\/127.0.0.1:\d+: .*ECONNREFUSED/,
  )
  await rejects(() => openQueuedWork('http://localhost', config), 'BAD_ARGUMENT', /queue: got "http/)
})

test.run()
