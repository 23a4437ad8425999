import type { Limits, UsedLimits } from './limits.ts'
import type { Machine } from './machine.ts'
import type { Result } from './time_row.ts'

/** Three significant digits, without exponents. */
export function formatNumber(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2)
}

/** Whole percent; nothing where there is no share. */
export function percent(share: number | null): string {
  return share === null ? '' : `${(100 * share).toFixed(0)} %`
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd()
  const [head, ...body] = rows.map(line)
  return [head, '─'.repeat(widths.reduce((a, b) => a + b + 2, -2)), ...body].join('\n')
}

/** A kernel's rows: our median, its range, the limit, and behind each peer's median how many times faster we are. */
export function formatGroup(name: string, results: readonly Result[]): string {
  const columns = (key: 'sets' | 'peers') => [...new Set(results.flatMap((r) => Object.keys(r[key])))]
  const sets = columns('sets')
  // What memory gave beside the row; without such rows no column.
  const now = results.some((r) => r.shareNow !== null) ? ['then'] : []
  const peers = columns('peers')
  const head = [name, 'unit', 'median', 'min – max', 'limit', 'share', ...now, ...sets, ...peers]
  const body = results.map((r) => [
    r.name,
    r.unit,
    formatNumber(r.median),
    `${formatNumber(r.min)} – ${formatNumber(r.max)}`,
    r.limit === null ? '' : formatNumber(r.limit),
    percent(r.share),
    ...now.map(() => percent(r.shareNow)),
    ...sets.map((set) => (set in r.sets ? formatNumber(r.sets[set]!) : '')),
    ...peers.map((peer) =>
      peer in r.peers ? `${formatNumber(r.peers[peer]!)} (${formatNumber(r.ratios[peer]!)}×)` : '',
    ),
  ])
  return formatTable([head, ...body])
}

export function formatMachine(
  { cpu, processor, cores, threads, arch, instructionSets }: Machine,
  set: string,
): string {
  const kind = processor === null ? '' : ` (${processor})`
  return `${cpu}${kind}, ${cores} cores, ${arch}; ${threads} threads, ${set} (of ${instructionSets.join(', ')})`
}

/** The machine's limits: what was measured now, what counts, and where that is from. */
export function formatLimits({ measured, used, recordedOn }: UsedLimits, processor: string | null): string {
  const names = {
    f32: 'f32 multiply-add, GFLOP/s',
    bf16: 'bf16 dot, GFLOP/s',
    int8: 'int8 dot, GOP/s',
    exp: 'exp, G/s',
    memory: 'memory read, GB/s',
  } as const satisfies Record<keyof Limits, string>
  const cell = (value: number) => (value > 0 ? formatNumber(value) : 'none')
  const rows = Object.entries(names).map(([key, name]) => [
    name,
    cell(measured[key as keyof Limits]),
    cell(used[key as keyof Limits]),
  ])
  const source =
    recordedOn === null
      ? `Nothing is recorded for ${processor ?? 'this processor, which does not tell its kind'}: what is measured now counts.`
      : `What is higher is recorded for ${recordedOn}.`
  return `${formatTable([['limit', 'measured', 'used'], ...rows])}\n${source}`
}
