import { check, VmmError } from './errors.ts'

/** The names of all options of a type: the compiler misses none and takes no other. */
export type OptionNames<O> = { readonly [K in keyof O]-?: true }

/**
 * Throws BAD_ARGUMENT for an option that does not exist, naming the known one that it is near to.
 *
 * @param path what leads to the options, for messages: '' or `sampling.`
 */
export function refuseUnknown<O extends object>(options: O, names: OptionNames<O>, path = ''): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  check(isObject, path.slice(0, -1) || 'options', options, 'an object of options')
  const known = Object.keys(names)
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(names, key)) continue
    const near = nearestName(key, known)
    const remedy = near === null ? `there are ${known.join(', ')}` : `did you mean ${near}?`
    throw new VmmError('BAD_ARGUMENT', `${path}${key}: no such option; ${remedy}`, { argument: path + key })
  }
}

/** The known name that a name was probably meant to be: a third of its letters may differ, a swap counting once. */
function nearestName(name: string, known: readonly string[]): string | null {
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const given = letters(name)
  const [best] = known
    .map((other) => ({ other, edits: edits(given, letters(other)) }))
    .sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(1, Math.floor(given.length / 3)) ? best.other : null
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a` (optimal string alignment). */
function edits(a: string, b: string): number {
  let [older, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        last[j - 1]! + (same ? 0 : 1),
        last[j]! + 1,
        row[j - 1]! + 1,
        swapped ? older[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[older, last] = [last, row]
  }
  return last[b.length]!
}
