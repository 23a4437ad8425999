import { readFileSync } from 'node:fs'

/** A text and its token ids. */
type Tokenized = readonly [text: string, ids: readonly number[]]

const byLength: readonly Tokenized[] = JSON.parse(
  readFileSync(new URL('../../text/goldens/unigram.json', import.meta.url), 'utf8'),
).sort(([, a]: Tokenized, [, b]: Tokenized) => a.length - b.length)

/** The 500 shortest texts and some of the long ones, up to 10,000 characters. */
export const chosenTexts: readonly Tokenized[] = [
  ...byLength.slice(0, 500),
  ...byLength.slice(500).filter((_, i) => i % 8 === 0),
  byLength.at(-1)!,
]
