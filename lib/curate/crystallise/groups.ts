/** Which candidates have become one concept. */
export interface Groups {
  /** The candidate that stands for the group of this one. */
  rootOf(candidate: number): number
  /** Makes one group of the groups of two candidates. The lower root stays; false where they were one already. */
  join(a: number, b: number): boolean
  /** The members of each group, by its root, in order. */
  all(): Map<number, number[]>
}

/** Groups of one candidate each. */
export function groups(count: number): Groups {
  const parents = Int32Array.from({ length: count }, (_, i) => i)
  const rootOf = (candidate: number): number => {
    let root = candidate
    while (parents[root] !== root) root = parents[root]!
    for (let at = candidate; at !== root; ) {
      const next = parents[at]!
      parents[at] = root
      at = next
    }
    return root
  }
  return {
    rootOf,
    join: (a, b) => {
      const [x, y] = [rootOf(a), rootOf(b)]
      parents[Math.max(x, y)] = Math.min(x, y)
      return x !== y
    },
    all: () => {
      const members = new Map<number, number[]>()
      for (let i = 0; i < count; i++) {
        const list = members.get(rootOf(i))
        if (list) list.push(i)
        else members.set(rootOf(i), [i])
      }
      return members
    },
  }
}
