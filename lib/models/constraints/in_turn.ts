/**
 * The first `most` of what is ranked, by turns of those that have met equally much, so that likely texts that leave constraints out
 * do not crowd out the others.
 *
 * Source: Post and Vilar 2018, "Fast Lexically Constrained Decoding with Dynamic Beam Allocation", arXiv 1804.06609.
 *
 * @param met of a text; see Constraints.progress
 * @returns in the order of the ranks
 */
export function bestInTurn<T>(ranked: readonly T[], most: number, met: (one: T) => number): T[] {
  if (ranked.length <= most) return [...ranked]
  const banks = new Map<number, number[]>()
  for (const [rank, one] of ranked.entries()) {
    const key = met(one)
    const bank = banks.get(key)
    if (bank) bank.push(rank)
    else banks.set(key, [rank])
  }
  const order = [...banks.keys()].sort((a, b) => b - a).map((key) => banks.get(key)!)
  const chosen: number[] = []
  for (let turn = 0; chosen.length < most; turn++)
    for (const bank of order) {
      const rank = bank[turn]
      if (rank !== undefined && chosen.length < most) chosen.push(rank)
    }
  return chosen.sort((a, b) => a - b).map((rank) => ranked[rank]!)
}
