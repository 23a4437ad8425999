// Truncates a file that it has mapped, and tells what reading it ends with.
import { statSync, truncateSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../..', import.meta.url))
const addon = process.env.VMM_ADDON ? require(process.env.VMM_ADDON) : require('node-gyp-build')(root)

const bytes = statSync(workerData).size
const weight = addon.weight(addon.mapFile(workerData), 0, bytes)
truncateSync(workerData, 0)
try {
  addon.readState(weight, 0, bytes)
  parentPort.postMessage('ok')
} catch (error) {
  parentPort.postMessage(error.code)
}
