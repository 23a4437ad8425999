import { VmmError } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, offsetsOf, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { sequencesOf } from './packed.ts'
import { ssmScanGrad } from './ssm_scan_grad.ts'
import { checkScan, firstChunk, scanChunk } from './ssm_scan_rows.ts'
import { unaryFunctions } from './unary_fns.ts'

/**
 * Mamba-1's selective scan of packed sequences (Gu and Dao, arXiv 2312.00752). For channel c and state i:
 *   dt = softplus(delta[t, c] + deltaBias[c])            (without softplus: the sum itself)
 *   h[c, i] = exp(dt · -exp(aLog[c, i])) · h[c, i] + dt · u[t, c] · b[t, i]
 *   y[t, c] = (Σ_i c[t, i] · h[c, i] + skip[c] · u[t, c]) · silu(z[t, c])
 * u, delta, z, y [rows, d]; b, c [rows, n]; aLog [d, n], skip and deltaBias [d], or [experts, …] with one expert
 * per sequence; offsets [sequences+1]. h starts from `state` [sequences, d, n] or zeros, and ends as stateOut. All
 * f32. Rows outside the sequences give zeros. The loss must not depend on stateOut: nothing flows back through it.
 * chunkStates: h before every 64th row of each sequence.
 */
export const ssmScan = defineOp('ssm_scan', {
  inputs: {
    u: { dims: 'rows d', layout: 'rows' },
    delta: { dims: 'rows d', layout: 'rows' },
    aLog: { dims: 'experts? d n' },
    b: { dims: 'rows n', layout: 'rows' },
    c: { dims: 'rows n', layout: 'rows' },
    skip: { dims: 'experts? d', optional: true },
    z: { dims: 'rows d', layout: 'rows', optional: true },
    deltaBias: { dims: 'experts? d', optional: true },
    offsets: { dims: 'sequences+1', dtypes: ['i32'] },
    expert: { dims: 'sequences', dtypes: ['i32'], optional: true },
    state: { dims: 'sequences d n', optional: true },
  },
  attrs: { softplus: attr.bool(true) },
  outputs: { y: { dims: 'rows d' }, stateOut: { dims: 'sequences d n', asked: true } },
  saved: { chunkStates: { dims: 'chunks n d' } },
  shape: ({ inputs }) => {
    checkScan('ssm_scan', inputs)
    const [rows, d] = inputs.u.shape as [number, number]
    const chunks = Math.floor(rows / scanChunk) + inputs.offsets.shape[0]! - 1
    return { chunkStates: [chunks, inputs.aLog.shape.at(-1)!, d] }
  },
  gradient: ({ inputs, attrs, saved, upstream, needs }) => {
    if (upstream.stateOut)
      throw new VmmError('UNSUPPORTED', 'ssm_scan: stateOut has no gradient; let the loss depend on y alone')
    const { state: _, ...rest } = inputs
    const grad = ssmScanGrad({ ...rest, chunkStates: saved.chunkStates, upstream: upstream.y! }, attrs)
    return {
      u: needs.u ? grad.du : null,
      delta: needs.delta ? grad.dDelta : null,
      aLog: needs.aLog ? grad.dALog : null,
      b: needs.b ? grad.dB : null,
      c: needs.c ? grad.dC : null,
      skip: needs.skip ? grad.dSkip : null,
      z: needs.z ? grad.dZ : null,
      deltaBias: needs.deltaBias ? grad.dDeltaBias : null,
      state: needs.state ? grad.dState : null,
    }
  },
  reference: ({ inputs, attrs }) => {
    const { u, delta, aLog, b, c, skip, z, deltaBias, offsets, expert, state } = inputs
    const [rows, d] = u.shape as [number, number]
    const n = aLog.shape.at(-1)!
    const sequences = offsets.shape[0]! - 1
    const y = refTensor(u.shape)
    const stateOut = refTensor([sequences, d, n])
    const chunkStates = refTensor([Math.floor(rows / scanChunk) + sequences, n, d])
    for (const sequence of sequencesOf(offsets)) {
      const e = expert ? expert.data[sequence.number]! * d : 0
      for (let j = 0; j < d; j++) {
        const own = (sequence.number * d + j) * n
        const h = state ? state.data.slice(own, own + n) : new Float64Array(n)
        for (let row = sequence.begin; row < sequence.end; row++) {
          const [chunk, at] = [(row - sequence.begin) / scanChunk, row * d + j]
          if (Number.isInteger(chunk))
            h.forEach((value, i) => {
              chunkStates.data[((firstChunk(sequence) + chunk) * n + i) * d + j] = value
            })
          const raw = delta.data[at]! + (deltaBias ? deltaBias.data[e + j]! : 0)
          const dt = attrs.softplus ? unaryFunctions.softplus.f(raw) : raw
          let sum = skip ? skip.data[e + j]! * u.data[at]! : 0
          for (let i = 0; i < n; i++) {
            const decay = Math.exp(-dt * Math.exp(aLog.data[(e + j) * n + i]!))
            h[i] = decay * h[i]! + dt * u.data[at]! * b.data[row * n + i]!
            sum += c.data[row * n + i]! * h[i]!
          }
          y.data[at] = z ? (sum * z.data[at]!) / (1 + Math.exp(-z.data[at]!)) : sum
        }
        stateOut.data.set(h, own)
      }
    }
    return { y, stateOut, chunkStates }
  },
  samples: [
    {
      name: 'all inputs',
      inputs: {
        u: normal([9, 19]),
        delta: normal([9, 19]),
        aLog: uniform([19, 16], -2, 1.5),
        b: normal([9, 16]),
        c: normal([9, 16]),
        skip: normal([19]),
        z: normal([9, 19]),
        deltaBias: normal([19]),
        offsets: offsetsOf(5, 0, 1, 2),
        state: normal([4, 19, 16]),
      },
    },
    {
      name: 'one row of an expert',
      inputs: {
        u: normal([1, 150]),
        delta: normal([1, 150]),
        aLog: uniform([2, 150, 6], -2, 1.5),
        b: normal([1, 6]),
        c: normal([1, 6]),
        skip: normal([2, 150]),
        z: normal([1, 150]),
        deltaBias: normal([2, 150]),
        offsets: offsetsOf(1),
        expert: literal([1], [1], 'i32'),
        state: normal([1, 150, 6]),
      },
    },
    {
      name: 'several chunks',
      inputs: {
        u: normal([210, 5]),
        delta: uniform([210, 5], -4, 0),
        aLog: uniform([5, 3], -1, 1),
        b: normal([210, 3]),
        c: normal([210, 3]),
        offsets: offsetsOf(1, 65, 0, 64, 80),
      },
    },
    {
      name: 'experts',
      inputs: {
        u: normal([8, 67]),
        delta: normal([8, 67]),
        aLog: uniform([3, 67, 7], -1, 1),
        b: normal([8, 7]),
        c: normal([8, 7]),
        skip: normal([3, 67]),
        deltaBias: normal([3, 67]),
        offsets: offsetsOf(2, 3, 0, 3),
        expert: literal([2, 0, 1, 2], [4], 'i32'),
      },
    },
    {
      name: 'no softplus',
      inputs: {
        u: normal([6, 4]),
        delta: uniform([6, 4], 0, 1),
        aLog: uniform([4, 2], -1, 1),
        b: normal([6, 2]),
        c: normal([6, 2]),
        z: normal([6, 4]),
        offsets: offsetsOf(6),
      },
      attrs: { softplus: false },
    },
    {
      name: 'no rows',
      inputs: {
        u: normal([0, 4]),
        delta: normal([0, 4]),
        aLog: uniform([4, 2], -1, 1),
        b: normal([0, 2]),
        c: normal([0, 2]),
        offsets: offsetsOf(0, 0),
        state: normal([2, 4, 2]),
      },
    },
    {
      name: 'one channel, one state',
      inputs: {
        u: normal([3, 1]),
        delta: normal([3, 1]),
        aLog: uniform([1, 1], -1, 1),
        b: normal([3, 1]),
        c: normal([3, 1]),
        offsets: offsetsOf(3),
      },
    },
  ],
  rejects: [
    {
      name: 'rows',
      inputs: {
        u: normal([5, 3]),
        delta: normal([4, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
      },
      message: 'rows is 4 here but 5 in u',
    },
    {
      name: 'channels of aLog',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([4, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
      },
      message: 'd is 4 here but 3 in u',
    },
    {
      name: 'states of b',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 3]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
      },
      message: 'n is 3 here but 2 in aLog',
    },
    {
      name: 'state',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
        state: normal([2, 3, 2]),
      },
      message: 'sequences is 2 here but 1 in offsets',
    },
    {
      name: 'skip of experts without expert',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        skip: normal([2, 3]),
        offsets: offsetsOf(5),
      },
      message: 'ssm_scan.skip: got [2, 3]; expected 1 axes, or an expert for each sequence',
    },
    {
      name: 'expert without experts',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
        expert: integers([1], 0, 1),
      },
      message: 'ssm_scan.aLog: got [3, 2]; expected 3 axes, experts first',
    },
  ],
})
