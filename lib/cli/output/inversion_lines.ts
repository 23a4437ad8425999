import type { Inversion, InvertedText } from '../../models/inverter/inversion.ts'
import type { styles } from '../context.ts'
import { printable } from './printable.ts'

/** What was found for one of many vectors. */
export interface InvertedVector {
  readonly index: number
  /** The text that it is said to be the vector of. */
  readonly source: string | null
  readonly inversion: Inversion
}

/** What is told where no text keeps the rules. */
const NOTHING = {
  ...{ text: null, cosine: null, whitened: null, logProb: null, perToken: null },
  ...{ worst: null, score: null, surrogate: null, stopped: null },
}

/**
 * As a JSON line: of the best text, whose `text` is null where it is no result, then of all candidates, the nearest and the
 * likeliest text.
 */
export function inversionJson({ index, source, inversion }: InvertedVector): string {
  const { best, nearest, likeliest, candidates, calls } = inversion
  const first = candidates[0] ?? NOTHING
  const line = {
    index,
    ...(source !== null && { source }),
    ...first,
    text: best?.text ?? null,
    calls,
    candidates,
    nearest,
    likeliest,
  }
  return `${JSON.stringify(line)}\n`
}

/**
 * As lines of text: what the vector is of, the texts that were found, and the nearest and the likeliest where they are
 * others.
 */
export function inversionText(
  { index, source, inversion }: InvertedVector,
  { bold, dim }: ReturnType<typeof styles>,
): string {
  const { best, nearest, likeliest, candidates } = inversion
  const header = source === null ? dim(`vector ${index}`) : bold(printable(source))
  const line = ({ text, cosine }: InvertedText) => `${cosine.toFixed(3).padStart(8)}  ${printable(text)}`
  const lines = candidates.map(line)
  for (const [name, other] of Object.entries({ nearest, likeliest }))
    if (other && !candidates.some(({ text }) => text === other.text))
      lines.push(`${line(other)} ${dim(`(${name})`)}`)
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
