// What every store of concepts does, whatever keeps it. A store's own test calls `storeContract` and runs the tests.
import { test } from 'uvu'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { calls } from './calls.ts'
import { type It, LARGE, SMALL } from './given.ts'
import { records } from './records.ts'
import { relations } from './relations.ts'
import { searches } from './searches.ts'
import { spaces } from './spaces.ts'
import { words } from './words.ts'

/** What a store's own test gives: how to make one, and to open it a second time, as another process would. */
export interface StoreKind {
  readonly name: string
  /** Whether texts are searched for words. */
  readonly hasFullText: boolean
  /** A new empty store, and how to open the same one again. */
  readonly make: () => Promise<{ readonly store: ConceptStore; readonly again: () => Promise<ConceptStore> }>
}

/** Defines the tests of one kind of store. */
export function storeContract({ name, hasFullText, make }: StoreKind): void {
  const it: It = (what, run) =>
    test(`${name}: ${what}`, async () => {
      const { store, again } = await make()
      try {
        await store.addSpace(SMALL, 4)
        await store.addSpace(LARGE, 8)
        await run(store, again)
      } finally {
        await store.dispose()
      }
    })
  records(it)
  spaces(it)
  searches(it)
  relations(it)
  words(it, hasFullText)
  calls(it)
}
