/** Unicode's White_Space, inside a class of a regular expression: `\s` has U+FEFF and lacks U+0085. */
export const WHITE_SPACE = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Whether a UTF-16 unit is white space; all of it is below U+10000. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 9 && unit <= 13)
  return otherSpaces(unit)
}

/** Whether a code point is punctuation, of ASCII what Unicode calls symbols as well. */
export const isPunctuation = membersOf(/[!-/:-@[-`{-~]|\p{P}/u)

/** Whether a code point is a part of a word, as \w of Unicode's regular expressions says it. */
export const isWordPart = membersOf(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u)

const otherSpaces = membersOf(new RegExp(`[${WHITE_SPACE}]`))

/** Whether a code point matches a pattern; remembered below U+10000, since patterns are slow. */
export function membersOf(pattern: RegExp): (point: number) => boolean {
  const YES = 1
  const NO = 2
  let known: Uint8Array | null = null
  return (point) => {
    if (point > 0xffff) return pattern.test(String.fromCodePoint(point))
    known ??= new Uint8Array(0x10000)
    const before = known[point]!
    if (before !== 0) return before === YES
    const is = pattern.test(String.fromCharCode(point))
    known[point] = is ? YES : NO
    return is
  }
}

/** UTF-16 units of the code point at a place of a text. */
export function unitsAt(text: string, at: number): 1 | 2 {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length ? 2 : 1
}

/** A text with U+FFFD for halves of surrogate pairs, which UTF-8 has no bytes for. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
