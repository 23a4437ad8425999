import { dtypes } from '../tensor/dtype.ts'
import { allOps } from './define.ts'
import type { Op } from './value.ts'

/** "PROGRAM" in the first bytes of every encoded program: VMM1. */
export const programMagic = 0x314d4d56

/** What native code must know of an op, as plain data: the source of the generated tables and of their hash. */
export function describeOp(op: Op): object {
  return {
    name: op.name,
    rule: op.rule,
    interruptible: op.interruptible,
    inputs: op.inputs.map((i) => ({
      name: i.name,
      dims: i.pattern,
      dtypes: [...i.dtypes].sort((a, b) => dtypes.indexOf(a) - dtypes.indexOf(b)),
      optional: i.optional,
      layout: i.layout,
    })),
    outputs: op.outputs.map((o) => ({
      name: o.name,
      dims: o.pattern,
      dtype: o.dtype,
      optional: o.asked,
      updates: o.updates,
    })),
    run: op.run,
    attrs: op.attrs.map((a) => ({ name: a.name, kind: a.kind, values: a.kind === 'enum' ? a.values : null })),
  }
}

let cached: { hash: number; numbers: Map<string, number> } | null = null

/** FNV-1a of the whole table and the number of each op: both sides of the native call must agree on them. */
export function opTable(): { readonly hash: number; readonly numbers: ReadonlyMap<string, number> } {
  const ops = allOps()
  if (cached && cached.numbers.size === ops.length) return cached
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(JSON.stringify(ops.map(describeOp))))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  cached = { hash, numbers: new Map(ops.map((op, number) => [op.name, number])) }
  return cached
}
