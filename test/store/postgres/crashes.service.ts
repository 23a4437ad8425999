// Stores in PostgreSQL while their server or their writers are gone.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore } from '../../../lib/store/open_store.ts'
import { rejects } from '../../support/rejects.ts'
import { killTests } from './kill_tests.ts'
import { withServers } from './servers.ts'

await withServers(({ one, two, newSchema }) => {
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

  killTests({ one, two, newSchema }, { kills: 15, crashes: 5 })
})

test.run()
