import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import type { Group, Job } from '../row.ts'

/** A number in and the same number out: the smallest program that could be of any use. */
function emptyProgram(async: boolean): Job {
  const program = compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [1] } }, ({ x }) => ({ outputs: { y: x } })),
  )
  const bindings = { x: Float32Array.of(1) }
  return {
    async,
    run: (_, settings) => (async ? program.run(bindings, settings) : program.runSync(bindings, settings)),
    dispose: () => program.dispose(),
  }
}

export const runRows: Group = {
  name: 'run',
  rows: [
    { name: 'empty program, synchronous', unit: 'us', prepare: () => emptyProgram(false) },
    { name: 'empty program, asynchronous', unit: 'us', prepare: () => emptyProgram(true) },
  ],
}
