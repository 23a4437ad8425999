// Encodes many lines, tells how far it is, and stops at Ctrl-C or after some seconds.
//   node examples/cancel.mjs [lines] [seconds]
import { loadEncoder } from 'vector-mamba'

const [count = '100000', seconds = '3'] = process.argv.slice(2)
const lines = Array.from({ length: Number(count) }, (_, i) => `Line ${i} of a long file.`)

const controller = new AbortController()
const { signal } = controller
process.once('SIGINT', () => controller.abort(new Error('interrupted')))
setTimeout(() => controller.abort(new Error('out of time')), 1000 * Number(seconds)).unref()

const encoder = await loadEncoder()
const onProgress = (done, total) => process.stderr.write(`\r${done} of ${total} lines`)
try {
  const { vectors } = await encoder.encode(lines, { signal, onProgress })
  console.log(`\n${vectors.count} vectors`)
} catch (error) {
  // The promise rejects with the reason that `abort` was given. The encoder can be used again.
  if (error !== signal.reason) throw error
  console.log(`\nstopped: ${error.message}`)
}
encoder.dispose()
