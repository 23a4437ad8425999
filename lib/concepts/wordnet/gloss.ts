/** The two parts of a WordNet gloss. */
export type Gloss = {
  /** Without examples; several parts stay joined by '; '. */
  readonly definition: string
  /** Without quotation marks and attributions. */
  readonly examples: readonly string[]
}

/** `"dirty" is often used in combination`: a remark about a word, not an example of it. */
const REMARK = /^"[^"]*"\s+(?:is|means)\b/
const AFTER_COLON = /^([^"]+):\s*"([^"]*)"$/

/**
 * Splits a gloss such as `not brave; "a craven fellow"- Spenser; "this recreant knight"`. Examples are the parts
 * between semicolons that begin with a quotation mark, or that follow a colon; quotations inside a definition stay.
 */
export function splitGloss(gloss: string): Gloss {
  const definition: string[] = []
  const examples: string[] = []
  for (const part of partsOf(gloss)) {
    const colon = AFTER_COLON.exec(part)
    if (REMARK.test(part)) continue
    if (part.startsWith('"'))
      for (const [, quoted] of part.matchAll(/"([^"]*)"/g)) examples.push(plain(quoted!))
    else if (colon !== null) {
      definition.push(plain(colon[1]!))
      examples.push(plain(colon[2]!))
    } else definition.push(plain(part))
  }
  return { definition: definition.join('; '), examples: examples.filter((example) => example !== '') }
}

/** What stands between semicolons outside quotation marks. */
function partsOf(gloss: string): string[] {
  const parts: string[] = []
  let from = 0
  let quoted = false
  for (let at = 0; at <= gloss.length; at++) {
    const character = gloss[at]
    if (character === '"') quoted = !quoted
    if (at < gloss.length && (quoted || character !== ';')) continue
    const part = gloss.slice(from, at).trim()
    if (part !== '') parts.push(part)
    from = at + 1
  }
  return parts
}

/** WordNet quotes words like `this'. */
function plain(text: string): string {
  return text.trim().replaceAll('`', "'")
}
