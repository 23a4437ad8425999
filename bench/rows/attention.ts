import { attention } from '../../lib/ops/index.ts'
import { copiesFor, programJob, uniform, whole } from '../program_job.ts'
import type { Group, Row } from '../row.ts'

const [heads, dim] = [12, 64]

/** All positions of one text at once. */
function prefillRow(length: number, causal: boolean): Row {
  const pairs = (heads * length * (causal ? length + 1 : 2 * length)) / 2
  const shape = [length, heads, dim]
  return {
    name: `attention prefill ${heads}x${dim} L=${length}${causal ? ' causal' : ''}`,
    unit: 'GFLOP/s',
    amount: 4 * pairs * dim,
    work: { flops: 4 * pairs * dim, exps: pairs },
    prepare: () =>
      programJob(
        { q: uniform(shape), k: uniform(shape), v: uniform(shape), offsets: whole(0, length) },
        (values) => ({ y: attention(values, { causal }) }),
      ),
    peers: [
      {
        peer: 'torch',
        call: 'attention',
        args: { sequences: 1, heads, queries: length, keys: length, dim, causal, dtype: 'f32', copies: 1 },
      },
    ],
  }
}

/** One position of each of many texts over what a cache, stored as `dtype`, holds of them. */
function decodeRow(sequences: number, length: number, dtype: 'f32' | 'bf16' = 'f32'): Row {
  const cache = [sequences * length, heads, dim]
  const bytes = 2 * sequences * length * heads * dim * (dtype === 'bf16' ? 2 : 4)
  const numbers = Array.from({ length: sequences + 1 }, (_, i) => i)
  const ranges = numbers.slice(0, -1).flatMap((i) => [i * length, (i + 1) * length])
  const copies = copiesFor(bytes)
  return {
    name: `attention decode ${heads}x${dim}, ${sequences} caches of ${length}${dtype === 'f32' ? '' : `, ${dtype}`}`,
    unit: 'GB/s',
    amount: bytes,
    work: { bytes },
    prepare: () =>
      programJob(
        {
          q: uniform([sequences, heads, dim]),
          k: uniform(cache, -1, 1, dtype),
          v: uniform(cache, -1, 1, dtype),
          offsets: whole(...numbers),
          kvRange: { dtype: 'i32', shape: [sequences, 2], data: ranges },
        },
        (values) => ({ y: attention(values) }),
        { copies },
      ),
    peers: [
      {
        peer: 'torch',
        call: 'attention',
        args: { sequences, heads, queries: 1, keys: length, dim, causal: false, dtype, copies },
      },
    ],
  }
}

export const attentionRows: Group = {
  name: 'attention',
  rows: [
    prefillRow(512, false),
    prefillRow(512, true),
    decodeRow(1, 2048),
    decodeRow(1, 2048, 'bf16'),
    decodeRow(32, 512),
  ],
}
