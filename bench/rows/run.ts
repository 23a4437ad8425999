import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { matmul, slice } from '../../lib/ops/index.ts'
import { createTensor } from '../../lib/tensor/device_tensor.ts'
import type { Group, Job, RunSettings } from '../row.ts'

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

/** A run of seconds is under way; each timed part aborts it, awaits its end, and submits the next. */
function cancelledRun(): Job {
  const size = 2048
  const program = compile(
    trace({ m: { kind: 'weight', dtype: 'f32', shape: [size, size] } }, ({ m }) => {
      let y = m
      for (let i = 0; i < 64; i++) y = matmul({ a: y, b: m })
      return { outputs: { y: slice(slice(y, 0, 0, 1), 1, 0, 1) } }
    }),
  )
  const m = createTensor('f32', [size, size])
  const start = (settings: RunSettings) => {
    const stop = new AbortController()
    const over = program.run({ m }, { ...settings, signal: stop.signal }).catch(() => 'aborted')
    return { stop, over }
  }
  let running = start({})
  return {
    async: true,
    run: async (_, settings) => {
      running.stop.abort()
      if ((await running.over) !== 'aborted') throw new Error('a run ended before it was aborted')
      running = start(settings)
    },
    dispose: () => {
      running.stop.abort()
      program.dispose()
      m.dispose()
    },
  }
}

export const runRows: Group = {
  name: 'run',
  rows: [
    { name: 'empty program, synchronous', unit: 'us', prepare: () => emptyProgram(false) },
    { name: 'empty program, asynchronous', unit: 'us', prepare: () => emptyProgram(true) },
    { name: 'abort of a long run', unit: 'ms', prepare: cancelledRun },
  ],
}
