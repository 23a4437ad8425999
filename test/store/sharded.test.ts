import { join } from 'node:path'
import { test } from 'uvu'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { storeContract } from './contract/contract.ts'

const root = temporaryFolder()
let stores = 0

storeContract({
  name: 'sharded',
  hasFullText: false,
  make: async () => {
    const number = stores++
    const paths = [1, 2, 3].map((shard) => join(root, `${number}-${shard}.store`))
    return { store: await openStore(paths), again: () => openStore(paths, { create: false }) }
  },
})

test.run()
