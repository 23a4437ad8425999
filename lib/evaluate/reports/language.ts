import type { LanguageScore } from '../suites/inversion/score.ts'
import { percent } from './rows.ts'

/** A column of a table: its name, and what it shows of a score. */
export type Column<T> = readonly [name: string, cell: (score: T) => string | undefined]

/** Of texts as language; what was not measured is left out. */
const COLUMNS: readonly Column<LanguageScore>[] = [
  ['NLL', ({ nll }) => nll.toFixed(2)],
  ['judge', ({ judgeNll }) => judgeNll?.toFixed(2)],
  ['unknown', ({ unknownWords }) => (unknownWords === undefined ? undefined : percent(unknownWords))],
  ['repeated', ({ repetition }) => (repetition === undefined ? undefined : percent(repetition))],
]

/** The columns of which some score has something. */
export function languageColumns(scores: readonly LanguageScore[]): readonly Column<LanguageScore>[] {
  return COLUMNS.filter(([, cell]) => scores.some((score) => cell(score) !== undefined))
}

/** The cells of a score. */
export const cellsOf = <T>(columns: readonly Column<T>[], score: T): string[] =>
  columns.map(([, cell]) => cell(score) ?? '')
