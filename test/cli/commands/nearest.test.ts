import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Engine } from '../../../lib/cli/engine.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { bagOfWords, DIMS, standIn, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: temporaryFolder() } // built by the first test, used by all

test('each sentence of a text with its nearest concepts', async () => {
  const first = await vmm(['nearest', '-k', '2', 'A cat sat on a mat.', 'Dr. Smith laughed!'], { env })
  assert.is(first.code, 0)
  const lines = first.stdout.split('\n')
  assert.is(lines.length, 8)
  assert.is(lines[0], 'A cat sat on a mat.')
  assert.match(lines[1]!, /^ {3}0\.\d{3} {2}\S.* — .+/)
  assert.is(lines[3], '')
  assert.is(lines[4], 'Dr. Smith laughed!')
  assert.not.match(first.stdout, '\u001b')
  assert.equal(readdirSync(env.VMM_CACHE_DIR), ['concepts'])
})

test('JSON lines', async () => {
  const { stdout } = await vmm(['nearest', '--json', 'A cat sat. It rained.'], { env })
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    rows.map(({ index, text }) => [index, text]),
    [
      [0, 'A cat sat.'],
      [1, 'It rained.'],
    ],
  )
  for (const { nearest } of rows) {
    assert.is(nearest.length, 5)
    assert.equal(Object.keys(nearest[0]), ['id', 'type', 'surfaceForms', 'text', 'cosine'])
    for (const [i, { cosine }] of nearest.entries()) assert.ok(i === 0 || cosine <= nearest[i - 1].cosine)
  }
})

test('of a store, whose model is known', async () => {
  const place = join(temporaryFolder(), 'own.store')
  const notes = ['the boat left the harbour', 'prices rose\nagain']
  {
    await using store = await openStore(place)
    await store.addSpace('bag-32', DIMS, { name: 'bag', fingerprint: 'bag-1', options: { maxTokens: 64 } })
    await store.upsert([
      { id: 'a', text: notes[0]!, document: 'sea.md', line: 3, vectors: { 'bag-32': vectorOf(notes[0]!) } },
      { id: 'b', text: notes[1]!, surfaceForms: ['inflation'], vectors: { 'bag-32': vectorOf(notes[1]!) } },
    ])
  }
  const loaded: unknown[] = []
  const engine: Engine = {
    ...standIn(),
    loadEncoder: async (name, { maxTokens }) => {
      loaded.push([name, maxTokens])
      return bagOfWords()
    },
  }
  const { stdout, stderr } = await vmm(['nearest', '--store', place, 'The boat left.'], { env, engine })
  assert.is(stderr, '')
  assert.match(stdout, /^The boat left\.\n {3}0\.\d{3} {2}sea\.md:3 — the boat left the harbour\n/)
  assert.match(stdout, /\n +-?0\.\d{3} {2}inflation — prices rose again\n$/)
  assert.equal(loaded, [['bag', 64]])
  const { nearest } = JSON.parse(
    (await vmm(['nearest', '--store', place, '--json', 'The boat left.'], { env })).stdout,
  )
  assert.equal(Object.keys(nearest[0]), ['id', 'type', 'surfaceForms', 'document', 'line', 'text', 'cosine'])
  assert.equal([nearest[0].id, nearest[1].text], ['a', notes[1]])
  const demo = await vmm(['demo', '--store', place, 'The boat left.'], { env })
  assert.is(demo.stdout, stdout)
  const both = await vmm(['nearest', '--store', place, '--all', 'x'], { env })
  assert.equal([both.code, /--all is of WordNet/.test(both.stderr)], [2, true])
  const gone = await vmm(['nearest', '--store', `${place}x`, 'x'], { env })
  assert.equal([gone.code, /there is no store of concepts/.test(gone.stderr)], [1, true])
  const strange = join(temporaryFolder(), 'strange.store')
  {
    await using store = await openStore(strange)
    await store.addSpace('other-32', DIMS)
  }
  const foreign = await vmm(['nearest', '--store', strange, 'x'], { env })
  assert.is(foreign.code, 1)
  assert.match(foreign.stderr, /no vectors of space 'bag-32'; it has 'other-32'/)
})

test('a sentence that is longer than the model reads is marked', async () => {
  const long = `${'long '.repeat(200)}.`
  assert.match((await vmm(['nearest', long], { env })).stdout, /long \. \(only its beginning was read\)\n/)
  assert.is(JSON.parse((await vmm(['nearest', '--json', long], { env })).stdout).truncated, true)
})

test('from standard input and from a file', async () => {
  const file = join(temporaryFolder(), 'text')
  const text = 'One sentence here. And another\none that wraps.'
  writeFileSync(file, text)
  const piped = await vmm(['nearest', '--json'], { env, stdin: [text] })
  assert.is(piped.stdout.trimEnd().split('\n').length, 2)
  assert.is((await vmm(['nearest', '--json', '-f', file], { env })).stdout, piped.stdout)
  assert.is((await vmm(['nearest', '--json', '-f', '-'], { env, stdin: [text] })).stdout, piped.stdout)
})

test("'-' is standard input, alone; among words it is one of them", async () => {
  const { stdout } = await vmm(['nearest', '--json', '-'], {
    env,
    stdin: ['It rained.'],
    stdinIsTerminal: true,
  })
  assert.is(JSON.parse(stdout).text, 'It rained.')
  assert.is(
    JSON.parse((await vmm(['nearest', '--json', 'five', '-', 'three'], { env })).stdout).text,
    'five - three',
  )
  assert.match((await vmm(['nearest', '-', '-f', 'x'], { env })).stderr, /exclude/)
})

test('--lines takes each line as it is', async () => {
  const file = join(temporaryFolder(), 'lines')
  writeFileSync(file, '\nOne sentence. And another\r\n\n  \nof which the next\ngoes on\n')
  const args = ['nearest', '--lines', '-k', '1', '-f', file]
  const rows = (await vmm([...args, '--json'], { env })).stdout.trimEnd().split('\n')
  assert.equal(
    rows.map((row) => JSON.parse(row)).map(({ index, text }) => [index, text]),
    [
      [1, 'One sentence. And another'],
      [4, 'of which the next'],
      [5, 'goes on'],
    ],
  )
  const blocks = (await vmm(args, { env })).stdout.split('\n\n')
  assert.equal(
    blocks.map((block) => block.split('\n')[0]),
    ['One sentence. And another', 'of which the next', 'goes on'],
  )
  const blank = await vmm(['nearest', '--lines'], { env, stdin: ['\n \n'] })
  assert.equal([blank.code, blank.stderr], [2, "vmm: the text has no line\nTry 'vmm nearest --help'.\n"])
})

test('a terminal gets emphasis and no control characters from the text; NO_COLOR none', async () => {
  const text = 'red \u001b[31m alert'
  const coloured = await vmm(['nearest', text], { env, terminal: true })
  assert.ok(coloured.stdout.startsWith('\u001b[1mred  [31m alert\u001b[22m\n'))
  for (const plain of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { stdout } = await vmm(['nearest', text], { env: { ...env, ...plain }, terminal: true })
    assert.not.match(stdout, '\u001b')
  }
})

test('wrong usage', async () => {
  for (const [args, message, stdinIsTerminal] of [
    [['nearest'], /no text/, true],
    [['nearest', ''], /no sentence/, true],
    [['nearest', ' \n '], /no sentence/, true],
    [['nearest', 'x', '--file', 'y'], /exclude/, true],
    [['nearest', '-k', '0', 'x'], /--top: got "0"; expected a whole number from 1 to 1000/, true],
    [['nearest'], /no sentence/, false],
  ] as const) {
    const { code, stderr } = await vmm(args, { env, stdinIsTerminal })
    assert.is(code, 2)
    assert.match(stderr, message)
  }
})

test('how a published model is loaded', async () => {
  const given: unknown[] = []
  const engine: Engine = {
    ...standIn(),
    loadEncoder: async (name, { signal: _, cacheDir: __, ...options }) => {
      given.push([name, options])
      return bagOfWords()
    },
  }
  const args = [
    '--model',
    'minilm',
    '--storage',
    'q8_0',
    '--compute',
    'f32',
    '--max-tokens',
    '64',
    '--truncate',
    '9',
  ]
  assert.is((await vmm(['nearest', ...args, 'A cat sat.'], { env, engine })).code, 0)
  const options = {
    dims: 9,
    truncate: true,
    maxTokens: 64,
    storage: 'q8_0',
    compute: 'f32',
    prompt: undefined,
  }
  assert.equal(given, [['minilm', options]])
  const stdin = (async function* () {
    yield assert.unreachable('was read') as never
  })()
  const { code, stderr } = await vmm(['nearest', '--storage', 'q8'], { env, stdin: Readable.from(stdin) })
  assert.is(code, 2)
  assert.match(stderr, /--storage: got "q8"/)
})

test.run()
