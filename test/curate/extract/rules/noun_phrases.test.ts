import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nounPhrases } from '../../../../lib/curate/extract/rules/noun_phrases.ts'
import { openTagger } from '../../../../lib/curate/extract/rules/tagger.ts'
import { rejects } from '../../../support/rejects.ts'
import { smallLexicon } from './lexicon.ts'

const tag = await openTagger()
const lexicon = smallLexicon()
const forms = (text: string) => nounPhrases(tag(text), lexicon).map(({ form }) => form)
const only = (text: string) => nounPhrases(tag(text), lexicon)[0]!

test('words stand where the tagger says, and hyphens and underscores part none', () => {
  const text = 'The bot-driven list doesn’t use member_name/feature_name, “we” said; cannot stop.'
  const tokens = tag(text)
  for (const { text: word, start, end } of tokens) assert.is(text.slice(start, end), word)
  const tags = Object.fromEntries(tokens.map(({ text: word, tag: its }) => [word, its]))
  assert.is(tags['bot-driven'], 'ADJ')
  assert.is(tags['member_name/feature_name'], 'X')
  assert.is(tokens.map(({ text: word }) => word).join(''), text.replaceAll(' ', ''))
})

test('phrases are nouns with what belongs to them, in the singular', () => {
  assert.equal(forms('The mutexes protect a hash table and two data files.'), [
    'mutex',
    'hash table',
    'data file',
  ])
  assert.equal(forms('We saw several other locks in the first week.'), ['lock', 'week'])
  assert.equal(forms('Economics is taught by a legal man.'), ['economics', 'legal man'])
  assert.equal(forms('It is so.'), [])
})

test('capitals make a name inside a sentence, and nothing at its beginning', () => {
  assert.is(only('Mutexes are slow.').writtenAs, 'unsure')
  assert.is(only('A mutex is slow.').writtenAs, 'word')
  assert.is(only('We went with Adam Smith.').writtenAs, 'name')
  assert.is(only('Then Boas wrote to us.').form, 'Boas')
})

test('a compound has nouns before its last word, not subjects of a verb', () => {
  assert.is(only('A data file opens.').isCompound, true)
  assert.is(only('The legal man left.').isCompound, true)
  assert.is(only('The rusty file is here.').isCompound, false)
  assert.is(only('The mutexes guard a hash table and two data files.').isCompound, false) // a verb, taken for a noun
})

test('what the tagger needs is named where it is missing', async () => {
  const missing = () => Promise.reject(Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' }))
  await rejects(() => openTagger(missing), 'UNSUPPORTED', /npm install wink-nlp wink-eng-lite-web-model/)
})

test.run()
