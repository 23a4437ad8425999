/** A text to look for: anywhere, or only where a word may begin, which is at the start and after every space. */
export interface Pattern {
  readonly text: string
  readonly atWord?: boolean
}

/** Finds many patterns in a text that is read character by character. A node is all that it remembers. */
export interface Automaton {
  /** Number of nodes: 0 to size - 1. */
  readonly size: number
  /** The node before the first character. */
  readonly start: number
  /** The node after one more UTF-16 unit. */
  step(node: number, unit: number): number
  /** Per node the patterns, by index, that end with the last character. */
  readonly found: readonly (readonly number[])[]
  /** i32 [size]: of the longest beginning of a pattern that the text ends with, its UTF-16 units. */
  matched(pattern: number): Int32Array
}

const SPACE = 0x20
/** Is read after every space and before the text, and is no UTF-16 unit. */
const WORD_START = 0x10000
const OTHER = 0
const SPACE_CLASS = 1
const WORD_START_CLASS = 2

/**
 * Builds the automaton: time and memory are the patterns' characters times the number of different ones.
 * Source: Aho and Corasick 1975, "Efficient string matching".
 */
export function buildAutomaton(patterns: readonly Pattern[]): Automaton {
  const words = patterns.map(symbolsOf)
  const classes = new Uint16Array(WORD_START + 1)
  classes[SPACE] = SPACE_CLASS
  classes[WORD_START] = WORD_START_CLASS
  let width = WORD_START_CLASS + 1
  for (const symbol of words.flat()) if (classes[symbol] === OTHER) classes[symbol] = width++

  const capacity = words.reduce((total, word) => total + word.length, 1)
  const go = new Int32Array(capacity * width)
  const found: number[][] = [[]]
  words.forEach((word, pattern) => {
    let node = 0
    for (const symbol of word) {
      const edge = node * width + classes[symbol]!
      if (go[edge] === 0) go[edge] = found.push([]) - 1
      node = go[edge]!
    }
    found[node]!.push(pattern)
  })

  const fail = new Int32Array(found.length)
  const order = [0]
  for (const node of order) {
    // A node that failed to is nearer to the root, so its row is complete.
    for (let c = 0; c < width; c++) {
      const shorter = node === 0 ? 0 : go[fail[node]! * width + c]!
      const child = go[node * width + c]!
      if (child === 0) {
        go[node * width + c] = shorter
        continue
      }
      fail[child] = shorter
      found[child]!.push(...found[shorter]!)
      order.push(child)
    }
  }

  return {
    size: found.length,
    start: go[WORD_START_CLASS]!,
    step(node, unit) {
      const symbol = classes[unit]!
      const next = go[node * width + symbol]!
      return symbol === SPACE_CLASS ? go[next * width + WORD_START_CLASS]! : next
    },
    found,
    matched(pattern) {
      const lengths = new Int32Array(found.length).fill(-1)
      lengths[0] = 0
      let node = 0
      let units = 0
      for (const symbol of words[pattern]!) {
        node = go[node * width + classes[symbol]!]!
        if (symbol !== WORD_START) units++
        lengths[node] = units
      }
      for (const each of order) if (lengths[each] === -1) lengths[each] = lengths[fail[each]!]!
      return lengths
    },
  }
}

function symbolsOf({ text, atWord }: Pattern): number[] {
  const symbols = atWord ? [WORD_START] : []
  for (let i = 0; i < text.length; i++) {
    symbols.push(text.charCodeAt(i))
    if (text.charCodeAt(i) === SPACE) symbols.push(WORD_START)
  }
  return symbols
}
