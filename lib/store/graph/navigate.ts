import { check } from '../../core/errors.ts'
import type { OptionNames } from '../../core/options.ts'
import type { Space } from '../../core/space.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { ConceptFilter } from '../record.ts'
import type { ConceptStore, Effort } from '../store.ts'
import { greatCircle } from './great_circle.ts'
import { type Candidate, smoothest } from './smoothest.ts'

/** How far and how finely a way goes. */
export interface NavigateOptions {
  /** Points of the way. Default: as many as lead to the goal, and 10 for a direction. At most 1000. */
  readonly steps?: number | undefined
  /** Radians from one point to the next. Default 0.1. */
  readonly stepSize?: number | undefined
  /** Concepts that are looked at around each point. Default 64, fewer where there are more than 32 points. */
  readonly candidates?: number | undefined
  /** Concepts that may be stops. */
  readonly filter?: ConceptFilter | undefined
  readonly effort?: Effort | undefined
  readonly signal?: AbortSignal | undefined
  readonly threads?: number | undefined
}

export const NAVIGATE_OPTIONS = {
  steps: true,
  stepSize: true,
  candidates: true,
  filter: true,
  effort: true,
  signal: true,
  threads: true,
} as const satisfies OptionNames<NavigateOptions>

/** A concept on a way. */
export interface Stop {
  readonly id: string
  /** How far along the way it lies: radians. */
  readonly angle: number
  /** Of the angle between it and the point of the way that it stands for. */
  readonly cosine: number
}

/** A way through concepts. */
export interface Journey {
  /** No concept twice, each further along than the one before it. The first is where it began, if that is a concept. */
  readonly stops: readonly Stop[]
  /** How far the way leads: radians. */
  readonly angle: number
  /** Whether it got to the goal; false where it went along a direction. */
  readonly arrived: boolean
}

/** Where a way begins or should lead: a vector, and the concept whose it is. */
export interface Place {
  readonly id: string | null
  readonly vector: Float32Array
}

const MOST_STEPS = 1000
const STEPS = 10
const STEP_SIZE = 0.1
const CANDIDATES = 64
/** Of all points together. */
const MOST_CANDIDATES = 2048

/** Throws BAD_ARGUMENT for options that are none. */
export function checkNavigate({ steps, stepSize, candidates }: NavigateOptions): void {
  if (steps !== undefined)
    check(Number.isInteger(steps) && steps > 0 && steps <= MOST_STEPS, 'steps', steps, `1 … ${MOST_STEPS}`)
  if (stepSize !== undefined)
    check(stepSize > 0 && stepSize <= Math.PI, 'stepSize', stepSize, 'a number above 0, of π at most')
  if (candidates !== undefined)
    check(
      Number.isInteger(candidates) && candidates > 0 && candidates <= MOST_CANDIDATES,
      'candidates',
      candidates,
      `1 … ${MOST_CANDIDATES}`,
    )
}

/**
 * Goes along the great circle from one place in the direction of another. Its points are known beforehand, so one batch of
 * queries finds the concepts around all of them; of these it takes the smoothest way on which every stop lies further along
 * than the one before it.
 *
 * @param argument what the second place is called
 * @param arrives  whether the second place is a goal, or a direction alone
 */
export async function navigateFrom(
  store: ConceptStore,
  space: Space,
  from: Place,
  to: Place,
  argument: string,
  arrives: boolean,
  options: NavigateOptions,
): Promise<Journey> {
  const { stepSize = STEP_SIZE, filter, effort, signal, threads } = options
  const circle = greatCircle(from.vector, to.vector, argument)
  // Rounding must not leave a last step of no length.
  const toGoal = Math.max(1, Math.ceil(circle.angle / stepSize - 1e-9))
  check(
    options.steps !== undefined || toGoal <= MOST_STEPS,
    'stepSize',
    stepSize,
    `${MOST_STEPS} steps at most`,
  )
  const steps = Math.min(options.steps ?? (arrives ? toGoal : STEPS), toGoal)
  const arrived = arrives && steps === toGoal
  const angle = Math.min(circle.angle, steps * stepSize)
  const goal = arrived && to.id !== null ? to : null
  // The goal's own point needs no search.
  const points = Array.from({ length: goal === null ? steps : steps - 1 }, (_, i) =>
    circle.at(Math.min(angle, (i + 1) * stepSize)),
  )
  const { length: dims } = from.vector
  const each = options.candidates ?? Math.min(CANDIDATES, Math.ceil(MOST_CANDIDATES / Math.max(1, steps)))
  const layers =
    points.length === 0
      ? []
      : await store.nearest(trustedVectors(points, dims, space), each, { filter, effort, signal, threads })
  const ids = [...new Set(layers.flatMap((found) => found.map(({ id }) => id)))]
  const stored = ids.length === 0 ? [] : await store.vectors(space, ids)
  const vectors = new Map<string, Float32Array>()
  for (const [i, vector] of stored.entries()) if (vector !== null) vectors.set(ids[i]!, vector)
  signal?.throwIfAborted()
  const candidates = layers.map((found) =>
    found
      .filter(({ id }) => id !== from.id && id !== to.id && vectors.has(id))
      .map(({ id, cosine }): Candidate => ({ id, cosine, along: circle.alongOf(vectors.get(id)!) })),
  )
  const end = goal === null ? lastOf(candidates) : { id: goal.id!, cosine: 1, along: circle.angle }
  const vector = goal?.vector ?? (end === null ? undefined : vectors.get(end.id))
  // The last point's stop is the end itself.
  const between = goal === null ? candidates.slice(0, -1) : candidates
  const way =
    end === null || vector === undefined
      ? []
      : [...smoothest(between, vectors, [from.vector, vector], end.along), end]
  return {
    stops: [
      ...(from.id === null ? [] : [{ id: from.id, angle: 0, cosine: 1 }]),
      ...way.map(({ id, along, cosine }) => ({ id, angle: along, cosine })),
    ],
    angle,
    arrived,
  }
}

/** The concept nearest to the last point of those that lie ahead; where none is, to the point before, and so on. */
function lastOf(layers: readonly (readonly Candidate[])[]): Candidate | null {
  for (const candidates of layers.toReversed())
    for (const candidate of candidates) if (candidate.along > 0) return candidate
  return null
}
