import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { markdownBlocks } from '../../../lib/search/documents/markdown.ts'

const short = (text: string) =>
  markdownBlocks(text).map(({ kind, text, line, level, language }) =>
    [kind === 'heading' ? `h${level}` : kind, line, text, ...(language ? [language] : [])].join(' '),
  )

test('headings of both kinds, as in the examples of CommonMark 0.31 (62 to 102)', () => {
  assert.equal(short('# foo\n## foo\n###### foo'), ['h1 1 foo', 'h2 2 foo', 'h6 3 foo'])
  assert.equal(short('####### foo'), ['prose 1 ####### foo'])
  assert.equal(short('#5 bolt\n\n#hashtag'), ['prose 1 #5 bolt', 'prose 3 #hashtag'])
  assert.equal(short('#                  foo                     '), ['h1 1 foo'])
  assert.equal(short('## foo ##\n  ###   bar    ###'), ['h2 1 foo', 'h3 2 bar'])
  assert.equal(short('### foo ### b'), ['h3 1 foo ### b'])
  assert.equal(short('# foo#'), ['h1 1 foo#'])
  assert.equal(short('Foo *bar*\n=========\n\nFoo *bar*\n---------'), ['h1 1 Foo *bar*', 'h2 4 Foo *bar*'])
  assert.equal(short('- foo\n-----'), ['prose 1 - foo\n-----'])
  assert.equal(short('Foo\n\n---\n\nbar')[0], 'prose 1 Foo')
})

test('fenced code, as in the examples of CommonMark 0.31 (119 to 147)', () => {
  assert.equal(short('```\n<\n >\n```'), ['code 2 <\n >'])
  assert.equal(short('~~~\n<\n >\n~~~'), ['code 2 <\n >'])
  assert.equal(short('```\naaa\n~~~\n```'), ['code 2 aaa\n~~~'])
  assert.equal(short('````\naaa\n```\n``````'), ['code 2 aaa\n```'])
  assert.equal(short('`````\n\n```\naaa'), ['code 2 \n```\naaa'])
  assert.equal(short('foo\n```\nbar\n```\nbaz'), ['prose 1 foo', 'code 3 bar', 'prose 5 baz'])
  assert.equal(short('~~~~    ruby startline=3 $%@#$\ndef foo(x)\nend\n~~~~~~~'), [
    'code 2 def foo(x)\nend ruby',
  ])
  assert.equal(short('# a\n```sh\n# no heading\n```'), ['h1 1 a', 'code 3 # no heading sh'])
  assert.equal(short('```\n```'), [])
})

test('what is not text is left out, and lines keep their numbers', () => {
  assert.equal(short('---\ntitle: x\n---\n\ntext'), ['prose 5 text'])
  assert.equal(short('a\n<!-- one\ntwo -->\nb\n\n# c'), ['prose 1 a', 'prose 4 b', 'h1 6 c'])
  assert.equal(short('```html\n<!-- kept -->\n```'), ['code 2 <!-- kept --> html'])
  assert.equal(short('a\r\n\r\nb'), ['prose 1 a', 'prose 3 b'])
  assert.equal(short(''), [])
})

test.run()
