// Stores in PostgreSQL, on one server and on two, do what all stores do.
import { test } from 'uvu'
import { openStore } from '../../../lib/store/open_store.ts'
import { storeContract } from '../contract/contract.ts'
import { ownTexts } from '../own_texts.ts'
import { withServers } from './servers.ts'

await withServers(({ one, two, newSchema, newPlace }) => {
  storeContract({
    name: 'PostgreSQL',
    hasFullText: true,
    make: async () => {
      const place = newPlace()
      return { store: await openStore(place), again: () => openStore(place, { create: false }) }
    },
  })

  storeContract({
    name: 'PostgreSQL, two servers',
    hasFullText: true,
    make: async () => {
      const schema = newSchema()
      const places = [one, two].map((server) => server.address(schema))
      return { store: await openStore(places), again: () => openStore(places, { create: false }) }
    },
  })

  ownTexts('PostgreSQL', newPlace)
})

test.run()
