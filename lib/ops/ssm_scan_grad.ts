import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, offsetsOf, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { formatShape } from '../tensor/shape.ts'
import { sequencesOf } from './packed.ts'
import { checkScan, firstChunk, scanChunk } from './ssm_scan_rows.ts'
import { unaryFunctions } from './unary_fns.ts'

/**
 * Gradients of ssm_scan. With p the output before the gate, g = upstream · silu(z) and A = -exp(aLog), backwards
 * in t, q[t] being what reaches h before row t:
 *   G[c, i] = g[t, c] · c[t, i] + q[t+1][c, i]           q[t] = G · exp(dt · A)
 *   dC[t, i] = Σ_c g · h[t]           dB[t, i] = Σ_c G · dt · u           du = g · skip + dt · Σ_i G · b
 *   ddt = u · Σ_i G · b + Σ_i q[t] · h[t-1] · A          dALog = A · Σ_t dt · q[t] · h[t-1]
 *   dDelta = ddt · softplus'            dDeltaBias = Σ_t dDelta         dSkip = Σ_t g · u
 *   dZ = upstream · p · silu'(z), zeros without z         dState = q[first row]
 * h is computed again from chunkStates, the saved output of ssm_scan; the first one of a sequence is its state.
 */
export const ssmScanGrad = defineOp('ssm_scan_grad', {
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
    chunkStates: { dims: 'chunks n d' },
    upstream: { dims: 'rows d', layout: 'rows' },
  },
  attrs: { softplus: attr.bool(true) },
  outputs: {
    du: { dims: 'rows d' },
    dDelta: { dims: 'rows d' },
    dALog: { dims: 'experts? d n' },
    dB: { dims: 'rows n' },
    dC: { dims: 'rows n' },
    dSkip: { dims: 'experts? d', asked: true },
    dZ: { dims: 'rows d', asked: true },
    dDeltaBias: { dims: 'experts? d', asked: true },
    dState: { dims: 'sequences d n', asked: true },
  },
  shape: ({ inputs }) => {
    checkScan('ssm_scan_grad', inputs)
    const chunks = Math.floor(inputs.u.shape[0]! / scanChunk) + inputs.offsets.shape[0]! - 1
    const given = inputs.chunkStates.shape
    if (given[0] !== chunks)
      throw badArgument(
        'ssm_scan_grad.chunkStates',
        formatShape(given),
        `${chunks} chunks, as ssm_scan saves`,
      )
    return {}
  },
  reference: ({ inputs, attrs }) => {
    const { u, delta, aLog, b, c, skip, z, deltaBias, offsets, expert, chunkStates, upstream } = inputs
    const d = u.shape[1]!
    const n = aLog.shape.at(-1)!
    const [du, dDelta, dZ] = [refTensor(u.shape), refTensor(u.shape), refTensor(u.shape)]
    const [dB, dC] = [refTensor(b.shape), refTensor(c.shape)]
    const dALog = refTensor(aLog.shape)
    const [dSkip, dDeltaBias] = [refTensor(aLog.shape.slice(0, -1)), refTensor(aLog.shape.slice(0, -1))]
    const dState = refTensor([offsets.shape[0]! - 1, d, n])
    for (const sequence of sequencesOf(offsets)) {
      const { begin, end } = sequence
      const e = expert ? expert.data[sequence.number]! * d : 0
      for (let j = 0; j < d; j++) {
        const a = Array.from({ length: n }, (_, i) => -Math.exp(aLog.data[(e + j) * n + i]!))
        const step = (row: number) => {
          const raw = delta.data[row * d + j]! + (deltaBias ? deltaBias.data[e + j]! : 0)
          return attrs.softplus
            ? { dt: unaryFunctions.softplus.f(raw), slope: 1 / (1 + Math.exp(-raw)) }
            : { dt: raw, slope: 1 }
        }
        // States before and after each row.
        const before: number[][] = []
        const after: number[][] = []
        for (let row = begin; row < end; row++) {
          const chunk = (row - begin) / scanChunk
          const h = Number.isInteger(chunk)
            ? a.map((_, i) => chunkStates.data[((firstChunk(sequence) + chunk) * n + i) * d + j]!)
            : after.at(-1)!
          const { dt } = step(row)
          before.push(h)
          after.push(
            h.map((v, i) => Math.exp(dt * a[i]!) * v + dt * u.data[row * d + j]! * b.data[row * n + i]!),
          )
        }
        const carry = new Float64Array(n)
        for (let row = end - 1; row >= begin; row--) {
          const at = row * d + j
          const { dt, slope } = step(row)
          const input = u.data[at]!
          let p = skip ? skip.data[e + j]! * input : 0
          after[row - begin]!.forEach((h, i) => {
            p += c.data[row * n + i]! * h
          })
          const gate = z ? z.data[at]! : 0
          const s = 1 / (1 + Math.exp(-gate))
          const g = upstream.data[at]! * (z ? gate * s : 1)
          if (z) dZ.data[at] = upstream.data[at]! * p * s * (1 + gate * (1 - s))
          let ddt = 0
          let dx = 0
          for (let i = 0; i < n; i++) {
            const reach = g * c.data[row * n + i]! + carry[i]!
            carry[i] = reach * Math.exp(dt * a[i]!)
            const through = carry[i]! * before[row - begin]![i]!
            dC.data[row * n + i]! += g * after[row - begin]![i]!
            dB.data[row * n + i]! += reach * dt * input
            dx += reach * b.data[row * n + i]!
            ddt += through * a[i]!
            dALog.data[(e + j) * n + i]! += a[i]! * dt * through
          }
          ddt += dx * input
          du.data[at] = dx * dt + (skip ? g * skip.data[e + j]! : 0)
          dDelta.data[at] = ddt * slope
          dDeltaBias.data[e + j]! += ddt * slope
          dSkip.data[e + j]! += g * input
        }
        dState.data.set(carry, (sequence.number * d + j) * n)
      }
    }
    return { du, dDelta, dALog, dB, dC, dSkip, dZ, dDeltaBias, dState }
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
        chunkStates: normal([4, 16, 19]),
        upstream: normal([9, 19]),
      },
    },
    {
      name: 'several chunks, no softplus',
      inputs: {
        u: normal([210, 5]),
        delta: uniform([210, 5], 0, 0.5),
        aLog: uniform([5, 3], -1, 1),
        b: normal([210, 3]),
        c: normal([210, 3]),
        offsets: offsetsOf(1, 65, 0, 64, 79),
        chunkStates: normal([8, 3, 5]),
        upstream: normal([210, 5]),
      },
      attrs: { softplus: false },
    },
    {
      name: 'experts, two groups of channels',
      inputs: {
        u: normal([8, 67]),
        delta: normal([8, 67]),
        aLog: uniform([3, 67, 7], -1, 1),
        b: normal([8, 7]),
        c: normal([8, 7]),
        skip: normal([3, 67]),
        z: normal([8, 67]),
        deltaBias: normal([3, 67]),
        offsets: offsetsOf(2, 3, 0, 3),
        expert: literal([2, 0, 1, 2], [4], 'i32'),
        chunkStates: normal([4, 7, 67]),
        upstream: normal([8, 67]),
      },
    },
    {
      name: 'wide groups of channels',
      inputs: {
        u: normal([6, 530]),
        delta: normal([6, 530]),
        aLog: uniform([530, 5], -2, 1.5),
        b: normal([6, 5]),
        c: normal([6, 5]),
        skip: normal([530]),
        z: normal([6, 530]),
        deltaBias: normal([530]),
        offsets: offsetsOf(5, 1),
        chunkStates: normal([2, 5, 530]),
        upstream: normal([6, 530]),
      },
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
        chunkStates: normal([2, 2, 4]),
        upstream: normal([0, 4]),
      },
    },
  ],
  rejects: [
    {
      name: 'upstream',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
        chunkStates: normal([1, 2, 3]),
        upstream: normal([4, 3]),
      },
      message: 'rows is 4 here but 5 in u',
    },
    {
      name: 'chunks',
      inputs: {
        u: normal([64, 3]),
        delta: normal([64, 3]),
        aLog: normal([3, 2]),
        b: normal([64, 2]),
        c: normal([64, 2]),
        offsets: offsetsOf(64),
        chunkStates: normal([1, 2, 3]),
        upstream: normal([64, 3]),
      },
      message: '2 chunks, as ssm_scan saves',
    },
    {
      name: 'experts without expert',
      inputs: {
        u: normal([5, 3]),
        delta: normal([5, 3]),
        aLog: normal([2, 3, 2]),
        b: normal([5, 2]),
        c: normal([5, 2]),
        offsets: offsetsOf(5),
        chunkStates: normal([1, 2, 3]),
        upstream: normal([5, 3]),
      },
      message: '2 axes, or an expert for each sequence',
    },
  ],
})
