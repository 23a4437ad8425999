// Makes the texts and tasks of examples/curation out of larger collections:
//   node --import tsx scripts/curate/example-data.ts books.jsonl prose.jsonl mbpp.jsonl
// books.jsonl and prose.jsonl have documents {book, chapter, paragraphs}; mbpp.jsonl is the published data set.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const [books, prose, mbpp] = process.argv.slice(2) as [string, string, string]
const OUT = 'examples/curation'
/** Every so many pages of digital.gov, so that all years are there. */
const EVERY = 2
const TASKS = 200

interface Chapter {
  readonly book: string
  readonly chapter: string
  readonly paragraphs: readonly string[]
}

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
const chaptersOf = (path: string, book: string) =>
  linesOf(path)
    .map((line) => JSON.parse(line) as Chapter)
    .filter((chapter) => chapter.book === book)
    .map(({ book, chapter, paragraphs }) => JSON.stringify({ book, chapter, paragraphs }))
const write = (name: string, lines: readonly string[]) =>
  writeFileSync(join(OUT, name), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))

write('voyage-of-the-beagle.jsonl.gz', chaptersOf(books, 'charles-darwin_the-voyage-of-the-beagle'))
write(
  'digital-gov.jsonl.gz',
  chaptersOf(prose, 'digitalgov-gov').filter((_, i) => i % EVERY === 0),
)
writeFileSync(join(OUT, 'mbpp.jsonl'), `${linesOf(mbpp).slice(0, TASKS).join('\n')}\n`)
