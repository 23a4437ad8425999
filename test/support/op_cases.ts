import { allOps } from '../../lib/graph/define.ts'
import type { Op } from '../../lib/graph/value.ts'
import '../../lib/ops/index.ts'

export { sampleInputs, scalarNames, traceSample } from '../../lib/graph/sample_program.ts'

/** Ops to test: all of them, or those named in VMM_TEST_OPS (comma-separated). */
export function chosenOps(): Op[] {
  const names = process.env.VMM_TEST_OPS?.split(',')
  return allOps().filter((op) => !names || names.includes(op.name))
}
