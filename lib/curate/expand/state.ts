import { VmmError } from '../../core/errors.ts'
import { jsonFields } from '../../io/json_fields.ts'

/** A concept that has not been asked yet. */
export interface FrontierConcept {
  readonly form: string
  readonly id: string | null
  readonly depth: number
}

/** How far an expansion is: plain data, to be kept as JSON. */
export interface ExpansionState {
  readonly version: 1
  /** Keys of all concepts that were told. */
  readonly visited: readonly string[]
  readonly frontier: readonly FrontierConcept[]
}

export function stateOf(visited: Iterable<string>, frontier: readonly FrontierConcept[]): ExpansionState {
  return { version: 1, visited: [...visited], frontier: [...frontier] }
}

/** A state that may have been read from a file. Throws VmmError BAD_FILE, UNSUPPORTED where it is none of ours. */
export function checkedState(state: unknown): ExpansionState {
  const fields = jsonFields('the state of the expansion', state)
  if (fields.raw('version') !== 1) throw new VmmError('UNSUPPORTED', `${fields.name}: version: expected 1`)
  const frontier = fields.raw('frontier')
  if (!Array.isArray(frontier)) throw new VmmError('BAD_FILE', `${fields.name}: frontier: expected a list`)
  return {
    version: 1,
    visited: fields.texts('visited'),
    frontier: frontier.map((item, i) => {
      const one = jsonFields(`${fields.name}: frontier[${i}]`, item)
      return { form: one.text('form'), id: one.has('id') ? one.text('id') : null, depth: one.count('depth') }
    }),
  }
}
