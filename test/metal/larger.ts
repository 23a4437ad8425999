import { integers, literal, normal, offsetsOf, uniform } from '../../lib/graph/samples.ts'
import type { Sample } from '../support/op_runs.ts'

const scan = (rows: number, d: number, n: number, lengths: readonly number[]): Sample['inputs'] => ({
  u: normal([rows, d]),
  delta: uniform([rows, d], -4, 0),
  aLog: uniform([d, n], -1, 1),
  b: normal([rows, n]),
  c: normal([rows, n]),
  offsets: offsetsOf(...lengths),
})

/** Samples of several threadgroups and of sizes that are multiples of nothing, beside those of the ops. */
export const larger: Readonly<Record<string, readonly Sample[]>> = {
  unary: [
    { name: 'several groups', inputs: { x: normal([3, 1, 1031]) }, attrs: { fn: 'square' } },
    { name: 'tall', inputs: { x: normal([67, 41]) }, attrs: { fn: 'neg' } },
  ],
  binary: [
    { name: 'several groups', inputs: { a: normal([5, 1, 421]), b: normal([7, 1]) }, attrs: { fn: 'add' } },
  ],
  rms_norm: [
    { name: 'several groups', inputs: { x: normal([19, 515]), weight: normal([515]) } },
    { name: 'long rows', inputs: { x: normal([3, 1027]), weight: normal([1027], 1, 'f16') } },
    { name: 'beyond registers', inputs: { x: normal([2, 4103]), weight: normal([4103]) } },
  ],
  softmax: [
    { name: 'several groups', inputs: { x: normal([19, 515]) } },
    { name: 'long rows', inputs: { x: normal([3, 1027]) } },
    { name: 'beyond registers', inputs: { x: normal([2, 4103]) }, attrs: { log: true } },
    {
      name: 'largest beyond registers',
      inputs: { x: literal(Array.from({ length: 4103 }, (_, i) => (i === 4100 ? 200 : 0))) },
    },
  ],
  linear: [
    { name: 'tiles', inputs: { x: normal([67, 21]), weight: normal([131, 21], 0.2), bias: normal([131]) } },
    { name: 'few rows, many outputs', inputs: { x: normal([3, 37]), weight: normal([77, 37], 0.2, 'bf16') } },
    {
      name: 'tiles of experts',
      inputs: { x: normal([90, 9]), weight: normal([3, 66, 9], 0.2), expert: integers([90], 0, 3) },
    },
    {
      name: 'many experts',
      inputs: { x: normal([40, 5]), weight: normal([37, 6, 5], 0.2), expert: integers([40], 0, 37) },
    },
  ],
  ssm_scan: [
    {
      name: 'blocks of channels',
      inputs: { ...scan(70, 67, 3, [70]), skip: normal([67]), z: normal([70, 67]) },
    },
    {
      name: 'blocks of states',
      inputs: { ...scan(66, 5, 37, [65, 1]), z: normal([66, 5]), state: normal([2, 5, 37]) },
    },
    { name: 'rows in no sequence', inputs: scan(140, 3, 2, [2, 65]) },
  ],
}
