// Properties of passages, over this package's own pages and over made-up ones.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Block } from '../../../lib/search/documents/block.ts'
import { markdownBlocks } from '../../../lib/search/documents/markdown.ts'
import { plainBlocks } from '../../../lib/search/documents/plain.ts'
import { tokenCounter } from '../../../lib/search/passages/count_tokens.ts'
import { splitPassages } from '../../../lib/search/passages/split.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { standInEncoder } from '../../support/stand_in_encoder.ts'

const docs = fileURLToPath(new URL('../../../docs', import.meta.url))
const words = (text: string) => text.match(/\S+/g)?.length ?? 0
const split = (blocks: readonly Block[], most: number) => splitPassages(blocks, { most, countTokens: words })
const joined = (texts: readonly string[]) => texts.join('').replace(/\s+/g, '')

test('nothing is lost, doubled or out of order; none is too long; each begins on its line', () => {
  let seen = 0
  for (const name of readdirSync(docs).filter((name) => name.endsWith('.md'))) {
    const text = readFileSync(join(docs, name), 'utf8')
    const blocks = markdownBlocks(text)
    const lines = text.split('\n')
    for (const most of [3, 20, 128]) {
      const passages = split(blocks, most)
      const content = blocks.filter(({ kind }) => kind !== 'heading').map(({ text }) => text)
      assert.is(joined(passages.map(({ text }) => text)), joined(content))
      for (const { text, line, encoded } of passages) {
        assert.ok(words(encoded) <= most, `${name}: ${words(encoded)} words: ${encoded}`)
        assert.ok(encoded.endsWith(text))
        assert.ok(lines[line! - 1]!.includes(text.trim().split(/\s/)[0]!), `${name}:${line}: ${text}`)
        seen++
      }
    }
  }
  assert.ok(seen > 1000)
})

test('tokens of a real tokenizer are kept to as well, also over line ends', () => {
  const model = {
    ...standInEncoder({
      name: 'x',
      space: 'x',
      dims: 1,
      fingerprint: 'x',
      capacityTokens: 9,
      vectorOf: () => new Float32Array(1),
      isLong: () => false,
    }),
    tokens: realTokens,
  }
  const countTokens = tokenCounter(model)
  const text = readFileSync(join(docs, 'cli.md'), 'utf8')
  for (const { encoded } of splitPassages(markdownBlocks(text), { most: 40, countTokens }))
    assert.ok(countTokens(encoded) <= 40, encoded)
})

test('headings part passages, and stand before them when they are encoded', () => {
  const blocks = markdownBlocks(
    'Intro.\n\n# Garden\n\n## Roses\n\nCut them.\n\nIn March.\n\n# Boat?\n\nOil.\n\n## Empty\n',
  )
  assert.equal(
    split(blocks, 50).map(({ heading, text, encoded, line }) => [heading, text, encoded, line]),
    [
      [null, 'Intro.', 'Intro.', 1],
      ['Garden › Roses', 'Cut them.\n\nIn March.', 'Garden. Roses. Cut them.\n\nIn March.', 7],
      ['Boat?', 'Oil.', 'Boat? Oil.', 13],
      ['Boat?', 'Empty', 'Boat? Empty', 15],
    ],
  )
})

test('long headings leave half of the room to texts', () => {
  const blocks = markdownBlocks(`# ${'long '.repeat(9)}\n\n## short\n\none two three four five six seven`)
  assert.equal(
    split(blocks, 7).map(({ encoded }) => encoded),
    ['short. one two three four', 'short. five six seven'],
  )
})

test('code is by itself, and whole where it fits', () => {
  const code = '```sh\nnpm test\n\nnpm run docs\n```'
  const [before, first, after] = split(markdownBlocks(`Run this:\n\n${code}\n\nDone.`), 5)
  assert.equal([before!.kind, first!.kind, after!.kind], ['prose', 'code', 'prose'])
  assert.equal([first!.text, first!.line, first!.language], ['npm test\n\nnpm run docs', 4, 'sh'])
  const parts = split(markdownBlocks(code), 4)
  assert.equal(
    parts.map(({ text, line }) => [text, line]),
    [
      ['npm test', 2],
      ['npm run docs', 4],
    ],
  )
})

test('a megabyte without a space or a line end takes no time and keeps its characters', () => {
  const text = '🚢'.repeat(300_000)
  const countTokens = (text: string) => text.length
  const passages = splitPassages(plainBlocks(text), { most: 101, countTokens })
  assert.is(passages.map(({ text }) => text).join(''), text)
  for (const { text } of passages) assert.not.match(text, /\p{Cs}/u)
})

test('tokens are guessed where a model does not tell them', () => {
  const guess = tokenCounter({ tokens: null })
  assert.is(guess(''), 0)
  assert.is(guess('The boat leaves at nine'), 7)
  assert.is(guess('船は九時に出る'), 7)
})

test.run()
