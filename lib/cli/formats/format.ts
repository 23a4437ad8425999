import { extname } from 'node:path'
import type { Space } from '../../core/space.ts'
import { UsageError } from '../command.ts'
import type { CliContext } from '../context.ts'

/** Some lines, in order, and their vectors one after another. */
export interface VectorBatch {
  readonly indices: readonly number[]
  readonly texts: readonly string[]
  readonly vectors: Float32Array
}

/** Writes batches in one file format. */
export interface VectorWriter {
  write(batch: VectorBatch): Promise<void>
  /** Completes the output; an output file appears now. */
  finish(): Promise<void>
  /** Removes what is incomplete. Does nothing after `finish`. */
  discard(): Promise<void>
}

export interface VectorTarget {
  /** The file, or standard output for undefined and '-'. */
  readonly path: string | undefined
  readonly space: Space
  readonly dims: number
  readonly context: CliContext
}

export const FORMATS = ['arrow', 'npy', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

/** The format of --format, else by the name of a file; undefined where neither says it. */
export function formatOf(option: string | undefined, path: string | undefined): Format | undefined {
  const named = option ?? extname(path ?? '').slice(1)
  const found = FORMATS.find((known) => known === named)
  if (option !== undefined && found === undefined)
    throw new UsageError(`--format: got ${JSON.stringify(option)}; expected ${FORMATS.join(', ')}`)
  return found
}

/** Opens a writer; each format's code is loaded when it is used. */
export async function openWriter(format: Format, target: VectorTarget): Promise<VectorWriter> {
  if (format === 'arrow') return (await import('./write/arrow.ts')).openArrowWriter(target)
  if (format === 'npy') return (await import('./write/npy.ts')).openNpyWriter(target)
  return (await import('./write/jsonl.ts')).openJsonlWriter(target)
}
