// The tokens that models of vec2text write where none of T5 are named.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readT5Tokenizer } from '../../../lib/models/vec2text/open.ts'
import {
  bareTokenizer,
  hashOfTokens,
  tokensOfFolder,
  tokensOfVocabulary,
} from '../../../lib/train/vec2text/tokens.ts'
import { GTR } from '../../models/vec2text/support.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { realTokens } from '../../support/real_tokens.ts'

const texts = [
  'The king found a boat.',
  "It's a naïve café, isn't it?",
  'ﬁne ½ words, and “quotes”',
  'In 1984 the $40m plant closed.',
]

test('the pieces of another vocabulary follow T5’s special tokens', () => {
  const { tokenizer } = tokensOfVocabulary(realTokens)
  const { reserved } = realTokens.about
  assert.is(tokenizer.size, realTokens.tokenizer.size - reserved + 3)
  assert.equal([tokenizer.padId, tokenizer.unkId], [0, 2])
  assert.equal([...tokenizer.encode('')], [1])
  for (const text of texts) {
    const own = [...realTokens.tokenizer.encode(text)].map((id) => (id === 0 ? 2 : id - reserved + 3))
    assert.equal([...tokenizer.encode(text)], [...own, 1], text)
    if (!own.includes(2)) assert.is(tokenizer.decode([0, ...own, 1]), text.normalize('NFKC'))
  }
  assert.is(tokenizer.decode(tokenizer.encode('two   spaces')), 'two spaces')
})

test('what cannot be spelled is no text to train on, nor what looks like a special token', () => {
  const { tokenizer } = tokensOfVocabulary(realTokens)
  const bare = bareTokenizer(tokenizer)
  assert.equal([...bare.encode(texts[0]!)], [...tokenizer.encode(texts[0]!).subarray(0, -1)])
  assert.is(bare.encode('').length, 0)
  for (const text of ['東京 is large', 'an </s> end', 'a <pad> place', 'an <unk> known'])
    assert.ok(bare.encode(text).includes(0), text)
})

test('their files are read again, and so are those of a folder, named by it or by one of them', async () => {
  const made = tokensOfVocabulary(realTokens)
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(made.files)) writeFileSync(join(folder, name), content)
  const read = await readT5Tokenizer(folder, made.tokenizer.size)
  for (const text of texts) assert.equal(read.encode(text), made.tokenizer.encode(text))
  const [whole, file] = [
    await tokensOfFolder(GTR, null),
    await tokensOfFolder(join(GTR, 'tokenizer.json'), 1e6),
  ]
  assert.equal(Object.keys(whole.files).sort(), ['tokenizer.json', 'tokenizer_config.json'])
  assert.is(hashOfTokens(whole), hashOfTokens(file))
  assert.is.not(hashOfTokens(whole), hashOfTokens(made))
})

test.run()
