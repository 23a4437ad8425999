import { VmmError } from '../core/errors.ts'

/** Levels of arrays and objects in one another at most. */
const DEEPEST = 100

/**
 * Parses JSON of a file, which may be hostile: what is nested deeper than any file of ours is refused before memory is
 * taken for it. What it holds is for the caller to check.
 *
 * @param name for messages: the file, or a line of it
 * @param hint for messages: what may have happened to it
 * @throws VmmError BAD_FILE
 */
export function parseJson(text: string, name: string, hint?: string): unknown {
  if (isDeep(text)) throw new VmmError('BAD_FILE', `${name}: JSON of more than ${DEEPEST} levels`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${name}: not JSON${hint === undefined ? '' : `: ${hint}`}`, { cause })
  }
}

function isDeep(text: string): boolean {
  return (hasMany(text, '[') || hasMany(text, '{')) && depthOf(text) > DEEPEST
}

/** Whether a character comes so often that a text could be too deep; hardly any text does, and this is quick to tell. */
function hasMany(text: string, character: string): boolean {
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1))
    if (2 * ++count > DEEPEST) return true
  return false
}

/** The levels of a text, as far as it is JSON; what is too deep is not read to its end. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length && deepest <= DEEPEST; at++)
    switch (text[at]) {
      case '"':
        at = endOfString(text, at)
        break
      case '[':
      case '{':
        deepest = Math.max(deepest, ++depth)
        break
      case ']':
      case '}':
        depth--
    }
  return deepest
}

/** Where the string that begins at a quote has its last quote. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++)
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  return text.length
}
