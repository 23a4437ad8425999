import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import type { ProseDocument } from '../../../../lib/curate/extract/rules/documents.ts'
import { phraseTable } from '../../../../lib/curate/extract/rules/phrase_table.ts'
import { soundness } from '../../../../lib/curate/extract/rules/soundness.ts'
import { textCandidates } from '../../../../lib/curate/extract/rules/text_candidates.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { smallLexicon } from './lexicon.ts'

const MARKDOWN = `# Tomatoes

In kitchens, a tomato is a fruit that
only cooks call a vegetable. Such a thing is odd.

\`\`\`js
const apple = 'An apple is a code that nobody reads.'
\`\`\`

Fruits such as tomatoes and apples make cooks happy. The friends of Mary Jones have a garden.
`

async function all(documents: Parameters<typeof textCandidates>[0], options = {}): Promise<Candidate[]> {
  const found: Candidate[] = []
  for await (const candidate of textCandidates(documents, options)) found.push(candidate)
  return found
}

const folder = temporaryFolder()
const path = join(folder, 'tomatoes.md')
writeFileSync(path, MARKDOWN)
const found = await all([path])
const of = (form: string) => found.find(({ surfaceForms }) => surfaceForms[0] === form)

test('candidates have the sentence that defines them, relations by form, and their place', () => {
  const tomato = of('tomato')!
  assert.equal(
    [tomato.type, tomato.text, tomato.key, tomato.code],
    ['definition', 'In kitchens, a tomato is a fruit that\nonly cooks call a vegetable.', null, null],
  )
  assert.equal(
    tomato.relations.map(({ type, target, targetIs }) => [type, target, targetIs]),
    [
      ['parent', 'fruit', 'form'],
      ['sibling', 'apple', 'form'],
    ],
  )
  const { extractor, source, document, line, position, excerpt, model } = tomato.provenance
  assert.equal([extractor, source, document, line, position, model], ['rules', path, null, 3, 0, null])
  assert.is(excerpt, tomato.text)
  assert.equal([of('apple')!.type, of('apple')!.provenance.line], ['sentence', 10])
})

test('what points elsewhere, names, code and headings are no candidates', () => {
  const forms = found.map(({ surfaceForms }) => surfaceForms[0])
  for (const form of ['thing', 'Mary Jones', 'mary jones', 'code', 'Tomatoes'])
    assert.not.ok(forms.includes(form), form)
  assert.ok(forms.includes('kitchen') && forms.includes('vegetable'))
  for (const { score, text, surfaceForms } of found)
    assert.ok(score >= 0.5 && score < 1 && text !== '' && surfaceForms.length > 0)
})

test('equal texts give equal candidates, whether from files or documents', async () => {
  const jsonl = join(folder, 'tomatoes.jsonl')
  const paragraphs = ['In kitchens, a tomato is a fruit that only cooks call a vegetable.', 'Cooks wait.']
  writeFileSync(jsonl, `${JSON.stringify({ book: 'a', chapter: 'b', paragraphs })}\n`)
  const document = { source: jsonl, id: 'a/b', paragraphs: paragraphs.map((text) => ({ text, line: 1 })) }
  async function* one(): AsyncGenerator<ProseDocument> {
    yield document
  }
  const [first, second, third] = [await all([jsonl]), await all([document]), await all(one())]
  assert.ok(first.length >= 3)
  assert.equal(second, first)
  assert.equal(third, first)
})

test('the table forgets the rarest phrases, and so stays within its bounds', () => {
  const table = phraseTable(100)
  const place = { source: 's', document: null, position: 0, line: null }
  const phrase = (key: string) => ({
    start: 0,
    end: 1,
    form: key,
    key,
    writtenAs: 'word' as const,
    isCompound: true,
  })
  const sentence = { text: 'x', place, worth: 0, isDefinition: false }
  for (let i = 0; i < 10_000; i++) {
    table.add(phrase(`rare ${i}`), sentence, i)
    if (i % 10 === 0) table.add(phrase('often'), sentence, i)
  }
  const entries = [...table.entries()]
  assert.ok(entries.length <= 100)
  assert.is(entries.find(({ key }) => key === 'often')!.count, 1000)
})

test('compounds must come again, nouns must not be rarer here than elsewhere, and names are none', () => {
  const lexicon = smallLexicon()
  const table = phraseTable(10)
  const place = { source: 's', document: null, position: 0, line: null }
  const entry = (key: string, count: number, more = {}) => {
    const phrase = { start: 0, end: 1, form: key, key, writtenAs: 'word' as const, isCompound: true, ...more }
    for (let i = 0; i < count; i++) table.add(phrase, { text: 'x', place, worth: 0, isDefinition: false }, 0)
    return [...table.entries()].find((one) => one.key === key)!
  }
  assert.is(soundness(entry('data lock', 1), lexicon, 100), null)
  assert.ok(soundness(entry('data lock', 2), lexicon, 100)! > 0.5)
  assert.ok(soundness(entry('hash table', 1), lexicon, 100)! > 0.6)
  assert.is(soundness(entry('farming', 1), lexicon, 1e9), null)
  assert.ok(soundness(entry('farming', 1), lexicon, 100)! >= 0.5)
  assert.is(soundness(entry('jostling', 3), lexicon, 100), null)
  assert.is(soundness(entry('lock', 3), lexicon, 100), null)
  assert.is(soundness(entry('week', 3), lexicon, 100), null)
  assert.is(soundness(entry('boa', 3, { writtenAs: 'name' }), lexicon, 100), null)
  assert.is(soundness(entry('paris', 3), lexicon, 100), null)
})

test('a signal ends it, and options that are none are refused', async () => {
  const failure = await all([path], { signal: AbortSignal.abort(new Error('enough')) }).catch(
    (error) => error,
  )
  assert.is((failure as Error).message, 'enough')
  await rejects(() => all([path], { phrases: 0 }), 'BAD_ARGUMENT', /phrases: got 0/)
  await rejects(() => all([path], { minScore: 2 }), 'BAD_ARGUMENT', /minScore: got 2/)
  await rejects(() => all('text' as unknown as string[]), 'BAD_ARGUMENT', /documents: got "text"/)
  await rejects(() => all([join(folder, 'none.md')]), 'NOT_FOUND', /none\.md/)
})

test.run()
