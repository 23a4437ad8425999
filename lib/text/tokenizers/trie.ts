/**
 * A trie over code points. Node 0 is the root. The edge (parent, symbol) -> child lives in an open-addressing
 * hash table whose slots hold child numbers; parent and symbol of the child confirm the hit.
 */
export type Trie = {
  readonly slots: Int32Array
  readonly parent: Int32Array
  readonly symbol: Int32Array
  /** Id of the piece that ends at a node; 0 where none does. */
  readonly piece: Int32Array
}

/** Builds a trie of `pieces[first..]`; the id is the index, and of two equal pieces the later one counts. */
export function buildTrie(pieces: readonly string[], first: number): Trie {
  let total = 1
  for (let id = first; id < pieces.length; id++) total += pieces[id]!.length
  const trie: Trie = {
    slots: new Int32Array(2 ** Math.ceil(Math.log2(2 * total))),
    parent: new Int32Array(total),
    symbol: new Int32Array(total),
    piece: new Int32Array(total),
  }
  let nodes = 1
  for (let id = first; id < pieces.length; id++) {
    const piece = pieces[id]!
    let node = 0
    for (let at = 0; at < piece.length; at++) {
      const symbol = piece.codePointAt(at)!
      if (symbol > 0xffff) at++
      const slot = findSlot(trie, node, symbol)
      if (trie.slots[slot] === 0) {
        trie.slots[slot] = nodes
        trie.parent[nodes] = node
        trie.symbol[nodes] = symbol
        nodes++
      }
      node = trie.slots[slot]!
    }
    trie.piece[node] = id
  }
  return trie
}

/** The node below `node` for a code point, or 0. */
export function childOf(trie: Trie, node: number, symbol: number): number {
  return trie.slots[findSlot(trie, node, symbol)]!
}

/** The slot of an edge, or the empty slot where it would go. At most half of the slots are taken. */
function findSlot({ slots, parent, symbol: symbols }: Trie, node: number, symbol: number): number {
  const mask = slots.length - 1
  let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b)
  hash ^= hash >>> 15
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const child = slots[slot]!
    if (child === 0 || (parent[child] === node && symbols[child] === symbol)) return slot
  }
}
