import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the predictor's package. */
export const PREDICTOR = fileURLToPath(new URL('../../bundles/predictor', import.meta.url))

/** Sentences that a predictor is given at least, and others that it has to tell the next one from: vmm eval's. */
export const CONTEXT = 8
export const OTHERS = 63

/** Sentences of a document that follow each other, and some drawn from all of it. */
export interface Passage {
  readonly id: string
  readonly sentences: readonly string[]
  readonly others: readonly string[]
}

/** What make_passages.ts wrote. */
export const passages = (): Passage[] =>
  readFileSync(new URL('passages.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Passage)
