import type { Program } from './program.ts'
import { compile } from './program.ts'
import { type BindingSpec, type TraceResult, trace } from './trace.ts'
import type { Value } from './value.ts'

/** A model as the cache takes it: a pure function of its config and of symbolic tensors. */
export type Model<C> = (config: C, values: Readonly<Record<string, Value>>) => TraceResult

/** Compiled programs by model, config, bindings and numerics. A hit traces nothing. */
export interface ProgramCache {
  get<C>(model: Model<C>, config: C, bindings: Readonly<Record<string, BindingSpec>>): Program
  readonly size: number
  dispose(): void
}

/** A cache that keeps the `limit` programs used last and frees the others. */
export function programCache(limit = 64): ProgramCache {
  const programs = new Map<string, Program>()
  const numbers = new WeakMap<object, number>()
  let next = 0
  return {
    get: (model, config, bindings) => {
      const number = numbers.get(model) ?? next++
      numbers.set(model, number)
      const key = JSON.stringify([number, config, bindings])
      const known = programs.get(key)
      if (known) {
        programs.delete(key)
        programs.set(key, known)
        return known
      }
      const program = compile(trace(bindings, (values) => model(config, values)))
      programs.set(key, program)
      for (const [oldest, old] of programs) {
        if (programs.size <= limit) break
        programs.delete(oldest)
        old.dispose()
      }
      return program
    },
    get size() {
      return programs.size
    },
    dispose: () => {
      for (const program of programs.values()) program.dispose()
      programs.clear()
    },
  }
}
