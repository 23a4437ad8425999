import { aboutNextSentences, nextSentenceRows } from '../../evaluate/reports/next_sentence.ts'
import type { NextSentenceReport } from '../../evaluate/suites/next_sentence/report.ts'
import { type CliContext, styles } from '../context.ts'

const WIDTHS = [26, 8, 8, 17, 8, 17]

/** What a token of the next sentence costs, by each method, as lines of text. */
export function nextSentenceTable(
  report: NextSentenceReport,
  world: Pick<CliContext, 'stdout' | 'env'>,
): string {
  const { bold, dim } = styles(world.stdout, world.env)
  const { header, rows } = nextSentenceRows(report)
  return [bold(line(header)), ...rows.map(line), dim(aboutNextSentences(report)), ''].join('\n')
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!)))
    .join('  ')
    .trimEnd()
}
