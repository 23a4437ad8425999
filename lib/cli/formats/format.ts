import { extname } from 'node:path'
import { UsageError } from '../command.ts'

export const FORMATS = ['arrow', 'npy', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

/** The format of --format, else by the name of a file; undefined where neither says it. */
export function formatOf(option: string | undefined, path: string | undefined): Format | undefined {
  const named = option ?? endingOf(path).slice(1)
  const found = FORMATS.find((known) => known === named)
  if (option !== undefined && found === undefined)
    throw new UsageError(`--format: got ${JSON.stringify(option)}; expected ${FORMATS.join(', ')}`)
  return found
}

/**
 * The format of an output: that of --format or of the file's name; JSON lines for standard output and for a name without
 * an ending. Throws UsageError for an ending that is no format's: who writes x.csv expects no JSON in it.
 */
export function outputFormat(option: string | undefined, path: string | undefined): Format {
  const format = formatOf(option, path)
  if (format === undefined && endingOf(path) !== '')
    throw new UsageError(
      `--output: got ${JSON.stringify(path)}; expected a name that ends in ${FORMATS.map((name) => `.${name}`).join(', ')}, or --format as well`,
    )
  return format ?? 'jsonl'
}

/** The ending of a file's name in lower case, '' where there is none. */
function endingOf(path: string | undefined): string {
  return extname(path ?? '').toLowerCase()
}
