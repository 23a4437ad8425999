import type { Value } from '../../lib/graph/value.ts'
import { copiesFor, programJob, type Tensor } from '../program_job.ts'
import type { PeerCall, Row, Work } from '../row.ts'

/** An op that reads and writes its data once: bound by memory, and timed on data that no cache holds. */
export function streamingRow<const T extends Readonly<Record<string, Tensor>>>(
  name: string,
  /** Read and written in one run. */
  bytes: number,
  tensors: T,
  model: (values: { readonly [K in keyof T]: Value }) => Readonly<Record<string, Value>>,
  {
    work,
    peer,
    scalars = {},
  }: {
    work?: Work
    peer?: Omit<PeerCall, 'peer'>
    scalars?: Readonly<Record<string, number>>
  } = {},
): Row {
  const copies = copiesFor(bytes)
  return {
    name,
    unit: 'GB/s',
    amount: bytes,
    work: { bytes, ...work },
    prepare: () => programJob(tensors, model, { copies, scalars }),
    peers: peer ? [{ peer: 'torch', call: peer.call, args: { ...peer.args, copies } }] : [],
  }
}
