import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { floats } from '../tensor/dtype.ts'
import { scatterAdd } from './scatter_add.ts'

/** y[r] = table[ids[r]] as f32. table [vocab, d]: f32, f16 or bf16; ids [rows]: i32, each in 0 … vocab-1. */
export const embedding = defineOp('embedding', {
  inputs: {
    table: { dims: 'vocab d', dtypes: floats, layout: 'rows' },
    ids: { dims: 'rows', dtypes: ['i32'] },
  },
  outputs: { y: { dims: 'rows d' } },
  gradient: ({ inputs: { table, ids }, upstream }) => ({
    table: scatterAdd({ x: upstream.y!, index: ids }, { size: table.shape[0]! }),
  }),
  reference: ({ inputs: { table, ids } }) => {
    const d = table.shape[1]!
    const y = refTensor([ids.shape[0]!, d])
    ids.data.forEach((id, r) => {
      y.data.set(table.data.subarray(id * d, (id + 1) * d), r * d)
    })
    return { y }
  },
  samples: [
    { name: 'f32', inputs: { table: normal([11, 19]), ids: integers([7], 0, 11) } },
    { name: 'f16', inputs: { table: normal([5, 33], 1, 'f16'), ids: literal([4, 0, 4], [3], 'i32') } },
    { name: 'bf16', inputs: { table: normal([5, 16], 1, 'bf16'), ids: integers([40], 0, 5) } },
    { name: 'no rows', inputs: { table: normal([3, 2]), ids: integers([0], 0, 3) } },
  ],
  rejects: [
    {
      name: 'float ids',
      inputs: { table: normal([3, 2]), ids: normal([4]) },
      message: 'embedding.ids: got f32; expected i32',
    },
    {
      name: 'table of integers',
      inputs: { table: integers([3, 2], 0, 3), ids: integers([4], 0, 3) },
      message: 'embedding.table: got i32',
    },
    {
      name: 'rank of table',
      inputs: { table: normal([3]), ids: integers([4], 0, 3) },
      message: 'embedding: table [vocab d]',
    },
    {
      name: 'rank of ids',
      inputs: { table: normal([3, 2]), ids: integers([2, 2], 0, 3) },
      message: 'embedding: ids [rows]',
    },
  ],
})
