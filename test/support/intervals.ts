import * as assert from 'uvu/assert'

/** Asserts that a share is that of `count` independent trials of probability `p`, within four standard deviations. */
export function assertShare(share: number, p: number, count: number, about: string): void {
  const sigma = Math.sqrt((p * (1 - p)) / count)
  const shown = `${about}: ${share.toFixed(4)}, expected ${p.toFixed(4)} ± ${(4 * sigma).toFixed(4)}`
  assert.ok(Math.abs(share - p) <= 4 * sigma, shown)
}
