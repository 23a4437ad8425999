import type { BindingSpec } from '../../../graph/trace.ts'
import { dtypeBytes } from '../../../tensor/dtype.ts'
import { count, type Shape } from '../../../tensor/shape.ts'
import type { StateSpec } from '../families/define.ts'

/** How much the states of a decoding hold. */
export interface DecodingSize {
  readonly sequences: number
  /** Tokens of a sequence. */
  readonly capacity: number
  /** Tokens of all prompts that `encode` reads. */
  readonly memory: number
}

export type StateSpecs = Readonly<Record<string, StateSpec>>

/** The whole shape of a state. */
export function stateShape({ kind, shape }: StateSpec, { sequences, capacity, memory }: DecodingSize): Shape {
  if (kind === 'tokens') return [sequences, capacity, ...shape]
  return kind === 'memory' ? [1, memory, ...shape] : [sequences, ...shape]
}

/** States as bindings of a program: those of some kinds, `state.` before their names. */
export function stateBindings(
  states: StateSpecs,
  size: DecodingSize,
  kinds: readonly StateSpec['kind'][],
): Record<string, BindingSpec> {
  return Object.fromEntries(
    Object.entries(states).flatMap(([name, spec]): [string, BindingSpec][] =>
      kinds.includes(spec.kind)
        ? [[stateName(name), { kind: 'state', dtype: spec.dtype, shape: stateShape(spec, size) }]]
        : [],
    ),
  )
}

export function stateName(name: string): string {
  return `state.${name}`
}

export function hasKind(states: StateSpecs, kind: StateSpec['kind']): boolean {
  return Object.values(states).some((spec) => spec.kind === kind)
}

/** Bytes of the states of a decoding. */
export function stateBytes(states: StateSpecs, size: DecodingSize): number {
  return Object.values(states).reduce(
    (sum, spec) => sum + dtypeBytes[spec.dtype] * count(stateShape(spec, size)),
    0,
  )
}

const LEAST_CAPACITY = 64

/** Few sizes, so that few programs are compiled: powers of two that suffice, at most as many tokens as the model takes. */
export function roomFor(tokens: number, most: number | null): number {
  const room = Math.max(LEAST_CAPACITY, 2 ** Math.ceil(Math.log2(tokens)))
  return most === null ? room : Math.min(room, most)
}

/** Likewise for sequences. */
export function placesFor(sequences: number): number {
  return 2 ** Math.ceil(Math.log2(sequences))
}
