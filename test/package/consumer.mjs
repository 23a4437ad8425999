// A program that uses the installed package, as a user's would: it is copied into the folder of the installation.
//   node consumer.mjs '["A text."]'
// Prints its vectors as one JSON object: by import, by require and from a worker thread.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

if (isMainThread) await main(JSON.parse(process.argv[2]))
else parentPort.postMessage(await encode(await import('vector-mamba'), workerData))

async function main(texts) {
  const imported = await encode(await import('vector-mamba'), texts)
  const required = await encode(createRequire(import.meta.url)('vector-mamba'), texts)
  const [fromWorker] = await once(new Worker(new URL(import.meta.url), { workerData: texts }), 'message')
  const addons = process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'))
  const { version, arch } = process
  console.log(JSON.stringify({ version, arch, addons, imported, required, fromWorker }))
}

async function encode({ loadModel }, texts) {
  const model = await loadModel('use-lite')
  try {
    const { vectors } = await model.encode(texts)
    return texts.map((_, i) => Array.from(vectors.row(i)))
  } finally {
    model.dispose()
  }
}
