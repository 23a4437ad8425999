import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type SentenceOptions, splitSentences } from '../../lib/text/sentences.ts'

const split = (text: string, options?: SentenceOptions) => splitSentences(text, options).map((s) => s.text)

/** Each text is written with | where a sentence ends. */
const english = [
  'Mr. Smith met Dr. Jones at 5 p.m. on Jan. 5.|They talked.',
  'He lives in the U.S. and works.|She left the U.S.|He stayed.',
  'The U.S. Army came.|The U.K. Government agreed.',
  'E.g. this one, i.e. that.|See Fig. 3 and No. 5 vs. Team Red.',
  'J. R. R. Tolkien wrote it.|George W. Bush read it.',
  'He got a C.|Then he left.|Vitamin C.|It is good.|Take plan B.|Nobody knows.',
  'You are taller than I.|John is not.',
  'He said "Stop!" and left.|"Go."|She went.',
  'She asked, "Why?"|He said so.|(It was odd.)',
  'Pi is 3.14.|Version 2.0 is out... maybe.|What?!|No.',
  'St. Louis is big.|She walked down Main St.|He drove.',
  'Ph.D. Students came.|She has a Ph.D.|They do not.',
  'Martin Luther King Jr. Day is in January.',
  'She arrived at 9 a.m. Monday.|It rained at 10 a.m.|Everyone left.',
  'Hello!!!|Are you there?|Yes :)',
  'The cats etc.|Dogs too.',
  "It cost $3.50 at Macy's.|Don't buy it.",
]

test('English texts split where a reader would', () => {
  for (const marked of english) assert.equal(split(marked.replaceAll('|', ' ')), marked.split('|'))
})

test('lists keep their numbers', () => {
  assert.equal(split('1. First item\n2. Second item\n- a bullet\n- B bullet'), [
    '1. First item',
    '2. Second item',
    '- a bullet',
    '- B bullet',
  ])
})

test('line breaks follow the option, blank lines always end a sentence', () => {
  const text = 'A title\nThe first line\nwraps here.\r\n\r\nwith lower case\n \nEnd'
  assert.equal(split(text), ['A title', 'The first line\nwraps here.', 'with lower case', 'End'])
  assert.equal(split(text, { lineBreak: 'break' }).length, 5)
  assert.equal(split(text, { lineBreak: 'wrap' })[0], 'A title\nThe first line\nwraps here.')
})

test('offsets point into the source and nothing but white space is lost', () => {
  const text = ' \t Ein Satz.  Noch  einer!\n\n\n🙂 Drei?\u2028\u00a0Vier… \r\n ...  '
  const sentences = splitSentences(text, { language: 'de' })
  let at = 0
  for (const { text: sentence, start, end } of sentences) {
    assert.is(text.slice(start, end), sentence)
    assert.is(text.slice(at, start).trim(), '')
    assert.ok(sentence.length > 0 && sentence.trim() === sentence)
    at = end
  }
  assert.is(text.slice(at).trim(), '')
})

test('nothing comes of nothing', () => {
  assert.equal(split(''), [])
  assert.equal(split(' \n\t\r\n '), [])
  assert.equal(split('word'), ['word'])
})

test('other languages use Unicode rules only', () => {
  assert.equal(split('日本語です。二番目。', { language: 'ja' }), ['日本語です。', '二番目。'])
  assert.equal(split('Mr. Smith kam.', { language: 'de' }), ['Mr.', 'Smith kam.'])
})

test('windows over a long text do not show', () => {
  let text = ''
  for (let i = 0; text.length < 40_000; i++)
    text += `It is ${'x'.repeat(i % 97)} v. ${i} ${'9 '.repeat((i * 31) % 700)}${i % 3 ? 'so' : 'So'} it was said. `
  const whole = [...new Intl.Segmenter('de', { granularity: 'sentence' }).segment(text)]
  assert.equal(
    split(text, { language: 'de' }),
    whole.map(({ segment }) => segment.trim()),
  )
})

test('long texts of abbreviations are split like short ones', () => {
  assert.is(splitSentences('Mr. J. R. Hobbs left the U.S. Army. '.repeat(5000)).length, 5000)
  assert.is(splitSentences('Dr. '.repeat(20_000)).length, 1)
})

test('bad options are refused', () => {
  assert.throws(
    () => splitSentences('a', { language: 'not a tag' }),
    /language: got "not a tag"; expected a BCP 47/,
  )
  assert.throws(() => splitSentences('a', { lineBreak: 'x' as 'auto' }), /lineBreak: got "x"/)
  assert.throws(() => splitSentences(1 as unknown as string), /text: got 1/)
})

test.run()
