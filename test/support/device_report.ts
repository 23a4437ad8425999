// Preloaded into a process that tests on a device: tells at its end what ran there.
import { gpuInfo } from '../../lib/runtime/device.ts'

process.on('exit', () => {
  const gpu = gpuInfo()
  if (gpu) console.log(`on the device: ${gpu.runs} runs, ${gpu.takenOver} taken over by the CPU`)
})
