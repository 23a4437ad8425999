/**
 * What acts on a terminal in place of being shown: C0 and C1 control characters, and the marks that turn the direction
 * of writing. Line ends and tabs are not among them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const MARKS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A text with its control characters and marks of direction as `\u001b`. JSON stays the same JSON. */
export function escapeMarks(text: string): string {
  return text.replace(MARKS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
