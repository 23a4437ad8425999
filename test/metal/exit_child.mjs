// Ends in the middle of runs on the device. Argument: `exit` leaves the process, `terminate` stops a worker that runs.
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { gpuInfo, loadModel } from '../../dist/index.js'

const device = 'metal-emulated'

async function encodeForever() {
  const model = await loadModel('use-lite')
  await model.encode('once', { device })
  parentPort?.postMessage('running')
  for (;;) await model.encode('again', { device })
}

async function exit() {
  const model = await loadModel('use-lite')
  await model.encode('once', { device })
  for (let i = 0; i < 3; i++) void model.encode('and away', { device })
  await sleep(20)
  process.exit(7)
}

async function terminate() {
  for (let round = 0; round < 3; round++) {
    const worker = new Worker(new URL(import.meta.url))
    await new Promise((running) => worker.once('message', running))
    await sleep(10 * round)
    await worker.terminate()
  }
  const model = await loadModel('use-lite')
  const [cpu, own] = [await model.encode('still right'), await model.encode('still right', { device })]
  const off = Math.max(...cpu.vectors.row(0).map((x, i) => Math.abs(x - own.vectors.row(0)[i])))
  const { runs, takenOver } = gpuInfo()
  console.log(JSON.stringify({ right: off < 1e-3, ran: runs > 0, takenOver }))
}

if (!isMainThread) await encodeForever()
else await { exit, terminate }[process.argv[2]]()
