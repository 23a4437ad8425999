// Texts and files in an index, with a stand-in for the model that tells what it was asked to encode.
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { createIndex, type TextIndex } from '../../../lib/search/text_index/text_index.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { bagOfWords, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { pdfOf } from '../pdf_of.ts'

const root = temporaryFolder()
const opened: TextIndex[] = []
test.after(async () => {
  for (const index of opened) await index.dispose()
})

/** A folder with notes, an index in it, and what was encoded since it was last asked for. */
async function fresh(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const folder = join(root, String(opened.length))
  mkdirSync(join(folder, 'notes'), { recursive: true })
  const put = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(folder, 'notes', name), content)
  for (const [name, content] of Object.entries(files)) put(name, content)
  const model = bagOfWords()
  const open = () => createIndex(model, { store: join(folder, 'my.store') })
  const encoded = () => model.encoded.splice(0)
  const index = await open()
  opened.push(index)
  return { folder, put, model, encoded, from: { from: folder }, index }
}

const counts = ({
  changed,
  unchanged,
  gone,
  encoded,
  removed,
}: Awaited<ReturnType<TextIndex['addFiles']>>) => ({
  changed,
  unchanged,
  gone,
  encoded,
  removed,
})

async function texts(index: TextIndex): Promise<string[]> {
  const found: string[] = []
  for await (const concepts of index.store.scan()) found.push(...concepts.map(({ text }) => text))
  return found.sort()
}

const CAT = { id: 'cat', text: 'The cat sleeps on the stove.' }
const TAX = {
  id: 'tax',
  text: 'Taxes are due in May.',
  type: 'rule',
  document: 'law',
  primaryDomain: 'money',
}

test('texts are added, found, replaced and taken away', async () => {
  const { index, encoded } = await fresh()
  assert.equal(await index.add([CAT, TAX]), { encoded: 2, truncated: [], removed: 0 })
  assert.equal(encoded(), [CAT.text, TAX.text])
  const [hit, second] = await index.search('on the stove sleeps the cat')
  assert.is(hit!.id, 'cat')
  assert.ok(Math.abs(hit!.cosine - 1) < 1e-6 && second!.cosine < 0.9)
  const found = (await index.search(TAX.text, { k: 1 }))[0]!
  assert.equal([found.type, found.document, found.primaryDomain], ['rule', 'law', 'money'])
  await index.upsert([{ ...CAT, text: 'The cat is out.' }])
  assert.is((await index.search('The cat is out.'))[0]!.text, 'The cat is out.')
  await index.remove(['cat', 'nobody'])
  assert.equal(await texts(index), [TAX.text])
  assert.is(await index.count(), 1)
  await index.dispose()
  await rejects(() => index.search('x'), 'DISPOSED', /index was disposed/)
})

test('a text that is there is not encoded again, and its other fields are replaced', async () => {
  const { index, encoded } = await fresh()
  await index.upsert([CAT, TAX])
  encoded()
  assert.is((await index.upsert([CAT, { ...TAX, type: 'law' }])).encoded, 0)
  assert.equal(encoded(), [])
  assert.equal(
    (await index.search(TAX.text, { filter: { types: ['law'] } })).map(({ id }) => id),
    ['tax'],
  )
  const vector = vectorOf('given')
  await index.upsert([{ id: 'given', text: 'a text', vectors: { 'bag-32': vector } }])
  assert.equal((await index.store.vectors('bag-32', ['given']))[0], vector)
})

test('of equal ids in one call the last one counts', async () => {
  const { index } = await fresh()
  await index.upsert([CAT, { ...CAT, text: 'Dogs bark.' }])
  assert.is((await index.search('dogs bark'))[0]!.text, 'Dogs bark.')
  await index.upsert([CAT, { ...CAT, text: 'Dogs bark.' }])
  assert.ok((await index.search('dogs bark'))[0]!.cosine > 0.99)
})

test('ids that are there, and what is no text, are refused before anything is written', async () => {
  const { index, encoded } = await fresh()
  await index.add([CAT])
  encoded()
  await rejects(() => index.add([TAX, CAT]), 'BAD_ARGUMENT', /texts\[1\]\.id: got "cat"; .* upsert replaces/)
  await rejects(() => index.add([TAX, TAX]), 'BAD_ARGUMENT', /texts\[1\]\.id/)
  await rejects(
    () => index.add([TAX, { id: 'x' } as never]),
    'BAD_ARGUMENT',
    /texts\[1\]\.text: got undefined/,
  )
  await rejects(() => index.upsert('text' as never), 'BAD_ARGUMENT', /texts: got "text"/)
  assert.equal(encoded(), [])
  assert.is(await index.count(), 1)
})

test('texts may come one after another, many of them, and a call may be cancelled', async () => {
  const { index } = await fresh()
  async function* many() {
    for (let i = 0; i < 1300; i++) yield { id: `n${i}`, text: `number ${i}` }
  }
  assert.is((await index.add(many())).encoded, 1300)
  assert.is(await index.count(), 1300)
  await rejects(() => index.add(many()), 'BAD_ARGUMENT', /texts\[0\]\.id/)
  const reason = new Error('enough')
  const error = await index
    .upsert([CAT], { signal: AbortSignal.abort(reason) })
    .catch((error: unknown) => error)
  assert.is(error, reason)
})

test('a vector is searched for as well as a text, and several at once', async () => {
  const { index } = await fresh()
  assert.equal(await index.search('nothing is there'), [])
  await index.upsert([CAT, TAX])
  const both = vectorsFrom([vectorOf(TAX.text), vectorOf(CAT.text)], 32, 'bag-32')
  assert.equal(
    (await index.searchEach(both, { k: 1 })).map(([hit]) => hit!.id),
    ['tax', 'cat'],
  )
  assert.equal(
    await index.searchEach(['x', 'y'], { k: 2 }),
    await index.searchEach(vectorsFrom([vectorOf('x'), vectorOf('y')], 32, 'bag-32'), { k: 2 }),
  )
  await rejects(() => index.search(both), 'BAD_ARGUMENT', /query: got 2 vectors; .*searchEach/)
  const other = vectorsFrom(new Float32Array(32), 32, 'other')
  await rejects(() => index.search(other), 'SPACE_MISMATCH', /'other'/)
  await rejects(() => index.search('x', { top: 3 } as never), 'BAD_ARGUMENT', /top: no such option/)
})

test('another model is refused by its name, and the store tells which one it was', async () => {
  const { folder, index } = await fresh()
  await index.upsert([CAT])
  await index.dispose()
  const store = join(folder, 'my.store')
  const other = { ...bagOfWords(), name: 'newer', space: 'newer-32' }
  await rejects(
    () => createIndex(other, { store }),
    'SPACE_MISMATCH',
    /made by bag-of-words \(space 'bag-32'\).*newer/,
  )
  await using kept = await openStore(store)
  assert.equal(kept.models.get('bag-32'), { name: 'bag-of-words', fingerprint: 'bag-1', options: {} })

  // What is told once is not forgotten.
  const loadedBy = { name: '/models/bag', options: { dims: 32 } }
  for (const more of [{ loadedBy }, {}]) {
    await (await createIndex(bagOfWords(), { store: kept, ...more })).upsert([TAX])
    assert.equal(kept.models.get('bag-32'), { ...loadedBy, fingerprint: 'bag-1' })
  }
})

test('queries may have another prompt', async () => {
  const { model, folder } = await fresh()
  const asked = { ...bagOfWords(), space: 'bag-32-question' }
  const index = await createIndex(model, { store: join(folder, 'my.store'), queryModel: asked })
  opened.push(index)
  await index.upsert([CAT])
  assert.is((await index.search('cat'))[0]!.id, 'cat')
  assert.equal(asked.encoded, ['cat'])
  assert.equal(model.encoded, [CAT.text])
})

test('files become passages with document, line and heading', async () => {
  const { index, from, encoded } = await fresh({
    'a.md': '# Garden\n\n## Roses\n\nCut them in March.\n\n```sh\nnpm run prune\n```\n',
    'b.txt': '\nThe ferry leaves at nine.\n',
    'c.pdf': pdfOf([['Dogs are allowed on deck.']]),
    'd.html': '<h1>Trips</h1><p>The night train.',
    'e.jsonl': '{"id":"one","text":"First."}\n{"id":"two","text":"Second."}\n',
  })
  assert.equal(counts(await index.addFiles('notes', from)), {
    changed: 6,
    unchanged: 0,
    gone: 0,
    encoded: 7,
    removed: 0,
  })
  assert.ok(encoded().includes('Garden. Roses. Cut them in March.'))
  const place = async (query: string) => {
    const [{ document, line, heading, type, position, originModel }] = (await index.search(query)) as [
      Awaited<ReturnType<TextIndex['search']>>[0],
    ]
    return [document, line, heading, type, position, originModel]
  }
  assert.equal(await place('Garden. Roses. Cut them in March.'), [
    'notes/a.md',
    5,
    'Garden › Roses',
    'text',
    0,
    'bag-of-words',
  ])
  assert.equal(await place('npm run prune'), ['notes/a.md', 8, 'Garden › Roses', 'code', 1, 'bag-of-words'])
  assert.equal(await place('the ferry leaves'), ['notes/b.txt', 2, null, 'text', 0, 'bag-of-words'])
  assert.equal(await place('dogs on deck'), ['notes/c.pdf', null, 'page 1', 'text', 0, 'bag-of-words'])
  assert.equal(await place('trips night train'), ['notes/d.html', 1, 'Trips', 'text', 0, 'bag-of-words'])
  assert.equal(await place('second'), ['notes/e.jsonl#two', 2, null, 'text', 0, 'bag-of-words'])
  const names = ['a.md', 'b.txt', 'c.pdf', 'd.html', 'e.jsonl#one', 'e.jsonl#two'].map(
    (name) => `notes/${name}`,
  )
  assert.equal(await index.documents(), names)
  assert.equal(await index.documents(['notes/*.md', 'notes/e.jsonl']), ['notes/a.md', ...names.slice(4)])
})

test('only what has changed is encoded again, and what is gone is taken away', async () => {
  const { index, from, put, encoded, folder, model } = await fresh({
    'a.md': 'One.\n\n# b\n\nTwo.\n\n# c\n\nThree.\n',
    'b.md': 'Four.',
    'c.txt': 'Five.',
    'd.jsonl': '{"id":"x","text":"Six."}\n{"id":"y","text":"Seven."}\n',
  })
  await index.addFiles(['notes/*'], from)
  const ids = new Map<string, string>()
  for await (const concepts of index.store.scan()) for (const { text, id } of concepts) ids.set(text, id)
  encoded()
  assert.equal(counts(await index.addFiles(['notes/*'], from)), {
    changed: 0,
    unchanged: 5,
    gone: 0,
    encoded: 0,
    removed: 0,
  })
  put('a.md', 'One.\n\n# b\n\nTwo and a half.\n\nNew line.\n\n# c\n\nThree.\n')
  rmSync(join(folder, 'notes/b.md'))
  put('d.jsonl', '{"id":"y","text":"Seven."}\n{"id":"z","text":"Eight."}\n')
  assert.equal(counts(await index.addFiles(['notes/*'], from)), {
    changed: 2,
    unchanged: 2,
    gone: 2,
    encoded: 2,
    removed: 3,
  })
  assert.equal(encoded(), ['b. Two and a half.\n\nNew line.', 'Eight.'])
  assert.equal(await texts(index), [
    'Eight.',
    'Five.',
    'One.',
    'Seven.',
    'Three.',
    'Two and a half.\n\nNew line.',
  ])
  const [three] = await index.search('c. Three.', { k: 1 })
  assert.equal([three!.id, three!.line, three!.position], [ids.get('Three.')!, 11, 2])

  // Another way to make passages, another model of the same space: all are made anew.
  const index2 = await createIndex(model, { store: index.store, root: folder, passageTokens: 4 })
  assert.is((await index2.addFiles(['notes/*'], from)).unchanged, 0)
  const newer = { ...bagOfWords(), fingerprint: 'bag-2' }
  const index3 = await createIndex(newer, { store: index.store, root: folder })
  assert.is((await index3.addFiles(['notes/*'], from)).encoded, await index.count())
})

test('a file that has moved is another document; own texts and files of other patterns stay', async () => {
  const { index, from, folder } = await fresh({ 'a.md': 'One.', 'b.txt': 'Two.' })
  await index.upsert([{ ...TAX, document: 'notes/own.md' }])
  await index.addFiles('notes', from)
  renameSync(join(folder, 'notes/a.md'), join(folder, 'notes/c.md'))
  rmSync(join(folder, 'notes/b.txt'))
  assert.equal(counts(await index.addFiles('notes/*.md', from)), {
    changed: 1,
    unchanged: 0,
    gone: 1,
    encoded: 1,
    removed: 1,
  })
  assert.equal(await index.documents(), ['notes/b.txt', 'notes/c.md', 'notes/own.md'])
  assert.is((await index.addFiles('notes/b.txt', from)).gone, 1)
  await rejects(() => index.addFiles('notes/b.txt', from), 'NOT_FOUND', /b\.txt: cannot read/)
  await rejects(() => index.addFiles('notes/*.rst', from), 'NOT_FOUND', /no file fits/)
  rmSync(join(folder, 'notes/c.md'))
  assert.is((await index.addFiles('notes/*.md', from)).gone, 1)
  assert.equal(await texts(index), [TAX.text])
})

test('a file that cannot be read is told, and what is known of it stays', async () => {
  const { index, from, put } = await fresh({
    'a.md': 'One.',
    'b.txt': 'Two.',
    'c.jsonl': '{"text":"Three."}',
  })
  await index.addFiles('notes', from)
  put('a.md', Buffer.from([0xff, 0xfe, 0, 0]))
  put('b.txt', 'Two and a half.')
  put('c.jsonl', '{"text":"Three."}\nno JSON')
  const { failures, gone, encoded } = await index.addFiles('notes', from)
  assert.equal([gone, encoded], [0, 1])
  assert.equal(
    failures.map(({ path, error }) => [path.split('/').at(-1), error.code]),
    [
      ['a.md', 'BAD_FILE'],
      ['c.jsonl', 'BAD_FILE'],
    ],
  )
  assert.equal(await texts(index), ['One.', 'Three.', 'Two and a half.'])
})

test('odd names and contents', async () => {
  const long = `${'long '.repeat(40)}.md`
  const { index, from } = await fresh({
    [long]: 'One.',
    'a\tb #1.md': 'Two.',
    'same.txt': 'Three.\n\nThree.',
    'rep.md': '# a\n\nSame.\n\n# a\n\nSame.\n',
    'empty.md': '',
    'half.jsonl': '{"text":"a \\ud800 b"}',
  })
  assert.equal(counts(await index.addFiles('notes', from)), {
    changed: 6 - 1,
    unchanged: 1,
    gone: 0,
    encoded: 6,
    removed: 0,
  })
  assert.equal(await texts(index), ['One.', 'Same.', 'Same.', 'Three.\n\nThree.', 'Two.', 'a \ufffd b'])
  assert.equal(counts(await index.addFiles('notes', from)), {
    changed: 0,
    unchanged: 6,
    gone: 0,
    encoded: 0,
    removed: 0,
  })
})

test('whole paths for files outside the root', async () => {
  const { model, folder, put } = await fresh()
  put('a.md', 'One.')
  const index = await createIndex(model, { store: join(root, 'elsewhere', 'my.store') })
  opened.push(index)
  await index.addFiles(join(folder, 'notes'))
  assert.equal(await index.documents(), [join(folder, 'notes/a.md')])
  rmSync(join(folder, 'notes/a.md'))
  assert.is((await index.addFiles(join(folder, 'notes'))).gone, 1)
})

/** A store that fails at a write, as when the process is killed there. */
function failingAt(store: ConceptStore, write: number): ConceptStore {
  let writes = 0
  const killed = () => {
    if (++writes >= write) throw new Error('killed')
  }
  return new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      if (name !== 'upsert' && name !== 'remove') return value
      return async (...args: unknown[]) => {
        killed()
        await (value as (...args: unknown[]) => Promise<void>)(...args)
      }
    },
  })
}

test('interrupted at any write, the next run makes it whole and encodes no text twice', async () => {
  const long = Array.from({ length: 1400 }, (_, i) => `# h${i}\n\ntext ${i}\n`).join('\n')
  const { index, from, put, encoded, model, folder } = await fresh({
    'a.md': long,
    'b.md': 'Two.',
    'c.md': 'Three.',
  })
  for (let write = 1; write <= 3; write++) {
    const store = failingAt(index.store, write)
    const cut = await createIndex(model, { store, root: folder })
    const error = await cut.addFiles('notes', from).catch((error: Error) => error.message)
    assert.is(error, 'killed')
    const there = await index.count()
    encoded()
    const { encoded: again } = await index.addFiles('notes', from)
    assert.is(again, 1402 - there)
    assert.equal((await texts(index)).length, 1402)
    assert.is((await index.addFiles('notes', from)).changed, 0)
    for (const name of await index.documents()) {
      const ids: string[] = []
      for await (const batch of index.store.scan({ filter: { documents: [name] } }))
        ids.push(...batch.map(({ id }) => id))
      await index.remove(ids)
    }
  }
  // Between the new passages of a document and the removal of its old ones.
  put('b.md', '# h\n\nTwo.\n\n# i\n\nOther.')
  await index.addFiles('notes', from)
  put('b.md', '# h\n\nTwo.\n\n# i\n\nAnother.')
  const cut = await createIndex(model, { store: failingAt(index.store, 2), root: folder })
  assert.is(await cut.addFiles('notes', from).catch((error: Error) => error.message), 'killed')
  assert.ok((await texts(index)).includes('Other.'))
  assert.equal(counts(await index.addFiles('notes', from)), {
    changed: 0,
    unchanged: 3,
    gone: 0,
    encoded: 0,
    removed: 1,
  })
  assert.not.ok((await texts(index)).includes('Other.'))
})

test('a signal ends it, and what was written stays', async () => {
  const long = Array.from({ length: 1400 }, (_, i) => `# h${i}\n\ntext ${i}\n`).join('\n')
  const { index, from } = await fresh({ 'a.md': long })
  const abort = new AbortController()
  const reason = new Error('enough')
  const onProgress = ({ passages }: { passages: number }) => passages > 0 && abort.abort(reason)
  const error = await index
    .addFiles('notes', { ...from, signal: abort.signal, onProgress: onProgress as never })
    .catch((error: unknown) => error)
  assert.is(error, reason)
  const there = await index.count()
  assert.ok(there > 0 && there <= 1400)
  assert.is((await index.addFiles('notes', from)).encoded, 1400 - there)
})

test('progress tells files and passages', async () => {
  const { index, from } = await fresh({ 'a.md': 'One.', 'b.md': 'Two.' })
  const told: unknown[] = []
  await index.addFiles('notes', { ...from, onProgress: (progress) => told.push(progress) })
  assert.equal(told, [
    { files: 1, total: 2, passages: 0 },
    { files: 2, total: 2, passages: 0 },
    { files: 2, total: 2, passages: 2 },
  ])
})

test('files are watched', async () => {
  const { index, from, put, folder } = await fresh({ 'a.md': 'One.' })
  const abort = new AbortController()
  const changes = index.watchFiles('notes', { ...from, signal: abort.signal })
  assert.is((await changes.next()).value!.changed, 1)
  const next = changes.next()
  await sleep(50)
  mkdirSync(join(folder, 'notes/new'))
  put('new/b.md', 'Two.')
  assert.equal((await next).value!.changed, 1)
  const gone = changes.next()
  await sleep(50)
  rmSync(join(folder, 'notes/a.md'))
  assert.is((await gone).value!.gone, 1)
  const later = changes.next()
  await sleep(50)
  appendFileSync(join(folder, 'notes/new/b.md'), ' Three.')
  assert.is((await later).value!.changed, 1)
  assert.equal(await texts(index), ['Two. Three.'])
  const last = changes.next().catch((error: unknown) => error)
  const reason = new Error('enough')
  abort.abort(reason)
  assert.is(await last, reason)
})

test('options that are none are refused', async () => {
  const { model, index } = await fresh()
  const refused = (options: object, message: RegExp) =>
    rejects(() => createIndex(model, options as never), 'BAD_ARGUMENT', message)
  await refused({}, /store: got undefined/)
  await refused({ store: 3 }, /store: got 3/)
  await refused({ store: index.store, stor: 1 }, /stor: no such option; did you mean store/)
  await refused({ store: index.store, passageTokens: 0 }, /passageTokens: got 0/)
  await refused({ store: index.store, queryModel: { ...model, dims: 3 } }, /queryModel: .* 32 dimensions/)
  await rejects(() => createIndex({} as never, { store: index.store }), 'BAD_ARGUMENT', /model: /)
  await rejects(() => index.addFiles([]), 'BAD_ARGUMENT', /patterns: /)
  await rejects(() => index.addFiles('notes', { form: 1 } as never), 'BAD_ARGUMENT', /form: no such option/)
})

test.run()
