import { join } from 'node:path'
import { isFile } from '../io/look.ts'
import { MANIFEST } from './mapped/manifest.ts'

/** What an address begins with, in lower case, such as `postgres`; null for a path. */
export function schemeOf(place: string): string | null {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1]?.toLowerCase() ?? null
}

/** Whether a place is a store of concepts: an address, or a folder of mapped files. */
export async function holdsStore(place: string): Promise<boolean> {
  return schemeOf(place) !== null || (await isFile(join(place, MANIFEST)))
}
