import { aboutNextSentences, nextSentenceRows } from '../../evaluate/reports/next_sentence.ts'
import type { NextSentenceReport } from '../../evaluate/suites/next_sentence/report.ts'
import { type CliContext, styles } from '../context.ts'
import { aligned } from './aligned.ts'

/** What a token of the next sentence costs, by each method, as lines of text. */
export function nextSentenceTable(
  report: NextSentenceReport,
  world: Pick<CliContext, 'stdout' | 'env'>,
): string {
  const { bold, dim } = styles(world.stdout, world.env)
  const [header, ...rows] = aligned(nextSentenceRows(report))
  return [bold(header!), ...rows, dim(aboutNextSentences(report)), ''].join('\n')
}
