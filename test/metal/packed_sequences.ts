import { offsetsOf } from '../../lib/graph/samples.ts'
import type { Sample } from '../support/op_runs.ts'
import { badData, indices } from './bad_data.ts'
import { liveSequences } from './live_sequences.ts'
import type { SpecialRun } from './ops/cases.ts'

/**
 * What every op over packed sequences has to bear: bad offsets and experts, and sequences that do not count.
 * `threeExperts` are inputs of 8 rows; `ofTwo` has what there is one of for each of two sequences or their chunks.
 */
export function packedSequences(
  op: string,
  threeExperts: Sample['inputs'],
  fourSequences: Sample['inputs'],
  ofTwo: Sample['inputs'] = {},
): SpecialRun[] {
  return [
    badData(
      op,
      { ...threeExperts, offsets: offsetsOf(8), expert: indices(3) },
      'expert[0] is 3; expected 0 … 2',
    ),
    badData(
      op,
      { ...threeExperts, ...ofTwo, offsets: indices(0, 5, 3), expert: indices(0, 0) },
      'offsets[2] is 3; expected 5 … 8',
    ),
    badData(
      op,
      { ...threeExperts, offsets: indices(0, 9), expert: indices(0) },
      'offsets[1] is 9; expected 0 … 8',
    ),
    badData(
      op,
      { ...threeExperts, offsets: indices(1, 8), expert: indices(0) },
      'offsets[0] is 1; expected 0',
    ),
    liveSequences(op, fourSequences, 2, 1),
    liveSequences(op, fourSequences, 1, 3),
    liveSequences(op, fourSequences, 4, 4),
  ]
}
