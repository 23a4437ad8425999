// Gradients of every op by finite differences of its f64 reference.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { opNamed } from '../../lib/graph/define.ts'
import { differentiate } from '../../lib/graph/differentiate.ts'
import { emit } from '../../lib/graph/emit.ts'
import { constant } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { isFloat } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'
import { interpret } from '../support/interpret.ts'
import { chosenOps, sampleInputs, traceSample } from '../support/op_cases.ts'
import { seeded } from '../support/values.ts'

const probes = 10
const step = 1e-4

function weightedSum(values: readonly Value[], random: () => number): Value {
  let loss: Value | null = null
  for (const value of values) {
    const weights = Float32Array.from({ length: count(value.shape) }, () => random() * 2 - 1)
    const weighted = emit(
      opNamed('binary'),
      { a: value, b: constant(value, weights, value.shape) },
      { fn: 'mul' },
      {},
    )
    const axes = (1 << value.shape.length) - 1
    const flat = emit(opNamed('reduce'), { x: weighted.ask('y') }, { fn: 'sum', axes }, {}).ask('y')
    loss = loss ? emit(opNamed('binary'), { a: loss, b: flat }, { fn: 'add' }, {}).ask('y') : flat
  }
  return loss!
}

for (const op of chosenOps()) {
  if (!op.definition.gradient) continue
  for (const sample of op.definition.samples) {
    if (sample.smooth === false) continue
    const names = op.inputs.flatMap(({ name, fixed }) => {
      const tensor = sample.inputs[name]
      return tensor && isFloat(tensor.dtype) && !fixed ? [name] : []
    })
    const values = sampleInputs(op, sample)
    if (names.length === 0 || Object.values(values).some((v) => v.data.length === 0)) continue
    test(`gradient of ${op.name}: ${sample.name}`, () => {
      const random = seeded(`${op.name}/${sample.name}`)
      const traced = traceSample(op, sample, {
        after: (node, inputs) => {
          const results = op.outputs.filter((o) => !o.asked).map((o) => node.ask(o.name))
          const loss = weightedSum(
            results.filter((v) => v.dtype === 'f32'),
            random,
          )
          const gradients = differentiate(
            loss,
            names.map((n) => inputs[n]!),
          )
          return { loss, ...Object.fromEntries(gradients.map((g, i) => [`d ${names[i]}`, g])) }
        },
      })
      const exact = interpret(traced.graph, values, sample.run)
      for (const name of names) {
        const gradient = exact(traced.outputs.get(`d ${name}`)!)
        const { shape, data } = values[name]!
        assert.equal(gradient.shape, shape, `shape of the gradient of ${name}`)
        const floor = gradient.data.reduce((m, g) => Math.max(m, Math.abs(g)), 0)
        for (let probe = 0; probe < Math.min(probes, data.length); probe++) {
          const at = data.length <= probes ? probe : Math.floor(random() * data.length)
          const h = step * Math.max(1, Math.abs(data[at]!))
          const lossAt = (x: number) => {
            const moved = data.slice()
            moved[at] = x
            return interpret(
              traced.graph,
              { ...values, [name]: { shape, data: moved } },
              sample.run,
            )(traced.outputs.get('loss')!).data[0]!
          }
          const measured = (lossAt(data[at]! + h) - lossAt(data[at]! - h)) / (2 * h)
          const error = Math.abs(measured - gradient.data[at]!)
          assert.ok(
            error <= 1e-4 * Math.max(Math.abs(measured), floor, 1e-3),
            `d ${name}[${at}] is ${gradient.data[at]}, finite differences give ${measured}`,
          )
        }
      }
    })
  }
}

test.run()
