/** A table of Markdown; numbers to the right unless `align` says otherwise. */
export function table(
  head: readonly string[],
  align: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const rules = head.map((_, i) => align[i] ?? (i === 0 ? '---' : '--:'))
  return [head, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A table of names and what they are. */
export function facts(rows: readonly (readonly string[])[]): string {
  return table(['', ''], ['---', '---'], rows)
}

export const count = (n: number) => n.toLocaleString('en')
export const millions = (n: number) => (n / 1e6).toFixed(1)
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`
export const signed = (share: number) => `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)}`
export const hours = (seconds: number) =>
  `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
export const named = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
