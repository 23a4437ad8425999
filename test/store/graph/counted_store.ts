import { join } from 'node:path'
import type { Space } from '../../../lib/core/space.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { temporaryFolder } from '../../support/folder.ts'

export interface CountedStore extends ConceptStore {
  /** How often each of its methods was called that graphs ask. */
  readonly calls: Map<string, number>
}

const root = temporaryFolder()
const open: ConceptStore[] = []

/** A store of files in a folder of its own. */
export async function countedStore(spaces: Readonly<Record<Space, number>> = {}): Promise<CountedStore> {
  const store = await openStore(join(root, `store-${open.length}`))
  open.push(store)
  for (const [space, dims] of Object.entries(spaces)) await store.addSpace(space, dims)
  const calls = new Map<string, number>()
  const counted = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A): R => {
      calls.set(name, (calls.get(name) ?? 0) + 1)
      return call(...args)
    }
  }
  return {
    ...store,
    get spaces() {
      return store.spaces
    },
    get models() {
      return store.models
    },
    nearest: counted('nearest', store.nearest),
    neighbours: counted('neighbours', store.neighbours),
    calls,
  }
}

/** Closes all of them: what a file of tests ends with. */
export async function closeStores(): Promise<void> {
  for (const store of open) await store.dispose()
}
