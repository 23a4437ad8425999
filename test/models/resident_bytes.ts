// What long use leaves of memory, on the compiled output in child processes.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'

const child = fileURLToPath(new URL('soak_child.mjs', import.meta.url))

/** Resident bytes at each tenth of the work. The heap is bounded, so that the collector's habits do not count. */
export function residentBytes(what: string, count: number): number[] {
  const flags = ['--expose-gc', '--max-semi-space-size=8', child]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, what, String(count)], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  })
  assert.equal([status, signal, stderr], [0, null, ''])
  return JSON.parse(stdout)
}

/**
 * The first three tenths warm up. The least of the last three may lie 5 % above the least of the three before:
 * a leak lifts every sample, memory that is still to be given back only some.
 */
export function assertFlat(bytes: readonly number[]): void {
  const early = Math.min(...bytes.slice(3, 6))
  const late = Math.min(...bytes.slice(7))
  const shown = bytes.map((b) => Math.round(b / 2 ** 20)).join(', ')
  assert.ok(late <= 1.05 * early, `resident memory grew: ${shown} MiB`)
}
