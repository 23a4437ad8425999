import type { Inversion } from '../../models/inverter/inversion.ts'
import type { styles } from '../context.ts'
import { printable } from './printable.ts'

/** What was found for one of many vectors. */
export interface InvertedVector {
  readonly index: number
  /** The text that it is said to be the vector of. */
  readonly source: string | null
  readonly inversion: Inversion
}

/** As a JSON line: of the nearest text, whose `text` is null where it is no result, then of all candidates. */
export function inversionJson({ index, source, inversion }: InvertedVector): string {
  const { best, candidates, calls } = inversion
  const { cosine = null, logProb = null, surrogate = null, stopped = null } = candidates[0] ?? {}
  const line = {
    index,
    ...(source !== null && { source }),
    text: best?.text ?? null,
    cosine,
    logProb,
    surrogate,
    stopped,
    calls,
    candidates,
  }
  return `${JSON.stringify(line)}\n`
}

/** As lines of text: what the vector is of, then the texts that were found. */
export function inversionText(
  { index, source, inversion }: InvertedVector,
  { bold, dim }: ReturnType<typeof styles>,
): string {
  const { best, candidates } = inversion
  const header = source === null ? dim(`vector ${index}`) : bold(printable(source))
  const lines = candidates.map(({ text, cosine }) => `${cosine.toFixed(3).padStart(8)}  ${printable(text)}`)
  if (best === null) {
    const nearest = candidates[0]?.cosine
    lines.splice(
      0,
      lines.length,
      dim(nearest === undefined ? '  none' : `  none is near enough: ${nearest.toFixed(3)}`),
    )
  }
  return `${header}\n${lines.join('\n')}\n`
}
