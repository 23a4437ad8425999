// Writes README's performance table from bench/results.json, which `npm run bench` has left. With --check it only
// compares, and fails when the table is not that of the results.
import { readFileSync, writeFileSync } from 'node:fs'
import { requireOwnLimits, type UsedLimits } from '../bench/limits.ts'
import type { Machine } from '../bench/machine.ts'
import { formatNumber, percent } from '../bench/report.ts'
import type { Result } from '../bench/time_row.ts'

interface Report {
  readonly machine: Machine & { readonly set: string }
  readonly versions: Readonly<Record<string, string>>
  readonly commit: string | null
  readonly date: string
  readonly limits: UsedLimits
  readonly missing: Readonly<Record<string, string>>
  readonly rows: readonly Result[]
}

/** What a reader wants to know first; all rows are in the results. */
const shown = [
  'matmul f32 2048x2048x2048',
  'matmul bf16 2048x2048x2048',
  'matmul f32 256x1536x768',
  'matmul f32 31x127x513',
  'matmul f32 8x512x512',
  'matrix-vector f32 4096x14336, packed weight',
  'matrix-vector bf16 4096x14336, packed weight',
  'matrix-vector q8_0 4096x14336',
  'matrix-vector q4_0 4096x14336',
  'ssm_scan forward 2048x1536x16',
  'ssm_scan backward 2048x1536x16',
  'attention prefill 12x64 L=512',
  'nearest_rows f32 1000000x384, 1 query',
  'nearest_rows f32 1000000x384, 64 queries',
  'assign_clusters 100000x384, 64 centroids',
  'use-lite encode of 200 sentences, batch 32',
  'use-lite encode of 200 sentences at once',
  'predictor training step of 1024 concepts, sequence',
  'predictor training step of 1024 concepts, concept',
  'predictor, a concept after 16, sequence (keeps 162 kB)',
  'predictor, a concept after 65536, sequence (keeps 162 kB)',
  'predictor, a concept after 16, concept (keeps 86 kB)',
  'predictor, a concept after 65536, concept (keeps 86 kB)',
  'empty program, synchronous',
  'empty program, asynchronous',
]

const peerNames: Readonly<Record<string, string>> = { torch: 'PyTorch', 'tfjs-wasm': 'TensorFlow.js (wasm)' }
const [begin, end] = ['<!-- performance: npm run performance -->', '<!-- end of performance -->']
const readme = new URL('../README.md', import.meta.url)

function line(row: Result): string {
  const now = row.shareNow === null ? '' : ` (${percent(row.shareNow)})`
  const peers = Object.entries(row.peers).map(
    ([name, value]) =>
      `${peerNames[name] ?? name} ${formatNumber(value)} (${formatNumber(row.ratios[name]!)}×)`,
  )
  const sets = Object.values(row.sets).map(formatNumber)
  return `| ${[row.name, `${formatNumber(row.median)} ${row.unit}`, percent(row.share) + now, sets.join(', '), peers.join(', ')].join(' | ')} |`
}

function section({ machine, versions, commit, date, limits, missing, rows }: Report): string {
  const chosen = shown.map((name) => {
    const row = rows.find((r) => r.name === name)
    if (!row) throw new Error(`bench/results.json has no row '${name}'`)
    return row
  })
  requireOwnLimits(limits, machine.processor)
  const limit = (key: keyof UsedLimits['used']) => {
    const [used, measured] = [limits.used[key], limits.measured[key]].map(formatNumber)
    return used === measured ? used : `${used} (measured in this run: ${measured})`
  }
  const left = Object.entries(missing).map(([name, why]) => `Missing: ${name}, ${why}.`)
  return [
    begin,
    `${machine.cpu}, ${machine.threads} threads, ${machine.set}; Node ${versions.node}, PyTorch ${versions.torch}, faiss ${versions.faiss}, usearch`,
    `${versions.usearch}; ${date.slice(0, 10)}, commit ${commit?.slice(0, 8) ?? 'unknown'}. Limits: ${limit('f32')} GFLOP/s f32, ${limit('bf16')} bf16,`,
    `${limit('memory')} GB/s. ${left.join(' ')}`.trim(),
    '',
    '| row | vector-mamba | of the limit | AVX2 | others (how many times faster we are) |',
    '|---|--:|--:|--:|---|',
    ...chosen.map(line),
    end,
  ].join('\n')
}

const text = readFileSync(readme, 'utf8')
const report = JSON.parse(readFileSync(new URL('../bench/results.json', import.meta.url), 'utf8')) as Report
const [from, to] = [text.indexOf(begin), text.indexOf(end)]
if (from < 0 || to < from) throw new Error(`README.md has no lines '${begin}' and '${end}'`)
const next = text.slice(0, from) + section(report) + text.slice(to + end.length)
if (!process.argv.includes('--check')) writeFileSync(readme, next)
else if (next !== text) {
  console.error('README.md: the performance table is not that of bench/results.json; run npm run performance')
  process.exitCode = 1
}
