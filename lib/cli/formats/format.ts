import { extname } from 'node:path'
import { UsageError } from '../command.ts'

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
