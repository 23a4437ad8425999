import type { Rows } from '../../evaluate/reports/rows.ts'

/** A table as lines of text, its header first: names to the left, numbers to the right. */
export function aligned({ header, rows }: Rows): string[] {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines.map((cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}
