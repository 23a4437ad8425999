import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinDocuments } from '../../lib/data/documents/join.ts'
import { openDocuments } from '../../lib/data/documents/open.ts'
import { readDocuments } from '../../lib/data/sources.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { tinyEncoder, tinyVector } from '../train/tiny_encoder.ts'

const folder = temporaryFolder()
let files = 0

function source(...documents: unknown[]): string {
  const path = join(folder, `source-${files++}.jsonl`)
  writeFileSync(path, documents.map((d) => (typeof d === 'string' ? d : JSON.stringify(d))).join('\n'))
  return path
}

async function read(path: string) {
  const documents = []
  for await (const document of readDocuments(path)) documents.push(document)
  return documents
}

const sentences = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}.`)

test('documents of each format', async () => {
  const path = source(
    { book: 'b', chapter: 'c', title: 't', paragraphs: ['It rains. It snows.', 'It ends.'] },
    '',
    { id: 'x', domain: 'weather', text: 'One. Two.' },
    { sentences: ['Is. Not. Split.', '  '] },
    { book: 'b', text: 'Again.' },
    { book: 'b', text: 'And again.' },
    { id: 'y', text: '' },
  )
  assert.equal(await read(path), [
    { id: 'b/c', group: 'b', sentences: ['It rains.', 'It snows.', 'It ends.'] },
    { id: 'x', group: 'weather', sentences: ['One.', 'Two.'] },
    { id: 'line-4', group: '', sentences: ['Is. Not. Split.', ''] },
    { id: 'b', group: 'b', sentences: ['Again.'] },
    { id: 'b#2', group: 'b', sentences: ['And again.'] },
    { id: 'y', group: '', sentences: [] },
  ])
})

test('ids are unique, also where a document is named as a repeated one would be', async () => {
  const idsOf = async (...ids: string[]) =>
    (await read(source(...ids.map((id) => ({ id, text: 'One.' }))))).map(({ id }) => id)
  assert.equal(await idsOf('a', 'a', 'a#2', 'a'), ['a', 'a#2', 'a#2#2', 'a#3'])
  assert.equal(await idsOf('a#2', 'a', 'a', 'a', 'a#2'), ['a#2', 'a', 'a#3', 'a#4', 'a#2#2'])
  const path = source(...['a', 'a', 'a#2'].map((id) => ({ id, text: 'One.' })))
  await using documents = await openDocuments(path, tinyEncoder(), { cacheDir: join(folder, 'cache-ids') })
  assert.is(documents.count, 3)
})

test('bad documents are errors that name line and field', async () => {
  const good = { text: 'Good.' }
  for (const [line, message] of [
    ['{"text"', /source-\d+\.jsonl: line 2: not JSON$/],
    ['[]', /line 2: got \[\]; expected an object$/],
    ['{"title": "t"}', /line 2: no text: expected paragraphs, sentences or text$/],
    ['{"text": 5}', /line 2: text: got 5; expected a text$/],
    ['{"paragraphs": ["a", 1]}', /line 2: paragraphs: got \["a", 1\]; expected an array of texts$/],
    ['{"text": "a", "book": 1}', /line 2: book: got 1; expected a text$/],
  ] as const)
    await rejects(() => read(source(good, line)), 'BAD_FILE', message)
  await rejects(() => read(join(folder, 'none.jsonl')), 'NOT_FOUND', /none\.jsonl: cannot read/)
  await rejects(
    () => openDocuments(source({ text: '' }), tinyEncoder(), { cacheDir: folder }),
    'BAD_FILE',
    /no document with a sentence in it/,
  )
})

test('vectors of any document, and what was dropped', async () => {
  const long = 'x'.repeat(201)
  const path = source(
    { id: 'a', domain: 'one', sentences: ['First.', 'First.', '', 'Second.', 'First.', 'NaN', long] },
    { id: 'b', sentences: ['0', 'NaN', ''] },
    { id: 'c', domain: 'two', sentences: ['Alone.'] },
    { id: 'd', sentences: [] },
  )
  const cacheDir = join(folder, 'cache-any')
  const encoder = tinyEncoder()
  await using documents = await openDocuments(path, encoder, { cacheDir })
  assert.equal(documents.documents, [
    { id: 'a', group: 'one', count: 4 },
    { id: 'c', group: 'two', count: 1 },
  ])
  assert.equal([documents.count, documents.sentences, documents.dims, documents.space], [2, 5, 8, 'tiny-8'])
  assert.equal(documents.dropped, { empty: 2, repeated: 1, unusable: 3, documents: 2 })
  assert.is(documents.truncated, 1)
  for (const [i, texts] of [['First.', 'Second.', 'First.', long], ['Alone.']].entries()) {
    const document = await documents.document(i)
    assert.equal(document.texts(), texts)
    assert.equal(
      [...document.vectors],
      texts.flatMap((text) => [...tinyVector(text, 8)]),
    )
  }
  await rejects(() => documents.document(2), 'BAD_ARGUMENT', /index: got 2; expected 0 … 1/)

  await using again = await openDocuments(path, encoder, { cacheDir })
  assert.is(encoder.encoded.length, 8, 'the second time nothing is encoded')
  assert.equal(again.dropped, documents.dropped)
  await again.dispose()
  await rejects(() => again.document(0), 'DISPOSED', /were disposed/)

  const [name] = readdirSync(join(cacheDir, 'documents'))
  const table = tableFromIPC(readFileSync(join(cacheDir, 'documents', name!, 'documents.arrow')))
  assert.equal(table.schema.metadata.get('space'), 'tiny-8')
  assert.equal(
    table.toArray().map(({ document, group, text }) => [document, group, text]),
    [
      ['a', 'one', 'First.'],
      ['a', 'one', 'Second.'],
      ['a', 'one', 'First.'],
      ['a', 'one', long],
      ['c', 'two', 'Alone.'],
    ],
  )
})

test('documents of more sentences than a batch or a part, read at once', async () => {
  const path = source(
    { id: 'short', sentences: sentences(3, 'short') },
    { id: 'long', sentences: sentences(9000, 'long') },
    { id: 'last', sentences: sentences(5, 'last') },
  )
  const progress: number[] = []
  await using documents = await openDocuments(path, tinyEncoder(2), {
    cacheDir: join(folder, 'cache-long'),
    onProgress: (done) => progress.push(done),
  })
  assert.is(progress.at(-1), 9008)
  assert.ok(progress.every((done, i) => i === 0 || done >= progress[i - 1]!))
  const read = await Promise.all([1, 0, 2, 1].map((i) => documents.document(i)))
  for (const document of read) {
    assert.equal(document.texts(), sentences(document.count, document.id))
    for (const row of [0, document.count - 1])
      assert.equal(
        [...document.vectors.subarray(2 * row, 2 * row + 2)],
        [...tinyVector(`${document.id} ${row}.`, 2)],
      )
  }
  for (const [begin, end] of [
    [0, 9000],
    [4000, 4200],
    [8999, 9000],
    [4096, 4096],
    [100, 4096],
  ] as const) {
    const rows = new Float32Array(2 * (end - begin))
    await documents.readRows(1, begin, end, rows)
    assert.equal([...rows], [...read[0]!.vectors.subarray(2 * begin, 2 * end)])
  }
  await rejects(
    () => documents.readRows(0, 0, 4, new Float32Array(8)),
    'BAD_ARGUMENT',
    /^rows: got \[0, 4\]; expected a range of 0 … 3/,
  )
  await rejects(
    () => documents.readRows(0, 0, 3, new Float32Array(8)),
    'BAD_ARGUMENT',
    /^into: .*expected 6 numbers/,
  )
})

test('a build that was cancelled goes on where it stopped', async () => {
  const path = source(...[0, 1, 2].map((i) => ({ id: `${i}`, sentences: sentences(8192, `d${i}`) })))
  const cacheDir = join(folder, 'cache-cancel')
  const controller = new AbortController()
  const first = tinyEncoder(2, (encoded) => {
    if (encoded === 8192 + 100) controller.abort(new Error('enough'))
  })
  try {
    await openDocuments(path, first, { cacheDir, signal: controller.signal })
    assert.unreachable()
  } catch (error) {
    assert.is(error, controller.signal.reason)
  }
  assert.equal(
    readdirSync(join(cacheDir, 'documents')).filter((name) => !name.endsWith('.parts')),
    [],
    'nothing that looks complete, no temporary files, no lock',
  )
  const second = tinyEncoder(2)
  await using documents = await openDocuments(path, second, { cacheDir })
  assert.is(second.encoded.length, 2 * 8192)
  assert.is(documents.sentences, 3 * 8192)
  const { vectors } = await documents.document(0)
  assert.equal([...vectors.subarray(0, 2)], [...tinyVector('d0 0.', 2)])
  assert.is(readdirSync(join(cacheDir, 'documents')).length, 1, 'the parts are gone')
})

test('a build that failed leaves nothing in the cache', async () => {
  const good = { id: 'good', sentences: sentences(8192, 'd') }
  const cacheDir = join(folder, 'cache-failed')
  await rejects(() => openDocuments(source(good, '{'), tinyEncoder(2), { cacheDir }), 'BAD_FILE', /line 2/)
  assert.equal(readdirSync(join(cacheDir, 'documents')), [])
})

test('several files as one', async () => {
  const cacheDir = join(folder, 'cache-joined')
  const open = (...made: unknown[]) => openDocuments(source(...made), tinyEncoder(), { cacheDir })
  const parts = [
    await open({ id: 'a', sentences: ['1', '2'] }, { id: 'b', sentences: ['3', '3'] }),
    await open({ id: 'c', sentences: ['4', '', '5'] }),
  ]
  const joined = joinDocuments(parts)
  assert.equal(
    [joined.count, joined.sentences, joined.documents.map(({ id }) => id)],
    [3, 5, ['a', 'b', 'c']],
  )
  assert.equal(joined.dropped, { empty: 1, repeated: 1, unusable: 0, documents: 0 })
  assert.equal((await joined.document(2)).texts(), ['4', '5'])
  const row = new Float32Array(8)
  await joined.readRows(2, 1, 2, row)
  assert.equal([...row], [...tinyVector('5', 8)])
  await rejects(() => joined.document(3), 'BAD_ARGUMENT', /index: got 3; expected 0 … 2/)
  const other = await openDocuments(source({ text: 'a' }), tinyEncoder(4), { cacheDir })
  assert.throws(() => joinDocuments([...parts, other]), /'tiny-8' cannot meet vectors of space 'tiny-4'/)
  assert.throws(() => joinDocuments([]), /documents: got no file; expected at least one/)
  await other.dispose()
  await joined.dispose()
  await rejects(() => parts[1]!.document(0), 'DISPOSED', /were disposed/)
})

test('damaged files are told', async () => {
  const path = source({ id: 'a', sentences: ['First.', 'Second.'] })
  const cacheDir = join(folder, 'cache-damaged')
  await (await openDocuments(path, tinyEncoder(), { cacheDir })).dispose()
  const made = join(cacheDir, 'documents', readdirSync(join(cacheDir, 'documents'))[0]!)
  truncateSync(join(made, 'documents.arrow'), 200)
  await rejects(
    () => openDocuments(path, tinyEncoder(), { cacheDir }),
    'BAD_FILE',
    /not a complete Arrow file; delete its folder/,
  )
})

test('an index of documents that was altered is told, naming the field', async () => {
  const path = source(
    { id: 'a', sentences: ['First.', 'Second.'] },
    { id: 'b', domain: 'd', sentences: sentences(5000, 'b') },
  )
  const cacheDir = join(folder, 'cache-altered')
  await (await openDocuments(path, tinyEncoder(), { cacheDir })).dispose()
  const made = join(cacheDir, 'documents', readdirSync(join(cacheDir, 'documents'))[0]!, 'documents.json')
  const text = readFileSync(made, 'utf8')
  const json = JSON.parse(text)
  const [a, b] = json.documents
  assert.equal([a.batches, b.batches, b.count], [[0, 1], [1, 3], 5000])
  const altered = (change: object) => JSON.stringify({ ...json, ...change })
  for (const [content, message] of [
    [text.slice(0, -9), /documents\.json: not JSON: cut or damaged; delete its folder/],
    ['[]', /the whole is not what it was; delete its folder/],
    [altered({ dims: 7 }), /vectors of 7 numbers; those of the model have 8; delete it/],
    [altered({ dims: 0 }), /dims is not/],
    [altered({ space: 'Not one' }), /space is not/],
    [altered({ source: { ...json.source, sha256: 'x' } }), /source\.sha256 is not/],
    [altered({ dropped: { ...json.dropped, empty: -1 } }), /dropped\.empty is not/],
    [altered({ truncated: 0.5 }), /truncated is not/],
    [altered({ documents: [] }), /: documents is not/],
    [altered({ documents: [a, { ...b, id: 'a' }] }), /documents\[1\]\.id is not/],
    [altered({ documents: [{ ...a, group: null }, b] }), /documents\[0\]\.group is not/],
    [altered({ documents: [{ ...a, count: 0 }, b] }), /documents\[0\]\.count is not/],
    [altered({ documents: [a, { ...b, count: 9000 }] }), /documents\[1\]\.batches is not/],
    [altered({ documents: [a, { ...b, batches: [2, 3] }] }), /documents\[1\]\.batches is not/],
    [altered({ documents: [a] }), /3 batches; the index says 1; delete it/],
  ] as const) {
    writeFileSync(made, content)
    await rejects(() => openDocuments(path, tinyEncoder(), { cacheDir }), 'BAD_FILE', message)
  }
  // Numbers that the Arrow file alone can know.
  writeFileSync(made, altered({ documents: [{ ...a, count: 3 }, b] }))
  await using opened = await openDocuments(path, tinyEncoder(), { cacheDir })
  const rows = /2 rows in batch 0; the index says 3; delete its folder/
  await rejects(() => opened.document(0), 'BAD_FILE', rows)
  await rejects(() => opened.readRows(0, 0, 3, new Float32Array(24)), 'BAD_FILE', rows)
  assert.is((await opened.document(1)).texts().length, 5000)
})

test.run()
