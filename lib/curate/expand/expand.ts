import { check, checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { formKey } from '../candidates/form_key.ts'
import type { Claim, Judgement } from '../validate/claim.ts'
import { checkedState, type ExpansionState, type FrontierConcept, stateOf } from './state.ts'

/** A concept that is said to be related to another one. */
export interface Proposal {
  /** The other concept's name. */
  readonly form: string
  /** Its id in a store; null where it has none. */
  readonly id: string | null
  /** How it is related: `parent` says that it is the parent. */
  readonly type: string
  /** 0 … 1 */
  readonly weight: number
}

/** What knows related concepts, such as `graphProposals` and `modelProposals`. */
export interface Proposer {
  readonly name: string
  propose(
    concept: { readonly form: string; readonly id: string | null },
    signal: AbortSignal | undefined,
  ): Promise<readonly Proposal[]>
}

/** How an expansion goes. */
export interface ExpandOptions {
  /** Steps from a seed at most. Default 3. */
  readonly depth?: number | undefined
  /** Concepts at most, seeds among them. Default 1000. */
  readonly count?: number | undefined
  /** Judges how new concepts are related, such as `judgeClaims`. Default: all are accepted. */
  readonly validate?:
    | ((claims: readonly Claim[], signal: AbortSignal | undefined) => Promise<readonly Judgement[]>)
    | undefined
  /** The vectors of names, one each. Default: none. */
  readonly embed?:
    | ((forms: readonly string[], signal: AbortSignal | undefined) => Promise<readonly Float32Array[]>)
    | undefined
  /** Goes on where another expansion was; its seeds stand. */
  readonly resume?: ExpansionState | undefined
  /** Called whenever all that was found so far has been told: what is kept of it can be gone on from. */
  readonly onState?: ((state: ExpansionState) => void | Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS = {
  depth: true,
  count: true,
  validate: true,
  embed: true,
  resume: true,
  onState: true,
  signal: true,
} as const satisfies OptionNames<ExpandOptions>

/** A concept that was reached. */
export interface ExpandedConcept {
  readonly form: string
  readonly id: string | null
  /** Steps from a seed. */
  readonly depth: number
  /** The concept that it was reached from, and how it is related to that; null for a seed. */
  readonly from: { readonly form: string; readonly id: string | null } | null
  readonly type: string | null
  /** Who has proposed it; null for a seed. */
  readonly by: string | null
  /** Null where nobody was asked. */
  readonly judgement: Judgement | null
  readonly vector: Float32Array | null
}

/**
 * Goes from seeds to what is related to them, breadth first: each concept is asked for once what it is related to, what is new
 * is validated and encoded, told, and asked in its turn. No concept is told twice, whatever its capitals and marks.
 *
 * After an abort or a crash it goes on from the last state that it has told; what was told after that state is told again.
 *
 * @param proposers are asked one after another; the first one to propose a concept has proposed it
 * @throws VmmError BAD_ARGUMENT for wrong options; what the given functions throw; the signal's reason
 * @example
 * ```js
 * import { expandConcepts } from 'vector-mamba/curate'
 *
 * const known = { dog: ['mammal'], mammal: ['animal'], animal: ['organism', 'dog'], organism: ['thing'] }
 * const table = {
 *   name: 'table',
 *   propose: async ({ form }) => (known[form] ?? []).map((other) => ({ form: other, id: null, type: 'parent', weight: 1 })),
 * }
 * const reached = []
 * for await (const { form, depth } of expandConcepts(['dog'], [table], { depth: 2 })) reached.push(`${depth} ${form}`)
 * console.log(reached.join(', ')) // 0 dog, 1 mammal, 2 animal
 * ```
 */
export async function* expandConcepts(
  seeds: readonly string[],
  proposers: readonly Proposer[],
  options: ExpandOptions = {},
): AsyncGenerator<ExpandedConcept, void, undefined> {
  refuseUnknown(options, OPTIONS)
  const { depth = 3, count = 1000, validate, embed, resume, onState, signal } = options
  check(Number.isInteger(depth) && depth >= 0, 'depth', depth, 'a whole number of 0 or more')
  checkCount('count', count)
  for (const seed of seeds) check(formKey(String(seed)) !== '', 'seeds', seed, 'names with letters or digits')
  const visited = new Set<string>()
  const frontier: FrontierConcept[] = []
  const told = async (
    found: readonly Omit<ExpandedConcept, 'vector'>[],
  ): Promise<readonly ExpandedConcept[]> => {
    signal?.throwIfAborted()
    const room = found.slice(0, count - visited.size)
    for (const { form, id, depth: at } of room) {
      visited.add(formKey(form))
      frontier.push({ form, id, depth: at })
    }
    const vectors =
      room.length === 0
        ? []
        : await embed?.(
            room.map(({ form }) => form),
            signal,
          )
    return room.map((one, i) => ({ ...one, vector: vectors?.[i] ?? null }))
  }
  if (resume === undefined) {
    const none = { id: null, depth: 0, from: null, type: null, by: null, judgement: null }
    const keys = seeds.map(formKey)
    const different = seeds.filter((_, i) => keys.indexOf(keys[i]!) === i)
    yield* await told(different.map((form) => ({ form, ...none })))
    await onState?.(stateOf(visited, frontier))
  } else {
    const { visited: before, frontier: open } = checkedState(resume)
    for (const key of before) visited.add(key)
    frontier.push(...open)
  }
  while (frontier.length > 0 && visited.size < count) {
    signal?.throwIfAborted()
    const from = frontier.shift()!
    if (from.depth < depth) {
      const proposals = await newProposals(from, proposers, visited, signal)
      const claims = proposals.map(({ form: target, type, weight }) => ({
        source: from.form,
        type,
        target,
        weight,
      }))
      const judgements = claims.length === 0 ? [] : ((await validate?.(claims, signal)) ?? [])
      const accepted = proposals.flatMap(({ form, id, type, by }, i) =>
        judgements[i]?.accepted === false
          ? []
          : [
              {
                ...{ form, id, type, by, depth: from.depth + 1, judgement: judgements[i] ?? null },
                from: { form: from.form, id: from.id },
              },
            ],
      )
      yield* await told(accepted)
    }
    await onState?.(stateOf(visited, frontier))
  }
}

/** What proposers say of a concept, without what is known and what somebody has said before. */
async function newProposals(
  concept: FrontierConcept,
  proposers: readonly Proposer[],
  visited: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<(Proposal & { readonly by: string })[]> {
  const proposals = new Map<string, Proposal & { by: string }>()
  for (const { name, propose } of proposers)
    for (const proposal of await propose(concept, signal)) {
      const key = formKey(proposal.form)
      if (key !== '' && !visited.has(key) && !proposals.has(key))
        proposals.set(key, { ...proposal, by: name })
    }
  return [...proposals.values()]
}
