// Encodes in a worker thread. Vectors travel as plain data, and `vectorsFrom` makes vectors of them again.
//   node examples/worker.mjs
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { loadEncoder, similarity, vectorsFrom } from 'vector-mamba'

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  worker.postMessage(['The tide was going out.', 'The water left the bay.', 'Two and two make four.'])
  worker.once('message', (message) => {
    const vectors = vectorsFrom(message)
    for (const row of similarity(vectors, vectors)) console.log(row.map((x) => x.toFixed(3)).join('  '))
    worker.terminate()
  })
} else {
  const encoder = await loadEncoder()
  parentPort.on('message', async (texts) => {
    const { vectors } = await encoder.encode(texts)
    parentPort.postMessage(structuredClone(vectors))
  })
}
