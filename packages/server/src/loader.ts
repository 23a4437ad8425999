import {
  type PART_NAMES as NAMES,
  PART_NAMES,
  type PartName,
  type Parts,
  type ServerEngine,
} from './engine.ts'
import { loading } from './errors.ts'

/** What is being loaded, and how far it is where that is known. */
export interface LoadingState {
  readonly part: (typeof NAMES)[number]
  readonly done: number
  readonly total: number | null
}

/** The parts of an engine, which are loaded one after the other. */
export interface LoadedParts {
  /** Whether the engine has a part, loaded or not. */
  has(name: PartName): boolean
  /** A part. Throws ServerError 503 while it is not loaded. */
  get<N extends PartName>(name: N): Parts[N]
  /** Null once all are there. */
  readonly state: LoadingState | null
  /** Loads all. Rejects with what the loading of one throws. */
  load(): Promise<void>
}

export function partsOf(engine: ServerEngine): LoadedParts {
  const asked = PART_NAMES.filter((name) => engine[name] !== undefined)
  const there: Partial<Parts> = {}
  const keep = <N extends PartName>(name: N, part: Parts[N]) => {
    there[name] = part
  }
  for (const name of asked) {
    const part = engine[name]!
    if (typeof part !== 'function') keep(name, part)
  }
  const stateOf = (part: PartName): LoadingState => ({ part, done: 0, total: null })
  const first = asked.find((name) => there[name] === undefined)
  let state = first === undefined ? null : stateOf(first)
  return {
    has: (name) => asked.includes(name),
    get: (name) => {
      const part = there[name]
      if (part === undefined) throw loading(name)
      return part
    },
    get state() {
      return state
    },
    load: async () => {
      for (const name of asked) {
        const part = engine[name]!
        if (typeof part !== 'function') continue
        state = stateOf(name)
        keep(
          name,
          await part((done, total) => {
            state = { part: name, done, total }
          }),
        )
      }
      state = null
    },
  }
}
