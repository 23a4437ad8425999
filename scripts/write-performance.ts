// Writes the tables of docs/performance.md and the rows of README from what `npm run bench` has left: bench/results.json
// of all rows, and bench/models.json of the models alone. With --check it only compares, and fails when they differ.
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

/** Rows of the first table; all are in the results. */
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

/** Rows of README, in its own words. */
const brief: readonly Brief[] = [
  {
    row: 'use-lite encode of 200 sentences, batch 32',
    what: 'sentences encoded in a second, in batches of 32',
    value: formatNumber,
    peers: { 'tfjs-wasm': 'the same model in TensorFlow.js (wasm)' },
  },
  {
    row: 'nearest_rows f32 1000000x384, 1 query',
    what: 'exact search of 1,000,000 vectors of 384 numbers, one query',
    // All rows, f32, at a speed in GB/s.
    value: (speed) => `${((4 * 384 * 1e6) / (speed * 1e6)).toFixed(0)} ms`,
    peers: { usearch: 'usearch', faiss: 'faiss' },
  },
  {
    row: 'matmul bf16 2048x2048x2048',
    what: 'product of two matrices of 2048 × 2048, bf16',
    value: (speed) => `${formatNumber(speed)} GFLOP/s`,
    peers: { torch: 'PyTorch' },
  },
]

const briefOfModels: readonly Brief[] = [
  {
    row: 'GPT-2 small, 64 tokens after 8, bf16',
    what: 'tokens that GPT-2 small writes in a second, bf16',
    value: formatNumber,
    peers: { 'node-llama-cpp': 'node-llama-cpp', torch: 'PyTorch' },
  },
  {
    row: 'Mamba-130m, 64 tokens after 8, q8_0',
    what: 'tokens that Mamba-130m writes in a second, 8 bits',
    value: formatNumber,
    peers: { 'node-llama-cpp': 'node-llama-cpp' },
  },
  {
    row: 'T5-base, 32 tokens after 16, f32',
    what: 'tokens that T5-base writes in a second, f32',
    value: formatNumber,
    peers: { 'onnxruntime-node f32': 'onnxruntime-node', torch: 'PyTorch' },
  },
]

interface Brief {
  readonly row: string
  readonly what: string
  value(median: number): string
  /** What peers are called. */
  readonly peers: Readonly<Record<string, string>>
}

const peerNames: Readonly<Record<string, string>> = {
  torch: 'PyTorch',
  'tfjs-wasm': 'TensorFlow.js (wasm)',
  'hf-tokenizers': '@huggingface/tokenizers',
}
const VERSIONED: Readonly<Record<string, string>> = { node: 'Node', compiler: 'GCC', torch: 'PyTorch' }
const MARKS = {
  kernels: ['<!-- performance: npm run performance -->', '<!-- end of performance -->'],
  models: [
    '<!-- performance of models: npm run performance -->',
    '<!-- end of the performance of models -->',
  ],
} as const

function line(row: Result): string {
  const now = row.shareNow === null ? '' : ` (${percent(row.shareNow)})`
  const peers = Object.entries(row.peers).map(
    ([name, value]) =>
      `${peerNames[name] ?? name} ${formatNumber(value)} (${formatNumber(row.ratios[name]!)}×)`,
  )
  const sets = Object.values(row.sets).map(formatNumber)
  return `| ${[row.name, `${formatNumber(row.median)} ${row.unit}`, percent(row.share) + now, sets.join(', '), peers.join(', ')].join(' | ')} |`
}

function rowNamed({ rows }: Report, name: string): Result {
  const row = rows.find((r) => r.name === name)
  if (!row) throw new Error(`bench/results.json has no row '${name}'`)
  return row
}

function table(report: Report, names: readonly string[]): string[] {
  const { machine, versions, commit, date, limits, missing } = report
  requireOwnLimits(limits, machine.processor)
  const limit = (key: keyof UsedLimits['used']) => {
    const [used, measured] = [limits.used[key], limits.measured[key]].map(formatNumber)
    return used === measured ? used : `${used} (measured in this run: ${measured})`
  }
  const left = Object.entries(missing).map(([name, why]) => `Missing: ${name}, ${why}.`)
  return [
    `${machine.cpu}, ${machine.threads} threads, ${machine.set}; ${date.slice(0, 10)}, commit ${commit?.slice(0, 8) ?? 'unknown'}.`,
    `${Object.entries(versions)
      .map(([name, version]) => `${VERSIONED[name] ?? name} ${version}`)
      .join(', ')}.`,
    `Limits: ${limit('f32')} GFLOP/s f32, ${limit('bf16')} bf16, ${limit('memory')} GB/s. ${left.join(' ')}`.trim(),
    '',
    '| row | vector-mamba | of the limit | AVX2 | others (how many times faster we are) |',
    '|---|--:|--:|--:|---|',
    ...names.map((name) => line(rowNamed(report, name))),
  ]
}

function summary(report: Report, shown: readonly Brief[]): string[] {
  const { machine, date } = report
  const rows = shown.map(({ row, what, value, peers }) => {
    const result = rowNamed(report, row)
    const others = Object.entries(peers).map(([peer, name]) => {
      const median = result.peers[peer]
      if (median === undefined) throw new Error(`bench/results.json has no ${peer} in row '${row}'`)
      return `${name}: ${value(median)}`
    })
    return `| ${what} | ${value(result.median)} | ${others.join('; ')} |`
  })
  return [
    `On ${machine.threads} threads of an ${machine.cpu} (${machine.set}), ${date.slice(0, 10)}:`,
    '',
    '| | vector-mamba | others |',
    '|---|--:|---|',
    ...rows,
  ]
}

/** Writes the marked part of a page, or only compares it. */
function update(page: string, [begin, end]: readonly [string, string], lines: readonly string[]): void {
  const path = new URL(`../${page}`, import.meta.url)
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${page} has no lines '${begin}' and '${end}'`)
  const next = `${text.slice(0, from)}${[begin, ...lines, end].join('\n')}${text.slice(to + end.length)}`
  if (!process.argv.includes('--check')) writeFileSync(path, next)
  else if (next !== text) {
    console.error(`${page}: the performance is not that of the results in bench; run npm run performance`)
    process.exitCode = 1
  }
}

function reportOf(file: string): Report {
  return JSON.parse(readFileSync(new URL(`../bench/${file}`, import.meta.url), 'utf8')) as Report
}

const [kernels, models] = [reportOf('results.json'), reportOf('models.json')]
update('docs/performance.md', MARKS.kernels, table(kernels, shown))
update(
  'docs/performance.md',
  MARKS.models,
  table(
    models,
    models.rows.map(({ name }) => name),
  ),
)
update('README.md', MARKS.kernels, summary(kernels, brief))
update('README.md', MARKS.models, summary(models, briefOfModels))
