import { aboutNextSentences, nextSentenceRows } from '../../evaluate/reports/next_sentence.ts'
import type { Rows } from '../../evaluate/reports/rows.ts'
import { aboutWritten, writtenRows } from '../../evaluate/reports/written.ts'
import type { NextSentenceReport } from '../../evaluate/suites/next_sentence/report.ts'
import type { WrittenReport } from '../../evaluate/suites/next_sentence/written.ts'
import { type CliContext, styles } from '../context.ts'
import { aligned } from './aligned.ts'

/** Written next sentences beside true ones, as lines of text. */
export function writtenTable(report: WrittenReport, world: Pick<CliContext, 'stdout' | 'env'>): string {
  return tableOf(writtenRows(report), aboutWritten(report), world)
}

/** What a token of the next sentence costs, by each method, as lines of text. */
export function nextSentenceTable(
  report: NextSentenceReport,
  world: Pick<CliContext, 'stdout' | 'env'>,
): string {
  return tableOf(nextSentenceRows(report), aboutNextSentences(report), world)
}

function tableOf(table: Rows, about: string, world: Pick<CliContext, 'stdout' | 'env'>): string {
  const { bold, dim } = styles(world.stdout, world.env)
  const [header, ...rows] = aligned(table)
  return [bold(header!), ...rows, dim(about), ''].join('\n')
}
