import { check } from '../core/errors.ts'

/** The largest sizes that configs of models may have: beyond what anybody runs, and far from what would hang. */
const MOST = {
  dims: 65_536,
  dModel: 65_536,
  width: 65_536,
  memoryDims: 65_536,
  ffn: 1_048_576,
  adapterHidden: 1_048_576,
  routerHidden: 65_536,
  vocabulary: 2_097_152,
  capacityTokens: 1_048_576,
  positions: 2_097_152,
  layers: 512,
  blocks: 512,
  heads: 1024,
  experts: 1024,
  topK: 64,
  dState: 1024,
  dConv: 16,
  dtRank: 65_536,
  expand: 64,
} as const

/** Throws VmmError BAD_ARGUMENT for a size of a config that is no whole number from 1 to what the largest models have. */
export function checkSizes<K extends keyof typeof MOST>(
  config: Readonly<Record<K, unknown>>,
  names: readonly K[],
): void {
  for (const name of names) {
    const size = config[name]
    const ok = Number.isSafeInteger(size) && (size as number) > 0 && (size as number) <= MOST[name]
    check(ok, `config.${name}`, size, `a positive integer of at most ${MOST[name]}`)
  }
}

/** Throws VmmError BAD_ARGUMENT for a field of a config that is no number above 0. */
export function checkPositive<K extends string>(
  config: Readonly<Record<K, unknown>>,
  names: readonly K[],
): void {
  for (const name of names) {
    const value = config[name]
    check(Number.isFinite(value) && (value as number) > 0, `config.${name}`, value, 'a number above 0')
  }
}
