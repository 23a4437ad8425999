// Writes in a fixed order, and what a store holds after each of them.
import type { Edge } from '../../lib/store/record.ts'
import type { ConceptStore } from '../../lib/store/store.ts'

export const [SPACE, DIMS] = ['kept-4', 4] as const
const [GROUPS, MEMBERS] = [6, 20]

/** What a store holds: the step that wrote a concept, and relations with the weights of theirs. */
export interface Held {
  readonly concepts: Map<string, number>
  readonly edges: Map<string, number>
}

const groupOf = (step: number) => Math.floor(step / 5) % GROUPS
/** Concepts of a group are always written together. */
export const members = (group: number) => Array.from({ length: MEMBERS }, (_, i) => `${group}.${i}`)
export const groups = Array.from({ length: GROUPS }, (_, group) => group)
export const vectorOf = (step: number) => Float32Array.of(step + 1, 1, -step, 0.5)

const edgesOf = (step: number): Edge[] =>
  members(groupOf(step)).map((source, i) => ({
    source,
    type: `t${i % 2}`,
    target: `${(groupOf(step) + 1) % GROUPS}.${i}`,
    weight: step,
    domainSpecific: null,
  }))
export const keyOf = ({ source, type, target }: Edge) => JSON.stringify([source, type, target])

export async function perform(store: ConceptStore, step: number): Promise<void> {
  if (step === 0) return store.addSpace(SPACE, DIMS)
  const group = groupOf(step)
  switch (step % 5) {
    case 0:
      return store.maintain()
    case 1:
      return store.link(edgesOf(step))
    case 2:
      return step % 3 === 0 ? store.unlink(edgesOf(step).slice(0, 5)) : store.remove(members(group))
    default:
      return store.upsert(
        members(group).map((id) => ({
          id,
          text: `step ${step}`,
          type: `type ${step}`,
          updated: step,
          vectors: { [SPACE]: vectorOf(step) },
        })),
      )
  }
}

/** The same for what is held. */
export function performOn({ concepts, edges }: Held, step: number): void {
  if (step === 0) return
  const ids = members(groupOf(step))
  switch (step % 5) {
    case 0:
      return
    case 1:
      for (const edge of edgesOf(step)) edges.set(keyOf(edge), step)
      return
    case 2:
      if (step % 3 === 0) for (const edge of edgesOf(step).slice(0, 5)) edges.delete(keyOf(edge))
      else
        for (const id of ids) {
          concepts.delete(id)
          for (const key of edges.keys()) {
            const [source, , target] = JSON.parse(key) as [string, string, string]
            if (source === id || target === id) edges.delete(key)
          }
        }
      return
    default:
      for (const id of ids) concepts.set(id, step)
  }
}
