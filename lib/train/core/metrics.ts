import { type FileHandle, open } from 'node:fs/promises'
import { describe, VmmError } from '../../core/errors.ts'
import { atomicWrite, fileError } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import type { Series } from '../../io/plot.ts'
import { readOptionalFile } from '../../io/read.ts'
import type { Measures } from './task.ts'

/** One line of a metrics file. */
export interface MetricsLine {
  readonly step: number
  /** What the step's batches counted: concepts, tokens… */
  readonly count: number
  readonly losses: Readonly<Record<string, number>>
  readonly learningRate: number
  readonly gradNorm: number
  readonly perSecond: number
  /** Measured after this step. */
  readonly evaluation?: Measures
}

/** Lines of millions of steps; as much as a string can hold. */
const MOST_BYTES = 500 << 20

/** The lines of a metrics file; none where there is no file. A last line that was cut by a crash is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  const content = await readOptionalFile(path, MOST_BYTES)
  if (content === null) return []
  let last = -1
  return content
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      const where = `${path}: line ${i + 1}`
      const read = metricsLine(parseJson(line, where), where)
      if (read.step <= last) throw new VmmError('BAD_FILE', `${where}: step ${read.step} after step ${last}`)
      last = read.step
      return read
    })
}

/** A line as it was written, but with NaN for what JSON has no number for. */
function metricsLine(json: unknown, where: string): MetricsLine {
  const bad = (field: string, value: unknown, expected: string) =>
    new VmmError('BAD_FILE', `${where}: ${field}: got ${describe(value)}; expected ${expected}`)
  const object = (value: unknown, field: string): Record<string, unknown> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
    throw bad(field, value, 'an object')
  }
  const number = (value: unknown, field: string): number => {
    if (value === null) return Number.NaN
    if (typeof value !== 'number') throw bad(field, value, 'a number')
    return value
  }
  const numbers = (value: unknown, field: string): Record<string, number> =>
    Object.fromEntries(
      Object.entries(object(value, field)).map(([key, n]) => [key, number(n, `${field}.${key}`)]),
    )
  const line = object(json, 'line')
  const { step, evaluation } = line
  if (!Number.isSafeInteger(step) || (step as number) < 0) throw bad('step', step, 'a step')
  for (const key of ['count', 'learningRate', 'gradNorm', 'perSecond']) line[key] = number(line[key], key)
  line.losses = numbers(line.losses, 'losses')
  if (evaluation !== undefined) line.evaluation = numbers(evaluation, 'evaluation')
  return line as unknown as MetricsLine
}

export interface MetricsWriter {
  write(line: MetricsLine): Promise<void>
  close(): Promise<void>
}

/** Opens a metrics file to append to, after the lines up to a step; those beyond it are removed. */
export async function openMetrics(path: string, step: number): Promise<MetricsWriter> {
  const kept = (await readMetrics(path)).filter((line) => line.step <= step)
  await atomicWrite(
    path,
    kept.map((line) => `${JSON.stringify(line)}\n`),
  )
  let file: FileHandle
  try {
    file = await open(path, 'a')
  } catch (error) {
    throw fileError(path, 'write', error)
  }
  return {
    write: async (line) => {
      await file.appendFile(`${JSON.stringify(line)}\n`).catch((error: unknown) => {
        throw fileError(path, 'write', error)
      })
    },
    close: () => file.close(),
  }
}

/** What there is to plot: a panel for each loss and each measure. */
export function metricsSeries(lines: readonly MetricsLine[]): Series[] {
  const series = new Map<string, Series>()
  const add = (title: string, step: number, value: number, sparse: boolean) => {
    const known = series.get(title) ?? { title, points: [], sparse }
    known.points.push([step, value])
    series.set(title, known)
  }
  for (const { step, losses, learningRate, evaluation } of lines) {
    for (const [name, value] of Object.entries(losses)) add(name, step, value, false)
    add('learning rate', step, learningRate, false)
    for (const [name, value] of Object.entries(evaluation ?? {}))
      add(`${name} (evaluation)`, step, value, true)
  }
  return [...series.values()]
}
