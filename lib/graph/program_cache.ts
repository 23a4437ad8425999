import { badArgument, describe } from '../core/errors.ts'
import type { Program } from './program.ts'
import { compile } from './program.ts'
import { type BindingSpec, type TraceResult, trace } from './trace.ts'
import type { Value } from './value.ts'

/** A model as the cache takes it: a pure function of its config and of symbolic tensors. */
export type Model<C> = (config: C, values: Readonly<Record<string, Value>>) => TraceResult

/** Compiled programs by model, config, bindings and numerics. A hit traces nothing; config and bindings stay as they are. */
export interface ProgramCache {
  get<C>(model: Model<C>, config: C, bindings: Readonly<Record<string, BindingSpec>>): Program
  readonly size: number
  dispose(): void
}

/** Configs are compared as JSON, so what JSON would lose is spelled out or refused. */
function plain(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : null
  const known = prototype === null || prototype === Object.prototype || Array.isArray(value)
  if (!known || typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    throw badArgument(
      `config.${name}`,
      describe(value),
      'plain data: numbers, strings, booleans, arrays, objects',
    )
  return value
}

/** A cache that keeps the `limit` programs used last and frees the others. */
export function programCache(limit = 64): ProgramCache {
  const programs = new Map<string, Program>()
  const numbers = new WeakMap<object, number>()
  let next = 0
  // By bindings: a decoder asks for the same program at each token, with the same objects.
  const asked = new WeakMap<
    object,
    { readonly model: object; readonly config: unknown; readonly key: string }
  >()
  const keyOf = (model: object, config: unknown, bindings: object): string => {
    const before = asked.get(bindings)
    if (before?.model === model && before.config === config) return before.key
    const number = numbers.get(model) ?? next++
    numbers.set(model, number)
    const key = JSON.stringify([number, config, bindings], plain)
    asked.set(bindings, { model, config, key })
    return key
  }
  return {
    get: (model, config, bindings) => {
      const key = keyOf(model, config, bindings)
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
