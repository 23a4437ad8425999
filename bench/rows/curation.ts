import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { conceptNetCandidates, conceptNetRelations } from '../../lib/curate/extract/graphs/conceptnet.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'

const lines = 400_000
const terms = 60_000
/** As in ConceptNet 5.7, most statements are of other languages, or say that terms are related and no more. */
const relations = [
  'RelatedTo',
  'FormOf',
  'DerivedFrom',
  'Synonym',
  'IsA',
  'HasContext',
  'UsedFor',
  'PartOf',
  'Causes',
]
const languages = ['en', 'en', 'en', 'fr', 'de', 'ja', 'it', 'es']

/** Lines as ConceptNet's dump has them, of about 350 bytes; a fifth of them is in English and of a relation that is read. */
function* assertions(): Generator<string> {
  const next = random32(1)
  const one = <T>(list: readonly T[]) => list[next() % list.length]!
  for (let i = 0; i < lines; i++) {
    const relation = one(relations)
    const start = one(languages)
    const home = next() % 3 > 0 ? start : one(languages)
    const source = `/c/${start}/some_term_${next() % terms}${next() % 4 > 0 ? '' : '/n/wn/artifact'}`
    const target = `/c/${home}/other_term_${next() % terms}`
    const about = {
      dataset: '/d/conceptnet/4/en',
      license: 'cc:by-sa/4.0',
      sources: [
        { activity: '/s/activity/omcs/nusbaum', contributor: `/s/contributor/omcs/user_${next() % 999}` },
      ],
      surfaceText: `[[${source}]] is a kind of [[${target}]]`,
      weight: 1 + (next() % 4),
    }
    const columns = [`/a/[/r/${relation}/,${source}/,${target}/]`, `/r/${relation}`, source, target]
    yield `${columns.join('\t')}\t${JSON.stringify(about)}\n`
  }
}

/** Reads a dump; what is timed is the processor's time, with that of other threads. */
async function readJob(read: (path: string) => AsyncIterable<unknown>): Promise<Job> {
  const folder = mkdtempSync(join(tmpdir(), 'vmm-bench-'))
  const path = join(folder, 'assertions.csv.gz')
  await pipeline(Readable.from(assertions()), createGzip({ level: 6 }), createWriteStream(path))
  return {
    async: true,
    bestSetOnly: true,
    run: async () => {
      const before = process.cpuUsage()
      let count = 0
      for await (const _ of read(path)) count++
      if (count < lines / 10) throw new Error(`${count} found in ${lines} lines`)
      const { user, system } = process.cpuUsage(before)
      return { overriddenDuration: (user + system) / 1e3 }
    },
    dispose: () => rmSync(folder, { recursive: true }),
  }
}

const row = (name: string, read: (path: string) => AsyncIterable<unknown>): Row => ({
  name: `ConceptNet's format, ${lines} lines with gzip, ${name}, one core`,
  unit: 'lines/s',
  amount: lines,
  prepare: () => readJob(read),
})

export const curationRows: Group = {
  name: 'curation',
  rows: [row('relations', conceptNetRelations), row('candidates', conceptNetCandidates)],
}
