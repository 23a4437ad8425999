/** A text in one line: line ends, tabs and other control characters become spaces. Terminals are protected by `screen`. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
