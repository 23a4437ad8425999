// Leaves, or is terminated, in the middle of runs. Arguments: folder with the programs, and what to do.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../..', import.meta.url))
const load = () => (process.env.VMM_ADDON ? require(process.env.VMM_ADDON) : require('node-gyp-build')(root))

/** Queues runs without end, slow ones among them; with `sync`, gives a function that runs on this thread instead. */
function startRuns(folder, sync) {
  const addon = load()
  const small = addon.compile(readFileSync(join(folder, 'small')))
  const slow = addon.compile(readFileSync(join(folder, 'slow')))
  const [s, w, big] = [256, 256, 2048 * 2048 * 4].map((bytes) => addon.createState(bytes))
  const again = () => addon.run(small, [new Float32Array(64), s, w], new Float64Array([3]), {}, again)
  again()
  if (sync)
    return () =>
      addon.runSync(small, [new Float32Array(64), addon.createState(256), w], new Float64Array([3]), {})
  for (let i = 0; i < 3; i++)
    addon.run(slow, [big], new Float64Array(0), {}, () => console.log('a slow run ended'))
}

if (!isMainThread) {
  const sync = startRuns(workerData.folder, workerData.sync)
  parentPort.postMessage('running')
  while (workerData.sync) sync()
} else {
  const [, , folder, mode, rounds] = process.argv
  if (mode === 'exit') {
    startRuns(folder, false)
    setTimeout(() => process.exit(7), Number(rounds))
  } else {
    if (mode === 'shared') load()
    for (let i = 0; i < Number(rounds); i++) {
      const data = { workerData: { folder, sync: i % 2 === 1 } }
      const workers = Array.from({ length: 4 }, () => new Worker(new URL(import.meta.url), data))
      for (const worker of workers) worker.on('error', (error) => console.log(error))
      await Promise.all(workers.map((worker) => new Promise((running) => worker.once('message', running))))
      await new Promise((later) => setTimeout(later, i % 10))
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    console.log(JSON.stringify(load().info().liveBytes))
  }
}
