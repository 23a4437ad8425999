/** Names longer than this are no slips of a known one. */
const LONGEST = 64

/** The known name that a name was probably meant to be: a third of its letters may differ, a swap counting once. */
export function nearestName(given: string, known: readonly string[]): string | null {
  if (given.length > LONGEST) return null
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const wanted = letters(given)
  const [best] = known
    .map((name) => ({ name, edits: edits(wanted, letters(name)) }))
    .sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : null
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
