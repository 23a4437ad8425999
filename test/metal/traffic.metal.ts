// Bytes of device memory that Metal kernels move, counted by the emulation in sectors of 32 bytes. A threadgroup is
// thought to keep all that it has touched; threadgroups share nothing.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { opNamed } from '../../lib/graph/define.ts'
import { normal, offsetsOf, uniform } from '../../lib/graph/samples.ts'
import { dtypeBytes } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'
import { type DispatchCounters, emulated, emulatedSet, librariesOf } from '../support/metal.ts'
import { sampleInputs } from '../support/op_cases.ts'
import { run, type Sample, type Variant, variants } from '../support/op_runs.ts'

const bytesOf = (kind: 'moved' | 'distinct', dispatches: readonly DispatchCounters[]): number =>
  dispatches.reduce((sum, { [kind]: bytes }) => sum + bytes.read + bytes.written, 0)

/** Each tensor of a traced sample once. */
function leastOf({ traced }: Variant): number {
  const values = [...traced.graph.bindings.values(), ...traced.outputs.values()]
  return values.reduce((sum, { shape, dtype }) => sum + count(shape) * dtypeBytes[dtype], 0)
}

function dispatchesOf(op: string, sample: Sample, layout = 'plain') {
  const values = sampleInputs(opNamed(op), sample)
  const variant = variants(opNamed(op), sample, values).find(({ name }) => name === layout)!
  const { dispatches } = emulated(librariesOf('checked'), 3, () =>
    run(variant.traced, variant.values, sample.run ?? {}, emulatedSet),
  )
  return { least: leastOf(variant), dispatches }
}

const rows: Sample['inputs'] = { x: normal([67, 515]) }
const once: readonly (readonly [op: string, sample: Sample, layouts?: readonly string[]])[] = [
  ['unary', { name: 'silu', inputs: rows, attrs: { fn: 'silu' } }, ['plain', 'transposed']],
  ['binary', { name: 'add', inputs: { a: normal([67, 515]), b: normal([67, 515]) }, attrs: { fn: 'add' } }],
  ['binary', { name: 'a row', inputs: { a: normal([67, 515]), b: normal([515]) }, attrs: { fn: 'mul' } }],
  [
    'binary',
    { name: 'a column', inputs: { a: normal([67, 515]), b: normal([67, 1]) }, attrs: { fn: 'mul' } },
  ],
  ['rms_norm', { name: 'norm', inputs: { ...rows, weight: normal([515]) } }],
  ['softmax', { name: 'softmax', inputs: rows }],
  ['softmax', { name: 'long rows', inputs: { x: normal([3, 5003]) } }],
  [
    'ssm_scan',
    {
      name: 'scan',
      inputs: {
        u: normal([131, 253]),
        delta: uniform([131, 253], -4, 0),
        aLog: uniform([253, 16], -1, 1),
        b: normal([131, 16]),
        c: normal([131, 16]),
        z: normal([131, 253]),
        offsets: offsetsOf(131),
      },
    },
  ],
]

for (const [op, sample, layouts = ['plain']] of once)
  for (const layout of layouts)
    test(`${op}, ${sample.name}, ${layout}: hardly more than each tensor once`, () => {
      const { least, dispatches } = dispatchesOf(op, sample, layout)
      const ratio = bytesOf('moved', dispatches) / least
      assert.ok(ratio >= 1 && ratio <= 1.2, `${ratio.toFixed(3)} of the least`)
    })

test('linear: each tensor once from memory, operands once for each tile', () => {
  const [height, depth, width] = [131, 77, 150] as const
  const sample = { name: 'tiles', inputs: { x: normal([height, depth]), weight: normal([width, depth]) } }
  const { least, dispatches } = dispatchesOf('linear', sample)
  const fromMemory = bytesOf('distinct', dispatches) / least
  assert.ok(fromMemory >= 1 && fromMemory <= 1.2, `${fromMemory.toFixed(3)} of the least`)
  const [tilesDown, tilesAcross] = [Math.ceil(height / 64), Math.ceil(width / 64)]
  const operands = 4 * depth * (height * tilesAcross + width * tilesDown)
  const toGroups = bytesOf('moved', dispatches) / (operands + 8 * height * width)
  assert.ok(toGroups >= 1 && toGroups <= 1.2, `${toGroups.toFixed(3)} of what tiles need`)
})

test.run()
