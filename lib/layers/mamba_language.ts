import type { Value } from '../graph/value.ts'
import { add, causalConv1d, reshape, rmsNorm, slice, ssmScan } from '../ops/index.ts'
import { linear } from './linear.ts'
import type { MambaResult, MambaState } from './mamba.ts'
import type { Weights } from './weights.ts'

/** Where the rows of a block are, and what it remembers of them. */
export interface MambaLanguageOptions {
  /** i32 [sequences + 1] */
  readonly offsets: Value
  /** What the sequences' earlier rows left, zeros where they begin. */
  readonly state: MambaState
  readonly normEps: number
  /** Rank of the projection to time steps. */
  readonly rank: number
}

/**
 * x + mixer(RMSNorm(x)) of Mamba-1 (Gu and Dao, arXiv 2312.00752), as mambaBlock, for published language models: their
 * projections may be packed or quantised, and may have biases. x [rows, d].
 */
export function mambaLanguageBlock(
  w: Weights,
  x: Value,
  { offsets, state, normEps, rank }: MambaLanguageOptions,
): MambaResult {
  const own = w.scope('mixer')
  const aLog = own.get('A_log')
  const [inner, states] = aLog.shape as [number, number]
  const taps = own.get('conv1d.weight')
  const xz = linear(own.scope('in_proj'), rmsNorm({ x, weight: w.get('norm.weight') }, { eps: normEps }))
  const conv = causalConv1d(
    {
      x: slice(xz, 1, 0, inner),
      weight: reshape(taps, [inner, taps.shape.at(-1)!]),
      bias: own.find('conv1d.bias'),
      offsets,
      state: state.conv,
    },
    { activation: 'silu' },
  )
  const selected = linear(own.scope('x_proj'), conv.y, 'none', own.compute, rank + 2 * states)
  const scan = ssmScan({
    u: conv.y,
    delta: linear(own.scope('dt_proj'), slice(selected, 1, 0, rank)),
    aLog,
    b: slice(selected, 1, rank, rank + states),
    c: slice(selected, 1, rank + states, rank + 2 * states),
    skip: own.get('D'),
    z: slice(xz, 1, inner, 2 * inner),
    offsets,
    state: state.scan,
  })
  return {
    y: add(x, linear(own.scope('out_proj'), scan.y)),
    state: { conv: conv.stateOut, scan: scan.stateOut },
  }
}
