import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { eachCluster } from '../../../../../lib/text/tokenizers/published/normalizers/graphemes.ts'
import { pick, randomOf } from '../../../../support/fuzz/random.ts'

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
const ALPHABET = [
  ...'ab é漢字한ก\u0e33\u0eb3\r\n\t\0\u200b\u200d\u0301\u0308\u20dd\ufe0f\u1100\u1161\u11a8\u0915\u094d\u093f\u0d4e\u0600\ufffd',
  '😀',
  '👍',
  '\u{1f3fd}',
  '\u{1f1e9}',
  '\u{1f1ea}',
  '\u{e0061}',
  '\u{11f02}',
  '𝔘',
]

/** The clusters of a text that have more than one character, and where they stand. */
const long = (clusters: Iterable<readonly [number, string]>) =>
  [...clusters].filter(([, cluster]) => Array.from(cluster).length > 1)

function found(text: string): [number, string][] {
  const clusters: [number, string][] = []
  let at = 0
  eachCluster(text, (begin, end, isCluster) => {
    assert.is(begin, at)
    assert.ok(end > begin)
    at = end
    if (isCluster) clusters.push([begin, text.slice(begin, end)])
  })
  assert.is(at, text.length)
  return clusters
}

const expected = (text: string): [number, string][] =>
  [...segmenter.segment(text)].map(({ index, segment }) => [index, segment])

test('clusters are those of Intl.Segmenter', () => {
  const random = randomOf(1)
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: random(24) }, () => pick(ALPHABET, random)).join('')
    assert.equal(long(found(text)), long(expected(text)), JSON.stringify(text))
  }
})

test('every pair of characters of planes 0 and 1 is joined as there', () => {
  for (let point = 1; point < 0x20000; point += 1) {
    if (point >= 0xd800 && point < 0xe000) continue
    const character = String.fromCodePoint(point)
    // Before and behind what most clusters are made of.
    const text = `a${character}b${character}`
    assert.equal(long(found(text)), long(expected(text)), point.toString(16))
  }
})

test('a cluster longer than what is segmented at once stays one', () => {
  const text = `a${'\u0301'.repeat(2000)}b${'👩\u200d'.repeat(700)}c${'\u{1f1e9}'.repeat(601)}`
  assert.equal(long(found(text)), long(expected(text)))
})

test.run()
