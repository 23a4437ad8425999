import { type FileHandle, open } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { atomicWrite, fileError } from '../../io/files.ts'
import { readSmallFile } from '../../io/read.ts'
import type { Series } from './plot.ts'
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
  let text: string
  try {
    text = (await readSmallFile(path, MOST_BYTES)).toString()
  } catch (error) {
    if (error instanceof VmmError && error.code === 'NOT_FOUND') return []
    throw error
  }
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as MetricsLine
    } catch (cause) {
      throw new VmmError('BAD_FILE', `${path}: line ${i + 1}: not JSON`, { cause })
    }
  })
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
