/** Longest n-grams that are compared. */
const ORDERS = 4

/**
 * Sentence BLEU of a text against one reference, 0 … 100 (Papineni et al. 2002), as sacreBLEU's `sentence_bleu`
 * defines it: tokens of mteval-v13a, case kept, 'exp' smoothing (Chen & Cherry 2014, method 3: the k-th order without
 * a match counts as 2^-k matches), and no order that the text is too short for. 0 without a common token.
 */
export function bleu(text: string, reference: string): number {
  const [tokens, wanted] = [tokenize13a(text), tokenize13a(reference)]
  let logs = 0
  let missed = 0
  const orders = Math.min(ORDERS, tokens.length)
  for (let n = 1; n <= orders; n++) {
    const matches = matchesOf(ngrams(tokens, n), ngrams(wanted, n))
    if (n === 1 && matches === 0) return 0
    if (matches === 0) missed++
    logs += Math.log((100 * (matches || 2 ** -missed)) / (tokens.length - n + 1))
  }
  if (orders === 0) return 0
  const brevity = Math.min(0, 1 - wanted.length / tokens.length)
  return Math.exp(brevity + logs / orders)
}

/** How many n-grams also stand in the reference, each as often as there at most. */
function matchesOf(found: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): number {
  let matches = 0
  for (const [ngram, times] of found) matches += Math.min(times, wanted.get(ngram) ?? 0)
  return matches
}

function ngrams(tokens: readonly string[], n: number): Map<string, number> {
  const times = new Map<string, number>()
  for (let i = 0; i + n <= tokens.length; i++) {
    const ngram = tokens.slice(i, i + n).join(' ')
    times.set(ngram, (times.get(ngram) ?? 0) + 1)
  }
  return times
}

const ENTITIES = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/**
 * Tokens as NIST's mteval-v13a makes them: ASCII punctuation stands alone, except apostrophes and hyphens, periods and
 * commas between digits; a hyphen after a digit stands alone too.
 */
function tokenize13a(text: string): string[] {
  let line = text.trimEnd().replaceAll('<skipped>', '').replaceAll('-\n', '')
  for (const [entity, character] of Object.entries(ENTITIES)) line = line.replaceAll(entity, character)
  return ` ${line} `
    .replace(/[!"#$%&()*+/:;<=>?@[\\\]^_`{|}~]/g, ' $& ')
    .replace(/(\D)([.,])/g, '$1 $2 ')
    .replace(/([.,])(\D)/g, ' $1 $2')
    .replace(/(\d)-/g, '$1 - ')
    .split(/\s+/)
    .filter((token) => token !== '')
}
