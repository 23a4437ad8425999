import { ssmScan, ssmScanGrad } from '../../lib/ops/index.ts'
import { scanChunk } from '../../lib/ops/ssm_scan_rows.ts'
import { programJob, uniform, whole } from '../program_job.ts'
import type { Group, Job, Row } from '../row.ts'

const [rows, d, n] = [2048, 1536, 16]

/** One exp for each state of each channel at each row; those of softplus and of the gate come on top. */
const exps = rows * d * n

const inputs = {
  u: uniform([rows, d]),
  delta: uniform([rows, d]),
  aLog: uniform([d, n]),
  b: uniform([rows, n]),
  c: uniform([rows, n]),
  skip: uniform([d]),
  z: uniform([rows, d]),
  deltaBias: uniform([d]),
  offsets: whole(0, rows),
}

const forward = (): Job => programJob(inputs, (values) => ({ y: ssmScan(values).y }))

const forwardRow: Row = {
  name: `ssm_scan forward ${rows}x${d}x${n}`,
  unit: 'ms',
  work: { exps },
  prepare: forward,
  peers: [{ peer: 'torch', call: 'ssm_scan', args: { rows, d, n } }],
}

/** Any states between the chunks cost the same as those of a forward pass. */
const backwardRow: Row = {
  name: `ssm_scan backward ${rows}x${d}x${n}`,
  unit: 'ms',
  work: { exps },
  prepare: () =>
    programJob(
      { ...inputs, chunkStates: uniform([rows / scanChunk + 1, n, d]), upstream: uniform([rows, d]) },
      (values) => {
        const { du, dDelta, dALog, dB, dC, dSkip, dZ, dDeltaBias } = ssmScanGrad(values)
        return { du, dDelta, dALog, dB, dC, dSkip, dZ, dDeltaBias }
      },
    ),
  beside: { name: 'ours, forward', prepare: forward },
}

/** A token of each of many sequences, as generation needs it. */
function stepRow(sequences: number): Row {
  const state = sequences * d * n * 4
  return {
    name: `ssm_scan one step of ${sequences} sequences`,
    unit: 'ms',
    work: { bytes: 2 * state, exps: sequences * d * n },
    prepare: () =>
      programJob(
        {
          ...inputs,
          u: uniform([sequences, d]),
          delta: uniform([sequences, d]),
          b: uniform([sequences, n]),
          c: uniform([sequences, n]),
          z: uniform([sequences, d]),
          offsets: whole(...Array.from({ length: sequences + 1 }, (_, i) => i)),
          state: { ...uniform([sequences, d, n]), state: true },
        },
        (values) => {
          const { y, stateOut } = ssmScan(values)
          return { y, state: stateOut }
        },
        { copies: Math.ceil(2 ** 28 / state) },
      ),
  }
}

export const ssmScanRows: Group = { name: 'ssm_scan', rows: [forwardRow, backwardRow, stepRow(64)] }
