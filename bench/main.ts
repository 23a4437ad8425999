// npm run bench: the machine's limits, every kernel as a share of them, and the peers in the same rounds.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Limits, type LimitsProgram, openLimits, usedLimits } from './limits.ts'
import { describeCommit, describeMachine, describeVersions, type Machine } from './machine.ts'
import { efforts } from './measure.ts'
import { type BenchOptions, parseOptions, usage } from './options.ts'
import { openPeers } from './peers/peers.ts'
import { readRecorded, recordedFor, whyNotRecorded, withMeasured, writeRecorded } from './recorded.ts'
import { formatGroup, formatLimits, formatMachine } from './report.ts'
import type { Row } from './row.ts'
import { groups } from './rows/index.ts'
import { type Result, timeRow } from './time_row.ts'

/** The sets that are shown beside the best one. */
const shownSets = ['avx2']

/** Load beyond which others may take time from us. */
const busy = 0.5

const defaultOut = fileURLToPath(new URL('results.json', import.meta.url))

async function main(machine: Machine, options: BenchOptions): Promise<void> {
  const set = options.set ?? machine.instructionSets.at(-1)!
  const threads = Math.min(options.threads ?? machine.threads, machine.threads)
  const usual = options.quick ? efforts.quick : efforts.normal
  const effort = { ...usual, rounds: options.rounds ?? usual.rounds }
  const load = loadavg()[0]!
  console.log(`${formatMachine({ ...machine, threads }, set)}`)
  if (load > busy) console.log(`The machine has been busy (load ${load.toFixed(1)}): expect noise.`)
  console.log()

  const program = limitsOrNone()
  const found = program?.measure(threads) ?? null
  const measured = found ?? noLimits
  const recorded = readRecorded()
  const limits = usedLimits(measured, recordedFor(recorded, machine, threads))
  console.log(`${formatLimits(limits, machine.processor)}\n`)
  if (options.record) {
    const problem = whyNotRecorded(machine, found)
    if (problem === null) writeRecorded(withMeasured(recorded, machine, threads, measured))
    else console.error(problem)
  }

  const chosen = await chooseGroups(options)
  const wanted = chosen.flatMap(({ rows }) => rows)
  const peers = options.peers ? await openPeers(wanted, threads) : null
  const results: Result[] = []
  const failures: string[] = []
  try {
    const otherSets =
      options.set === undefined
        ? shownSets.filter((s) => s !== set && machine.instructionSets.includes(s))
        : []
    const memoryNow = () => program?.memory(threads) ?? 0
    const setting = { effort, limits: limits.used, memoryNow, set, otherSets, threads, peers }
    for (const { name, rows } of chosen) {
      const done: Result[] = []
      for (const row of rows) {
        showProgress(row.name)
        try {
          done.push(await timeRow(row, setting))
        } catch (error) {
          failures.push(`${row.name}: ${(error as Error).message}`)
        }
      }
      showProgress('')
      if (done.length > 0) console.log(`${formatGroup(name, done)}\n`)
      results.push(...done)
    }
  } finally {
    peers?.stop()
    program?.dispose()
  }

  const missing = missingPeers(options, peers?.missing ?? new Map())
  for (const [name, why] of Object.entries(missing)) console.log(`missing: ${name}: ${why}`)
  for (const failure of failures) console.error(`failed: ${failure}`)
  const report = {
    machine: { ...machine, threads, set, load },
    versions: { ...describeVersions(), ...peers?.versions },
    commit: describeCommit(),
    date: new Date().toISOString(),
    limits,
    missing,
    rows: results,
  }
  const isPart = options.row !== undefined || options.names.length > 0
  const isWhole = !options.quick && options.rounds === undefined && !isPart
  const out = options.out ?? (isWhole ? defaultOut : null)
  if (out !== null) writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`)
  console.log(
    out === null ? 'not written: a part of the rows or of the rounds (--out file does)' : `written: ${out}`,
  )
  if (failures.length > 0) process.exitCode = 1
}

const noLimits: Limits = { f32: 0, bf16: 0, int8: 0, exp: 0, memory: 0 }

/** Without a compiler there are only recorded limits, if any. */
function limitsOrNone(): LimitsProgram | null {
  try {
    return openLimits()
  } catch (error) {
    console.error(`The machine's limits cannot be measured: ${(error as Error).message}`)
    return null
  }
}

async function chooseGroups({ names, row }: BenchOptions): Promise<{ name: string; rows: readonly Row[] }[]> {
  const chosen = groups.filter(({ name, onRequest }) =>
    names.length === 0 ? !onRequest : names.includes(name),
  )
  return Promise.all(
    chosen.map(async ({ name, rows }) => {
      const all = typeof rows === 'function' ? await rows() : rows
      return { name, rows: all.filter((one) => row === undefined || one.name.includes(row)) }
    }),
  )
}

/** Every peer that was not in the run is named. */
function missingPeers(options: BenchOptions, failed: ReadonlyMap<string, string>): Record<string, string> {
  const missing = Object.fromEntries(failed)
  if (!options.peers) missing['all peers'] = 'left out by --no-peers'
  return missing
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

const machine = describeMachine()
let options: BenchOptions | null = null
try {
  const kernels = groups.map(({ name }) => name)
  options = parseOptions(process.argv.slice(2), kernels, machine.instructionSets)
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
if (options) await main(machine, options)
