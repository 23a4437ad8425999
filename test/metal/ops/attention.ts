import { opNamed } from '../../../lib/graph/define.ts'
import { normal, offsetsOf } from '../../../lib/graph/samples.ts'
import { keyRanges } from '../../../lib/ops/attention_rows.ts'
import { decodeNumbers } from '../../../lib/tensor/dtype.ts'
import { interpret } from '../../support/interpret.ts'
import { emulated, emulatedSet } from '../../support/metal.ts'
import { sampleInputs, traceSample } from '../../support/op_cases.ts'
import { run, type Sample, type Values } from '../../support/op_runs.ts'
import { difference } from '../../support/values.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases, SpecialRun } from './cases.ts'

const self = (rows: number, heads: number, kvHeads: number, dk: number, dv = dk) => ({
  q: normal([rows, heads, dk]),
  k: normal([rows, kvHeads, dk]),
  v: normal([rows, kvHeads, dv]),
})

/** A query for each of some ranges among 450 keys. */
const decoding = (heads: number, kvHeads: number, dk: number, dv: number) => ({
  q: normal([3, heads, dk]),
  k: normal([450, kvHeads, dk]),
  v: normal([450, kvHeads, dv]),
  offsets: offsetsOf(1, 1, 1),
  kvRange: keyRanges([0, 300], [290, 450], [7, 107]),
})

/** The same, with keys in rows of 300 that an index names. */
const apart = (heads: number, kvHeads: number, dk: number, dv: number) => ({
  ...decoding(heads, kvHeads, dk, dv),
  k: normal([300, kvHeads, dk]),
  v: normal([300, kvHeads, dv]),
  keyIndex: indices(...Array.from({ length: 450 }, (_, i) => (i * 7) % 300)),
})

const few = { ...self(4, 1, 1, 2), offsets: offsetsOf(4) }
const wrongRange = (first: number, last: number) => ({
  ...few,
  offsets: offsetsOf(1, 3),
  kvRange: keyRanges([0, 4], [first, last]),
})

const wrongIndex = (...keyIndex: number[]) => ({
  ...few,
  offsets: indices(0, 1, 4),
  kvRange: keyRanges([0, 2], [1, 5]),
  keyIndex: indices(...keyIndex),
})

/** The last query of a causal pass alone, with all keys in its range, has the bits that it has in the pass. */
function decodedAlone(rows: number): SpecialRun {
  const op = opNamed('attention')
  const given = { ...self(rows, 48, 24, 2, 3), offsets: offsetsOf(rows) }
  const pass: Sample = { name: 'pass', inputs: given, attrs: { causal: true } }
  const step: Sample = {
    name: 'step',
    inputs: { ...given, q: normal([1, 48, 2]), offsets: offsetsOf(1), kvRange: keyRanges([0, rows]) },
    attrs: { causal: true },
  }
  return {
    name: `decoding has the bits of a pass over ${rows} rows`,
    problem: (libraries, seed) => {
      const values = sampleInputs(op, pass)
      const last: Values = {
        ...values,
        ...sampleInputs(op, step),
        q: { shape: [1, 48, 2], data: values.q!.data.slice(-96) },
        k: values.k!,
        v: values.v!,
      }
      const [whole, alone] = [
        [pass, values],
        [step, last],
      ].map(
        ([sample, of]) =>
          emulated(libraries, seed, () =>
            run(traceSample(op, sample as Sample), of as Values, {}, emulatedSet),
          ).result,
      )
      for (const [name, { buffer }] of Object.entries(alone!)) {
        const end = Buffer.from(whole![name]!.buffer).subarray(-buffer.byteLength)
        if (!end.equals(Buffer.from(buffer))) return `${name} has other bits`
      }
      return null
    },
  }
}

/** Of three sequences two count: rows of the third are in none. */
const liveSequences: SpecialRun = {
  name: 'two live sequences of three',
  problem: (libraries, seed) => {
    const op = opNamed('attention')
    const sample = (lengths: number[]): Sample => ({
      name: 'live',
      inputs: { ...self(9, 2, 1, 3), offsets: offsetsOf(...lengths) },
    })
    const values = sampleInputs(op, sample([3, 2, 4]))
    const traced = traceSample(op, sample([3, 2, 4]), {
      binding: (name, spec) => (name === 'offsets' ? { ...spec, live: 'offsets' } : spec),
    })
    const outputs = emulated(libraries, seed, () => run(traced, values, { offsets: 3 }, emulatedSet)).result
    const known = { ...values, offsets: { shape: [3], data: values.offsets!.data.slice(0, 3) } }
    const plain = traceSample(op, sample([3, 2]))
    const oracle = interpret(plain.graph, known)
    for (const [name, value] of plain.outputs) {
      const problem = difference(decodeNumbers(outputs[name]!.buffer, 'f32'), oracle(value).data, 1e-5)
      if (problem) return `${name}: ${problem}`
    }
    return null
  },
}

const tiles = { name: 'tiles', inputs: { ...self(96, 4, 2, 64), offsets: offsetsOf(96) } }

export const cases: KernelCases = {
  larger: [
    {
      name: 'several depths and slices, causal',
      inputs: { ...self(45, 2, 2, 37, 70), offsets: offsetsOf(34, 11) },
      attrs: { causal: true },
    },
    {
      name: 'several parts of a tile',
      inputs: {
        q: normal([20, 6, 8]),
        k: normal([330, 2, 8]),
        v: normal([330, 2, 12]),
        offsets: offsetsOf(18),
        kvRange: keyRanges([5, 325]),
        bias: normal([6, 401]),
      },
      attrs: { causal: true },
    },
    {
      name: 'several parts in each threadgroup',
      inputs: { ...self(150, 48, 24, 2, 3), offsets: offsetsOf(150) },
      attrs: { causal: true },
    },
    { name: 'decoding from few keys', inputs: { ...self(3, 1, 1, 5, 70), offsets: offsetsOf(1, 1, 1) } },
    { name: 'decoding in parts', inputs: { ...decoding(4, 2, 33, 130), bias: normal([4, 301]) } },
    { name: 'decoding with threadgroups enough', inputs: decoding(64, 64, 1, 1) },
    {
      name: 'decoding in parts from a cache of bf16 and f16',
      inputs: {
        ...decoding(4, 2, 9, 70),
        k: normal([450, 2, 9], 1, 'bf16'),
        v: normal([450, 2, 70], 1, 'f16'),
      },
    },
    {
      name: 'decoding from many keys',
      inputs: {
        ...self(2, 1, 1, 2),
        k: normal([2200, 1, 2]),
        v: normal([2200, 1, 1]),
        offsets: offsetsOf(1, 1),
        kvRange: keyRanges([9, 2199], [0, 5]),
      },
    },
    { name: 'decoding in parts from keys that lie apart', inputs: apart(4, 2, 9, 130) },
    {
      name: 'keys that lie apart, causal',
      inputs: {
        ...self(45, 2, 2, 5, 3),
        offsets: offsetsOf(34, 11),
        kvRange: keyRanges([0, 40], [20, 50]),
        keyIndex: indices(...Array.from({ length: 50 }, (_, i) => (i * 7) % 45)),
      },
      attrs: { causal: true },
    },
    { name: 'more heads than rows of a tile', inputs: decoding(22, 2, 3, 2) },
    { name: 'no values', inputs: { ...self(5, 2, 1, 3, 0), offsets: offsetsOf(5) } },
    { name: 'no values, in parts', inputs: decoding(1, 1, 3, 0) },
    {
      name: 'nothing to compare',
      inputs: { ...self(70, 1, 1, 0, 3), offsets: offsetsOf(70) },
      attrs: { scale: 1 },
    },
  ],
  traffic: [
    { sample: tiles, counted: 'distinct' },
    {
      // Keys and values once for each tile of 32 rows, of which there are 6 for each kv head.
      sample: tiles,
      least: 4 * (2 * 96 * 4 * 64 + 96 * 4 + 6 * 2 * 96 * 2 * 64),
    },
    {
      sample: {
        name: 'decoding',
        inputs: {
          q: normal([2, 4, 64]),
          k: normal([400, 2, 64]),
          v: normal([400, 2, 64]),
          offsets: offsetsOf(1, 1),
          kvRange: keyRanges([0, 251], [251, 400]),
        },
      },
    },
    {
      // What is stored as 16 bits is read as 16 bits.
      sample: {
        name: 'tiles of bf16',
        inputs: {
          ...self(96, 4, 2, 64),
          k: normal([96, 2, 64], 1, 'bf16'),
          v: normal([96, 2, 64], 1, 'bf16'),
          offsets: offsetsOf(96),
        },
      },
      least: 4 * (2 * 96 * 4 * 64 + 96 * 4) + 2 * 6 * 2 * 96 * 2 * 64,
    },
  ],
  survivors: [
    {
      code: 'if (j < width / 8) simdgroup_store(product[j], strip + j * 8, kStride);',
      what: 'j < width / 8 is true',
      why: 'where there are few rows nobody reads the columns of the strip that this would write',
    },
    ...['slice >= uint(slices)', 'slice >= uint(slices) || i >= ownCols / 4'].map((guard) => ({
      code: `if (${guard}) continue;`,
      what: 'slice >= uint ( slices ) is false',
      why: 'columns that there are not are zeros, which nobody stores; the guard saves their steps',
    })),
  ],
  special: [
    decodedAlone(150),
    liveSequences,
    badData('attention', { ...few, offsets: indices(1, 4) }, 'offsets[0] is 1; expected 0 to 0'),
    badData('attention', { ...few, offsets: indices(0, 3, 2) }, 'offsets[2] is 2; expected 3 to 4'),
    badData('attention', { ...few, offsets: indices(0, 5) }, 'offsets[1] is 5; expected 0 to 4'),
    badData('attention', { ...few, offsets: indices(0, -1, 4) }, 'offsets[1] is -1; expected 0 to 4'),
    badData('attention', wrongRange(2, 5), 'kvRange[1] is 2 to 5; expected a range within 0 to 4'),
    badData('attention', wrongRange(3, 2), 'kvRange[1] is 3 to 2; expected a range within 0 to 4'),
    badData('attention', wrongIndex(0, 1, 2, 4, 3), 'keyIndex[3] is 4; expected 0 to 3'),
    badData('attention', wrongIndex(0, -1, 2, 4, 3), 'keyIndex[1] is -1; expected 0 to 3'),
    badData('attention', wrongIndex(0, 1, 2, 3), 'kvRange[1] is 1 to 5; expected a range within 0 to 4'),
    badData('attention', wrongRange(-1, 2), 'kvRange[1] is -1 to 2; expected a range within 0 to 4'),
  ],
}
