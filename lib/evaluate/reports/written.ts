import type { WrittenReport } from '../suites/next_sentence/written.ts'
import { type Column, cellsOf, languageColumns } from './language.ts'
import { percent, type Rows } from './rows.ts'

type Fitting = { readonly fit: number; readonly toPredicted?: number; readonly toTrue?: number }

const NEAR: readonly Column<Fitting>[] = [
  ['fit', ({ fit }) => fit.toFixed(3)],
  ['to predicted', ({ toPredicted }) => toPredicted?.toFixed(3)],
  ['to true', ({ toTrue }) => toTrue?.toFixed(3)],
]

/** Written next sentences and the true ones: a row each. */
export function writtenRows({ written, human }: WrittenReport): Rows {
  const language = languageColumns(written ? [written, human] : [human])
  const row = (name: string, score: typeof human) => [
    name,
    ...cellsOf(NEAR, score),
    ...cellsOf(language, score),
  ]
  return {
    header: ['', ...[...NEAR, ...language].map(([name]) => name)],
    rows: [...(written ? [row('written', written)] : []), row('human', human)],
  }
}

/** What stands below `writtenRows`. */
export function aboutWritten({ sentences, documents, silent }: WrittenReport): string {
  const nothing = silent > 0 ? `; nothing was written for ${percent(silent)}` : ''
  return (
    `${sentences.toLocaleString('en')} next sentences of ${documents.toLocaleString('en')} documents${nothing}; fit: cosine of their own ` +
    'vectors to the predicted direction; to predicted, to true: to the predicted vector, and to that of the true sentence'
  )
}
