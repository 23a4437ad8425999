import { allFields } from './mutations.ts'
import type { FuzzTarget } from './target.ts'

/** A reader that reads good files and fails on changed ones. */
export function reader(fail: () => unknown): FuzzTarget {
  return {
    seeds: () => [{ x: new Uint8Array(64) }],
    layout: allFields,
    read: async (_, files, good) => {
      if (files !== good) await fail()
    },
  }
}
