/** What was left out, and why, with some examples. */
export interface Drops {
  readonly reason: string
  readonly count: number
  readonly examples: readonly string[]
}

/** Examples of a reason that are kept, and characters of each. */
const [EXAMPLES, LONGEST] = [5, 200]

/** Counts what is left out. */
export interface DropCounter {
  drop(reason: string, example: string): void
  /** By reason, in the order in which they first came. */
  all(): readonly Drops[]
}

export function dropCounter(): DropCounter {
  const counts = new Map<string, { count: number; examples: string[] }>()
  return {
    drop: (reason, example) => {
      const own = counts.get(reason) ?? { count: 0, examples: [] }
      own.count++
      if (own.examples.length < EXAMPLES) own.examples.push(example.slice(0, LONGEST))
      counts.set(reason, own)
    },
    all: () => Array.from(counts, ([reason, own]) => ({ reason, ...own })),
  }
}
