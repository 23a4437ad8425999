// Documents in the forms that web corpora come in: gzip and Parquet (goldens/make_documents.py).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readParquet } from '../../lib/data/parquet.ts'
import { readDocuments, type SourceDocument } from '../../lib/data/sources.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const goldens = fileURLToPath(new URL('goldens', import.meta.url))
const folder = temporaryFolder()

async function all(path: string, signal?: AbortSignal): Promise<SourceDocument[]> {
  const documents: SourceDocument[] = []
  for await (const document of readDocuments(path, signal)) documents.push(document)
  return documents
}

const TEXTS = [
  ['The tide goes out.', 'The boats lie on the mud.'],
  ['Nobody came.'],
  ['Über allen Gipfeln ist Ruh.', '“Yes.”'],
]
const expected = Array.from({ length: 2500 }, (_, i) => ({
  id: `page-${i}`,
  group: ['news', 'law'][i % 2]!,
  sentences: TEXTS[i % 3]!,
}))

for (const codec of ['snappy', 'zstd', 'gzip'])
  test(`Parquet, ${codec}: rows of several groups, in order, without the columns that say nothing`, async () => {
    assert.equal(await all(join(goldens, `documents.${codec}.parquet`)), expected)
  })

test('Parquet: lists of sentences, and columns that are empty', async () => {
  assert.equal(await all(join(goldens, 'lists.parquet')), [
    { id: 'one/1', group: 'one', sentences: ['A.', 'B c.'] },
    { id: 'one/2', group: 'one', sentences: [] },
    { id: 'two/1', group: 'two', sentences: ['D.'] },
  ])
})

const lines = expected
  .slice(0, 50)
  .map(({ id, group, sentences }) => `${JSON.stringify({ id, domain: group, sentences })}\n`)
  .join('')

test('JSON lines with gzip are those without', async () => {
  const path = join(folder, 'some.jsonl.gz')
  writeFileSync(path, gzipSync(lines))
  assert.equal(await all(path), expected.slice(0, 50))
})

test('what cannot be read is told with its file', async () => {
  const bad = (name: string, content: Buffer | string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const whole = readFileSync(join(goldens, 'documents.zstd.parquet'))
  const zipped = gzipSync(lines)
  const files: [string, Buffer | string, RegExp][] = [
    ['plain.jsonl.gz', lines, /plain\.jsonl\.gz: cannot read: incorrect header check/],
    [
      'cut.jsonl.gz',
      zipped.subarray(0, zipped.length - 20),
      /cut\.jsonl\.gz: cannot read: unexpected end of file/,
    ],
    ['empty.parquet', '', /empty\.parquet: cannot read: /],
    ['cut.parquet', whole.subarray(0, 3000), /cut\.parquet: cannot read: /],
    ['text.parquet', lines, /text\.parquet: cannot read: /],
  ]
  for (const [name, content, message] of files)
    await rejects(() => all(bad(name, content)), 'BAD_FILE', message)
  for (const name of ['none.parquet', 'none.jsonl.gz'])
    await rejects(() => all(join(folder, name)), 'NOT_FOUND', new RegExp(name))
  const message = /no_text\.parquet: no column among id, book, .+, sentences$/
  await rejects(() => all(join(goldens, 'no_text.parquet')), 'BAD_FILE', message)
  const other = bad('other.jsonl.gz', gzipSync('{"text": 3}\n'))
  await rejects(() => all(other), 'BAD_FILE', /other\.jsonl\.gz: line 1: text: got 3/)
})

test('reading is cancelled by a signal', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  let read = 0
  try {
    for await (const _ of readDocuments(join(goldens, 'documents.zstd.parquet'), controller.signal))
      if (++read === 10) controller.abort(reason)
    assert.unreachable()
  } catch (error) {
    assert.is(error, reason)
  }
  assert.ok(read < 2500)
})

test('without the packages that read Parquet, the error says how to install them', async () => {
  const missing = () => Promise.reject(Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const rows = readParquet(join(goldens, 'lists.parquet'), ['text'], undefined, missing)
  await rejects(() => rows.next(), 'UNSUPPORTED', /npm install hyparquet hyparquet-compressors$/)
})

test.run()
