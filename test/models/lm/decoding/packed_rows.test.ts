// Tokens of sequences as the rows of runs.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packRows } from '../../../../lib/models/lm/decoding/packed_rows.ts'

test('rows are in the order of their sequences, a long part takes several runs, and one may be asked after each token', () => {
  const lengths = [3, 0, 0, 5]
  const parts = [
    { sequence: 3, tokens: [30] },
    { sequence: 1, tokens: [10, 11, 12, 13, 14], from: 1 },
    { sequence: 0, tokens: [1, 2] },
  ]
  const runs = [...packRows(parts, lengths, 100, () => 4)].map(({ rows, inputs, asked }) => ({
    ...{ rows, asked },
    ...Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [...values]])),
  }))
  assert.equal(runs, [
    {
      rows: 4,
      asked: [
        { part: 2, place: 0, row: 1 },
        { part: 1, place: 0, row: 3 },
      ],
      ...{ ids: [1, 2, 10, 11], positions: [3, 4, 0, 1], sequences: [0, 0, 1, 1] },
      ...{ offsets: [0, 2, 4, 4, 4], seen: [0, 5, 100, 102, 200, 200, 300, 300] },
    },
    {
      rows: 4,
      asked: [
        { part: 1, place: 1, row: 0 },
        { part: 1, place: 2, row: 1 },
        { part: 1, place: 3, row: 2 },
        { part: 0, place: 0, row: 3 },
      ],
      ...{ ids: [12, 13, 14, 30], positions: [2, 3, 4, 5], sequences: [1, 1, 1, 3] },
      ...{ offsets: [0, 0, 3, 3, 4], seen: [0, 0, 100, 105, 200, 200, 300, 306] },
    },
  ])
  assert.equal(lengths, [5, 5, 0, 6])
})

test('nothing to read is no run', () => {
  assert.equal([...packRows([], [0], 8, () => 4)], [])
  assert.equal([...packRows([{ sequence: 0, tokens: [] }], [0], 8, () => 4)], [])
})

test.run()
