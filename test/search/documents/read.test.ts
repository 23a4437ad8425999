// Files of all kinds as documents. The PDF is written here as its specification says (ISO 32000-1, 7.5).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { htmlBlocks } from '../../../lib/search/documents/html.ts'
import { pdfBlocks } from '../../../lib/search/documents/pdf.ts'
import { fileDocuments } from '../../../lib/search/documents/read.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { pdfOf } from '../pdf_of.ts'

const folder = temporaryFolder()

async function read(name: string, content: string | Uint8Array) {
  const path = join(folder, name)
  writeFileSync(path, content)
  const documents = []
  for await (const { id, group, hash, blocks } of fileDocuments(path))
    documents.push({ id, group, hash, blocks: await blocks() })
  return documents
}
const missing = () => Promise.reject(Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' }))

test('plain text: paragraphs with their lines', async () => {
  const [document, ...none] = await read('a.txt', '\none\ntwo\n\n\nthree\n')
  assert.is(none.length, 0)
  assert.equal(document!.blocks, [
    { kind: 'prose', text: 'one\ntwo', line: 2 },
    { kind: 'prose', text: 'three', line: 6 },
  ])
})

test('the hash goes by the content alone', async () => {
  const [[a], [b], [c]] = [await read('a.txt', 'x'), await read('b.md', 'x'), await read('c.txt', 'y')]
  assert.is(a!.hash, b!.hash)
  assert.is.not(a!.hash, c!.hash)
})

test('HTML: headings, paragraphs in one line, pre as code; scripts and the head are left out', async () => {
  const page = `<!doctype html><html><head><title>no</title><style>p{}</style></head><body>
<nav>no</nav><h1>Trips &amp; <em>tours</em></h1><div>Before<p>We took the
  night <b>train</b>.</p>after<br>it</div>
<script>no()</script><ul><li>one<li>two</ul><h3> </h3><pre>  a
 b
</pre>`
  const [document] = await read('a.html', page)
  assert.equal(document!.blocks, [
    { kind: 'heading', text: 'Trips & tours', line: 2, level: 1 },
    { kind: 'prose', text: 'Before', line: 2 },
    { kind: 'prose', text: 'We took the night train.', line: 2 },
    { kind: 'prose', text: 'after it', line: 3 },
    { kind: 'prose', text: 'one', line: 4 },
    { kind: 'prose', text: 'two', line: 4 },
    { kind: 'code', text: '  a\n b', line: 4 },
  ])
  await rejects(() => htmlBlocks('', 'x.html', missing), 'UNSUPPORTED', /x\.html: .*npm install parse5/)
})

test('PDF: the text of each page below its number', async () => {
  const pdf = pdfOf([['The ferry leaves at nine.', 'Dogs (small) are allowed.'], [], ['The end.']])
  const [document] = await read('a.pdf', pdf)
  assert.equal(document!.blocks, [
    { kind: 'heading', text: 'page 1', line: null, level: 1 },
    { kind: 'prose', text: 'The ferry leaves at nine.\nDogs (small) are allowed.', line: null },
    { kind: 'heading', text: 'page 3', line: null, level: 1 },
    { kind: 'prose', text: 'The end.', line: null },
  ])
  await rejects(() => read('bad.pdf', 'no PDF'), 'BAD_FILE', /bad\.pdf: cannot read: /)
  await rejects(() => read('cut.pdf', pdf.subarray(0, 20)), 'BAD_FILE', /cut\.pdf: cannot read: /)
  await rejects(() => read('pdf.txt', pdf), 'BAD_FILE', /pdf\.txt: a PDF file; its name must end with \.pdf/)
  await rejects(() => pdfBlocks(pdf, 'x.pdf', missing), 'UNSUPPORTED', /x\.pdf: .*npm install unpdf/)
})

test('JSON lines: a document a line, with its line', async () => {
  const rows = [
    '{"id":"a","text":"One.\\nTwo.\\n\\nThree."}',
    '',
    '{"book":"b","sentences":["Four.","Five."]}',
  ]
  const documents = await read('a.jsonl', rows.join('\n'))
  assert.equal(
    documents.map(({ id, group }) => [id, group]),
    [
      ['a', null],
      ['b', 'b'],
    ],
  )
  assert.equal(
    documents.map(({ blocks }) => blocks.map(({ text, line }) => [text, line])),
    [
      [
        ['One. Two.', 1],
        ['Three.', 1],
      ],
      [
        ['Four.', 3],
        ['Five.', 3],
      ],
    ],
  )
  await rejects(() => read('b.jsonl', '{"id":"a"}'), 'BAD_FILE', /line 1: no text/)
})

test('what is no text is refused', async () => {
  await rejects(() => read('a.bin', Buffer.from('some text\0')), 'BAD_FILE', /a NUL byte/)
})

test.run()
