// Stores in PostgreSQL while their server or their writers are gone.
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore } from '../../../lib/store/open_store.ts'
import { rejects } from '../../support/rejects.ts'
import { storeProcesses, surviveKills } from '../processes.ts'
import { withServers } from './servers.ts'

await withServers(({ one, two, newSchema }) => {
  const CRASHES = 10

  test('while the server is away calls say so, and go on when it is back', async () => {
    await using store = await openStore(two.address(newSchema()))
    await store.upsert([{ id: 'a', text: '' }])
    const scan = store.scan({ batch: 1 })[Symbol.asyncIterator]()
    await scan.next()
    two.stop('immediate')
    const away = /does not answer|no longer|terminat|starting|shutting/
    await rejects(() => store.count(), 'SERVICE', away)
    await rejects(() => store.upsert([{ id: 'b', text: '' }]), 'SERVICE', away)
    await rejects(() => scan.next(), 'SERVICE', away)
    two.start()
    await store.upsert([{ id: 'b', text: '' }])
    assert.is(await store.count(), 2)
  })

  const busy = `select count(*) from pg_stat_activity where application_name = 'killed' and state <> 'idle'`

  storeProcesses({
    place: (name) => `${one.address(`processes ${name}`)}&application_name=killed`,
    settled: async () => {
      while (one.sql(busy) !== '0') await sleep(20)
    },
  })

  test(`${CRASHES} crashes of the server lose nothing that was acknowledged, and leave nothing half done`, () =>
    surviveKills(two.address(newSchema()), {
      count: CRASHES,
      // The process ends by itself then.
      end: () => two.stop('immediate'),
      settled: async () => two.start(),
      watched: false,
    }))
})

test.run()
