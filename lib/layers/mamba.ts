import type { Value } from '../graph/value.ts'
import { add, causalConv1d, reshape, rmsNorm, slice, ssmScan } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import { type ExpertChoice, mixedProject, project } from './moe.ts'
import type { Weights } from './weights.ts'

/** Where the rows of a block are, and by whose weights each of them goes. */
export interface MambaRoute {
  /** i32 [sequences + 1] */
  readonly offsets: Value
  /** Weights have a first axis of experts, one for each sequence: i32 [rows] and [sequences] name it. */
  readonly expert: { readonly ofRow: Value; readonly ofSequence: Value } | null
  /** in_proj and out_proj have a first axis of experts, mixed for each row. */
  readonly mixture: readonly ExpertChoice[] | null
  /** Operands of the large products. */
  readonly compute: Compute
  /** What the sequences' earlier rows left; null where sequences begin. */
  readonly state: MambaState | null
}

/** What a block remembers: conv [sequences, inner, taps - 1], scan [sequences, inner, states]. */
export interface MambaState {
  readonly conv: Value
  readonly scan: Value
}

export interface MambaResult {
  readonly y: Value
  /** The state after the rows; made only when it is read. Nothing flows back through it. */
  readonly state: MambaState
}

const normEps = 1e-5

/**
 * Mamba-1's mixer (Gu and Dao, arXiv 2312.00752) over packed rows [rows, d]:
 *   [u, z] = in_proj x;  u = silu(conv1d(u));  [dt, B, C] = x_proj u
 *   h[t] = exp(Δ A) h[t-1] + Δ B u,  y = (C h + D u) · silu(z)   with  Δ = softplus(dt_proj dt + bias), A = -exp(A_log)
 *   out_proj y
 */
export function mambaMixer(w: Weights, x: Value, route: MambaRoute): MambaResult {
  const { offsets, expert, mixture, state, compute } = route
  const ofRow = expert?.ofRow ?? null
  const ofSequence = expert?.ofSequence ?? null
  const weight = (name: string) => w.get(`${name}.weight`)
  const mixed = (name: string, input: Value) =>
    mixture
      ? mixedProject(weight(name), input, mixture, compute)
      : project(weight(name), input, ofRow, compute)
  const skip = w.get('D')
  const aLog = w.get('A_log')
  const inner = skip.shape.at(-1)!
  const states = aLog.shape.at(-1)!
  const rank = weight('dt_proj').shape.at(-1)!

  const xz = mixed('in_proj', x)
  const taps = weight('conv1d')
  const conv = causalConv1d(
    {
      x: slice(xz, 1, 0, inner),
      weight: reshape(taps, [...taps.shape.slice(0, -2), taps.shape.at(-1)!]),
      bias: w.get('conv1d.bias'),
      offsets,
      expert: ofSequence,
      state: state?.conv ?? null,
    },
    { activation: 'silu' },
  )
  const u = conv.y
  const selected = project(weight('x_proj'), u, ofRow, compute)
  const scan = ssmScan({
    u,
    delta: project(weight('dt_proj'), slice(selected, 1, 0, rank), ofRow),
    aLog,
    b: slice(selected, 1, rank, rank + states),
    c: slice(selected, 1, rank + states, rank + 2 * states),
    skip,
    z: slice(xz, 1, inner, 2 * inner),
    deltaBias: w.get('dt_proj.bias'),
    offsets,
    expert: ofSequence,
    state: state?.scan ?? null,
  })
  return {
    y: mixed('out_proj', scan.y),
    get state() {
      return { conv: conv.stateOut, scan: scan.stateOut }
    },
  }
}

/** x + mixer(RMSNorm(x)): what a stack is made of. `drop` may leave out some of what the mixer adds. */
export function mambaBlock(
  w: Weights,
  x: Value,
  route: MambaRoute,
  drop: (added: Value) => Value = (added) => added,
): MambaResult {
  const normed = rmsNorm(
    { x, weight: w.get('norm.weight'), expert: route.expert?.ofRow ?? null },
    { eps: normEps },
  )
  const mixed = mambaMixer(w.scope('mixer'), normed, route)
  return {
    y: add(x, drop(mixed.y)),
    get state() {
      return mixed.state
    },
  }
}
