import { join } from 'node:path'
import { test } from 'uvu'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { storeContract } from './contract.ts'

const root = temporaryFolder()
let stores = 0

storeContract({
  name: 'mapped',
  make: async () => {
    const path = join(root, `${stores++}.store`)
    return { store: await openStore(path), again: () => openStore(path, { create: false }) }
  },
})

test.run()
