// Long use of the compiled package. Arguments: what to do, how often. Prints resident memory on the way, as JSON.
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { loadModel } from '../../dist/index.js'

const resident = async () => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc()
    await sleep(20)
  }
  return process.memoryUsage.rss()
}

async function encodeForever() {
  const model = await loadModel('use-lite')
  const texts = Array.from({ length: 400 }, (_, i) =>
    `sentence ${i} of a worker that will be stopped`.repeat(1 + (i % 5)),
  )
  parentPort.postMessage('running')
  for (;;) await model.encode(texts)
}

/** Texts of a random length, 0 to about 1,200 characters. */
function textOf(i) {
  const words = (Math.imul(i, 0x9e3779b1) >>> 0) % 200
  return Array.from({ length: words }, (_, w) => `w${(i * 31 + w * 7) % 997}`).join(' ')
}

async function encodeOften(calls) {
  const model = await loadModel('use-lite')
  const samples = []
  for (let i = 1; i <= calls; i++) {
    await model.encode(
      i % 10 === 0 ? Array.from({ length: 1 + (i % 40) }, (_, k) => textOf(i + k)) : textOf(i),
    )
    if (i % (calls / 10) === 0) samples.push(await resident())
  }
  model.dispose()
  return samples
}

async function terminateWorkers(rounds) {
  await (await loadModel('use-lite')).encode('the main thread uses the addon too')
  const samples = []
  for (let round = 1; round <= rounds; round++) {
    const workers = Array.from({ length: 4 }, () => new Worker(new URL(import.meta.url)))
    for (const worker of workers)
      worker.on('error', (error) => {
        console.error(error)
        process.exitCode = 1
      })
    await Promise.all(workers.map((worker) => new Promise((running) => worker.once('message', running))))
    await sleep(round % 20)
    await Promise.all(workers.map((worker) => worker.terminate()))
    if (round % (rounds / 10) === 0) samples.push(await resident())
  }
  const { vectors } = await (await loadModel('use-lite')).encode('still right')
  if (Math.abs(Math.hypot(...vectors.row(0)) - 1) > 1e-5) throw new Error('wrong after the workers')
  return samples
}

if (!isMainThread) await encodeForever()
else {
  const [, , what, count] = process.argv
  const run = { encode: encodeOften, terminate: terminateWorkers }[what]
  console.log(JSON.stringify(await run(Number(count))))
}
