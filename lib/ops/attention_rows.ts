import { badArgument, check } from '../core/errors.ts'
import { literal, type normal } from '../graph/samples.ts'
import type { RefTensor } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { formatShape } from '../tensor/shape.ts'

/** The inputs that attention and its gradient share. Keys and values are f32 for the gradient. */
export const attentionInputs = {
  q: { dims: 'rows heads dk', layout: 'rows' },
  k: { dims: 'keys kvHeads dk', layout: 'rows' },
  v: { dims: 'keys kvHeads dv', layout: 'rows' },
  offsets: { dims: 'sequences+1', dtypes: ['i32'] },
  kvRange: { dims: 'sequences 2', dtypes: ['i32'], optional: true },
  bias: { dims: 'heads width', optional: true },
} as const

interface AttentionCall<T> {
  readonly q: T
  readonly k: T
  readonly v: T
  readonly offsets: T
  readonly kvRange: T | null
  readonly bias: T | null
  readonly keyIndex?: T | null
}

/** What the patterns cannot say of a call. Throws VmmError. */
export function checkAttention(
  op: string,
  { q, k, kvRange, bias, keyIndex }: AttentionCall<Value>,
  attrs: { readonly scale: number },
): void {
  const heads = q.shape[1]!
  const kvHeads = k.shape[1]!
  if (kvHeads === 0 || heads % kvHeads !== 0)
    throw badArgument(`${op}.k`, `${kvHeads} heads`, `a number of heads that divides the ${heads} of q`)
  if (!kvRange && q.live === k.live && q.shape[0] !== k.shape[0])
    throw badArgument(`${op}.k`, formatShape(k.shape), `${q.shape[0]} rows, as q, where kvRange is not given`)
  if (keyIndex && !kvRange)
    throw badArgument(
      `${op}.keyIndex`,
      formatShape(keyIndex.shape),
      'kvRange beside it, ranges of its entries',
    )
  if (bias && bias.shape[1]! % 2 === 0)
    throw badArgument(`${op}.bias`, formatShape(bias.shape), 'an odd width, with distance 0 in the middle')
  check(attrs.scale >= 0, `${op}.scale`, attrs.scale, '0 (for 1 / sqrt(dk)) or more')
}

/** One query row and head of the reference: its scores and where their parts are. */
export interface AttentionRow {
  readonly row: number
  readonly head: number
  /** Offsets of the query, and of the output, in their tensors. */
  readonly q: number
  readonly y: number
  /** The keys that it sees. */
  readonly keys: readonly { readonly k: number; readonly v: number; readonly bias: number; score: number }[]
}

/** All query rows of all sequences and heads, with q · k * scale + bias for the keys that each sees. */
export function attentionRows(
  { q, k, v, offsets, kvRange, bias, keyIndex }: AttentionCall<RefTensor>,
  attrs: { readonly causal: boolean; readonly scale: number },
): AttentionRow[] {
  const [, heads, dk] = q.shape as [number, number, number]
  const [, kvHeads, dv] = v.shape as [number, number, number]
  const scale = attrs.scale || 1 / Math.sqrt(dk)
  const width = bias?.shape[1] ?? 1
  const result: AttentionRow[] = []
  for (let s = 0; s + 1 < offsets.data.length; s++) {
    const [begin, end] = [offsets.data[s]!, offsets.data[s + 1]!]
    const [first, last] = kvRange ? [kvRange.data[2 * s]!, kvRange.data[2 * s + 1]!] : [begin, end]
    for (let row = begin; row < end; row++)
      for (let head = 0; head < heads; head++) {
        const position = row - begin + (last - first) - (end - begin)
        const own = (row * heads + head) * dk
        const kvHead = Math.floor(head / (heads / kvHeads))
        const keys = []
        for (let j = 0; j < last - first; j++) {
          if (attrs.causal && j > position) break
          const at = (keyIndex ? keyIndex.data[first + j]! : first + j) * kvHeads + kvHead
          const distance = Math.min(Math.max(j - position + (width - 1) / 2, 0), width - 1)
          let score = 0
          for (let i = 0; i < dk; i++) score += q.data[own + i]! * k.data[at * dk + i]!
          score = score * scale + (bias?.data[head * width + distance] ?? 0)
          keys.push({ k: at * dk, v: at * dv, bias: head * width + distance, score })
        }
        result.push({ row, head, q: own, y: (row * heads + head) * dv, keys })
      }
  }
  return result
}

/** Key ranges of sequences, for samples. */
export function keyRanges(...pairs: readonly (readonly [number, number])[]): ReturnType<typeof normal> {
  return literal(pairs.flat(), [pairs.length, 2], 'i32')
}
