// Truncates files while they are mapped and tells, as JSON, what becomes of whoever reads them: `node truncated_child.ts
// <folder>`. A process that cannot bear it dies of SIGBUS.
import { once } from 'node:events'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { VmmError } from '../../lib/core/errors.ts'
import { compile } from '../../lib/graph/program.ts'
import { type TraceResult, trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { add } from '../../lib/ops/index.ts'
import { createTensor, type DeviceTensor, mapFile, readTensor } from '../../lib/tensor/device_tensor.ts'

const [, , folder] = process.argv as [string, string, string]
const SHAPE = [1024, 1024]
const BYTES = 4 * 1024 * 1024

let files = 0
/** Ones in a file, mapped. */
function mapOnes(): { path: string; tensor: DeviceTensor; unaligned: () => DeviceTensor } {
  const path = join(folder, `ones-${files++}`)
  writeFileSync(path, new Uint8Array(new Float32Array(BYTES / 4).fill(1).buffer))
  const file = mapFile(path)
  const unaligned = () => file.tensor('f32', [2], BYTES - 10)
  return { path, tensor: file.tensor('f32', SHAPE, 0), unaligned }
}

/** sum = w + … + w, and the state becomes it. */
function sums(times: number) {
  return compile(
    trace(
      {
        w: { kind: 'weight', dtype: 'f32', shape: SHAPE },
        s: { kind: 'state', dtype: 'f32', shape: SHAPE },
      },
      ({ w, s }): TraceResult => {
        let sum: Value = s
        for (let i = 0; i < times; i++) sum = add(sum, w)
        return { outputs: {}, updates: { s: sum } }
      },
    ),
  )
}

/** What a call ends with: 'ok', or the code and the path of its error. */
async function endingOf(call: () => unknown, path: string): Promise<string> {
  try {
    await call()
    return 'ok'
  } catch (error) {
    if (!(error instanceof VmmError)) return String(error)
    return error.message.startsWith(path) ? error.code : error.message
  }
}

const short = sums(1)
const long = sums(500)
const endings: Record<string, unknown> = {}

const between = mapOnes()
const s = createTensor('f32', SHAPE)
await short.run({ w: between.tensor, s })
truncateSync(between.path, BYTES / 2)
endings.async = await endingOf(() => short.run({ w: between.tensor, s }), between.path)
endings.sync = await endingOf(() => short.runSync({ w: between.tensor, s }), between.path)
endings.read = await endingOf(() => readTensor(between.tensor), between.path)
endings.copied = await endingOf(between.unaligned, between.path)
endings.state = readTensor(s)[0]

const begin = performance.now()
await long.run({ w: mapOnes().tensor, s: createTensor('f32', SHAPE) })
const wholeRun = performance.now() - begin

const during = mapOnes()
const t = createTensor('f32', SHAPE)
const running = endingOf(() => long.run({ w: during.tensor, s: t }), during.path)
// Early in the run, however fast the machine is.
await sleep(wholeRun / 10)
truncateSync(during.path, 1)
endings.during = await running
endings.stateOfDuring = readTensor(t)[0]

const inWorker = mapOnes()
const worker = new Worker(new URL('truncated_worker.mjs', import.meta.url), { workerData: inWorker.path })
const [message] = await once(worker, 'message')
endings.worker = message
endings.beside = await endingOf(() => readTensor(inWorker.tensor), inWorker.path)
await worker.terminate()

const whole = mapOnes()
const u = createTensor('f32', SHAPE)
endings.whole = await endingOf(() => long.run({ w: whole.tensor, s: u }), whole.path)
endings.stateOfWhole = readTensor(u).at(-1)
process.stdout.write(JSON.stringify(endings))
