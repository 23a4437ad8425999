// Files into a store, and texts out of it again: vmm index and vmm search.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bagOfWords, standIn } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const folder = temporaryFolder()
const notes = join(folder, 'notes')
const store = join(folder, 'my.store')
mkdirSync(notes)
writeFileSync(
  join(notes, 'garden.md'),
  '# Garden\n\n## Roses\n\nCut them in March.\n\n```sh\nnpm run prune\n```\n',
)
writeFileSync(join(notes, 'boat.txt'), 'The ferry leaves at nine.\n')

test('index reads files, and says what it has done; search finds their passages', async () => {
  const first = await vmm(['index', notes, '-o', store])
  assert.is(first.stdout, '2 documents read, 0 unchanged, 0 gone; 3 passages encoded, 3 in the store\n')
  const again = await vmm(['index', `${notes}/**/*`, '-o', store])
  assert.is(again.stdout, '0 documents read, 2 unchanged, 0 gone; 0 passages encoded, 3 in the store\n')
  const { stdout, stderr, code } = await vmm([
    'search',
    'When',
    'does',
    'the',
    'ferry leave?',
    '--store',
    store,
    '-k',
    '2',
  ])
  assert.equal([code, stderr], [0, ''])
  const lines = stdout.trimEnd().split('\n')
  assert.is(lines.length, 4)
  assert.match(lines[0]!, /^0\.\d{3} {2}.*notes\/boat\.txt:1$/)
  assert.is(lines[1], '       The ferry leaves at nine.')
  assert.match(lines[2]!, /notes\/garden\.md:\d {2}Garden › Roses$/)
})

test('JSON lines, and filters', async () => {
  const search = async (...args: string[]) => {
    const { stdout } = await vmm(['search', 'garden', '--json', '-s', store, ...args])
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }
  const [hit] = await search('--type', 'code')
  assert.equal(Object.keys(hit), ['cosine', 'id', 'document', 'line', 'heading', 'position', 'type', 'text'])
  assert.equal([hit.document, hit.line, hit.text], ['notes/garden.md', 8, 'npm run prune'])
  const documents = async (...args: string[]) => (await search(...args)).map(({ document }) => document)
  assert.equal(await documents('-d', 'notes/boat.txt'), ['notes/boat.txt'])
  assert.equal(await documents('-d', join(notes, 'boat.txt')), ['notes/boat.txt'])
  assert.equal(await documents('-d', 'notes/*.md', '-t', 'text'), ['notes/garden.md'])
  assert.equal(await documents('--text', 'FERRY'), ['notes/boat.txt'])
  assert.equal((await search()).length, 3)
  const none = await vmm(['search', 'x', '-s', store, '--text', 'nowhere'])
  assert.equal([none.code, none.stdout, none.stderr], [0, '', 'vmm: nothing found\n'])
})

test('index --json; a file that cannot be read is told, and the exit code is 1', async () => {
  writeFileSync(join(notes, 'bad.txt'), Buffer.from([0xff]))
  const { code, stdout, stderr } = await vmm(['index', notes, '-o', store, '--json'])
  assert.is(code, 1)
  assert.match(stderr, /vmm: .*bad\.txt: line 1: byte 0xFF is not UTF-8/)
  const { failures, ...counts } = JSON.parse(stdout)
  assert.equal(counts, { changed: 0, unchanged: 2, gone: 0, encoded: 0, removed: 0, texts: 3 })
  assert.is(failures[0].path, join(notes, 'bad.txt'))
})

test('the model that the store remembers is loaded again; another one is refused', async () => {
  const asked: unknown[] = []
  const engine = (model = bagOfWords()) => ({
    ...standIn(model),
    loadEncoder: async (
      name: string | undefined,
      { signal: _, cacheDir: __, ...options }: object & { signal?: unknown; cacheDir?: unknown },
    ) => {
      asked.push([name, options])
      return model
    },
  })
  const own = join(folder, 'own.store')
  await vmm(
    [
      'index',
      join(notes, 'boat.txt'),
      '-o',
      own,
      '--model',
      'minilm',
      '--storage',
      'q8_0',
      '--max-tokens',
      '64',
    ],
    { engine: engine() },
  )
  await vmm(['search', 'x', '-s', own], { engine: engine() })
  await vmm(['search', 'x', '-s', own, '--prompt', 'query'], { engine: engine() })
  await vmm(['index', join(notes, 'boat.txt'), '-o', own], { engine: engine() })
  const options = { maxTokens: 64, storage: 'q8_0' }
  assert.equal(asked, [
    ['minilm', options],
    ['minilm', options],
    ['minilm', options],
    ['minilm', { ...options, prompt: 'query' }],
    ['minilm', options],
  ])
  const other = { ...bagOfWords(), name: 'other', space: 'other-32' }
  const { code, stderr } = await vmm(['search', 'x', '-s', own, '--model', 'other'], {
    engine: engine(other),
  })
  assert.is(code, 1)
  assert.match(stderr, /made by minilm \(space 'bag-32'\); those of other \(space 'other-32'\) cannot/)
})

test('wrong usage is told before anything is loaded', async () => {
  const engine = { ...standIn(), loadEncoder: () => Promise.reject(new Error('it was loaded')) }
  const usage = async (args: readonly string[], message: RegExp) => {
    const { code, stderr } = await vmm(args, { engine, stdinIsTerminal: true })
    assert.is(code, 2, stderr)
    assert.match(stderr, message)
  }
  await usage(['index', 'notes'], /no store: name one with -o/)
  await usage(['index', '-o', 'x'], /no files/)
  await usage(['index', 'notes', '-o', 'x', '--passage-tokens', '0'], /--passage-tokens: got "0"/)
  await usage(['search', 'x'], /no store: name one with --store/)
  await usage(['search', '-s', store], /no text/)
  await usage(['search', ' ', '-s', store], /the text is empty/)
  await usage(['search', 'x', '-s', store, '-k', 'all'], /--top: got "all"/)
  const { code, stderr } = await vmm(['search', 'x', '-s', join(folder, 'none.store')], { engine })
  assert.equal([code, /none\.store: there is no store/.test(stderr)], [1, true])
  assert.not.ok(readdirSync(folder).includes('none.store'))
})

test('--hybrid needs a store with full text', async () => {
  const { code, stderr } = await vmm(['search', 'x', '-s', store, '--hybrid'])
  assert.is(code, 1)
  assert.match(stderr, /this store has no full text; stores in LanceDB \(lance:/)
})

test('a document that the store does not have is refused', async () => {
  const { code, stderr } = await vmm(['search', 'x', '-s', store, '-d', 'notes/gone.md'])
  assert.is(code, 2)
  assert.match(stderr, /--document: the store has none of notes\/gone\.md/)
})

test('index --watch goes on until it is ended', async () => {
  const abort = new AbortController()
  const started = vmm(['index', join(notes, 'boat.txt'), '-w', '-o', join(folder, 'w.store')], {
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(new Error('enough')), 1500)
  const { code, stdout, stderr } = await started
  assert.is(code, 1)
  assert.match(stdout, /^1 document read, 0 unchanged, 0 gone; 1 passage encoded, 1 in the store\n$/)
  assert.match(stderr, /watching for changes; Ctrl-C ends it\n.*enough/)
})

test.run()
