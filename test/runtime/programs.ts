import { encode } from '../../lib/graph/encode.ts'
import { type TraceResult, trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { pad, permute } from '../../lib/ops/index.ts'

/** y = wᵀ, z = x with a column of zeros before and two after, and s becomes x; `n` rows are live. */
export function smallProgram(): Uint8Array {
  return encode(
    trace(
      {
        x: { kind: 'input', dtype: 'f32', shape: [8, 8], live: 'n' },
        s: { kind: 'state', dtype: 'f32', shape: [8, 8], live: 'n' },
        w: { kind: 'weight', dtype: 'f32', shape: [8, 8] },
      },
      ({ x, w }): TraceResult => ({
        outputs: { y: permute(w, [1, 0]), z: pad({ x }, { axis: 1, before: 1, after: 2 }) },
        updates: { s: x },
      }),
    ),
  ).bytes
}

export const slowStateBytes = 2048 * 2048 * 4

/** Transposes its state so often that it takes seconds. */
export function slowProgram(): Uint8Array {
  return encode(
    trace({ s: { kind: 'state', dtype: 'f32', shape: [2048, 2048] } }, ({ s }): TraceResult => {
      let y: Value = s
      for (let i = 0; i < 400; i++) y = pad({ x: permute(y, [1, 0]) }, { axis: 0, before: 0, after: 0 })
      return { outputs: {}, updates: { s: y } }
    }),
  ).bytes
}
