import { VmmError } from '../core/errors.ts'

/** The error of a store that cannot search texts for words. */
export function noFullText(): VmmError {
  const others = 'stores in LanceDB (lance://folder) and PostgreSQL (postgres://host/database) have it'
  return new VmmError('UNSUPPORTED', `this store has no full text; ${others}`)
}
