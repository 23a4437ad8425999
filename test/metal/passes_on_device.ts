import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { ROOT } from '../../scripts/metal/paths.ts'
import { emulatedSet } from '../support/metal.ts'

/** Runs a test file in a process of its own, with all its programs on the device. */
export function passesOnDevice(file: string): void {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, '--import', './test/support/device_report.ts', file],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, VMM_DEVICE: emulatedSet } },
  )
  const [, total] = /Total:\s+(\d+)/.exec(stdout) ?? []
  const [, passed] = /Passed:\s+(\d+)/.exec(stdout) ?? []
  assert.ok(Number(total) > 0 && passed === total, `${stdout}${stderr}`)
  const [, runs, takenOver] = /on the device: (\d+) runs, (\d+) taken over/.exec(stdout) ?? []
  assert.ok(Number(runs) > 0, stdout)
  assert.is(takenOver, '0')
}
