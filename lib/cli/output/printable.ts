/** Without what would move a terminal's cursor or change its colours. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
