import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readPublishedTokenizer } from '../../../../lib/text/tokenizers/published/load.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { goldens, type Json } from './goldens.ts'

const { strings, kinds, spiece } = goldens

type Files = Readonly<Record<string, string | Buffer | Json>>

const root = temporaryFolder()

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(root, 'x'))
  for (const [name, content] of Object.entries(files))
    writeFileSync(
      join(folder, name),
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    )
  return folder
}

async function same(name: string, files: Files): Promise<void> {
  const own = await readPublishedTokenizer(folderOf(files))
  const { ids, texts } = kinds[name]!
  for (const [i, text] of strings.entries()) {
    assert.is(String(own.encode(text)), String(ids[i]), JSON.stringify(text))
    assert.is(own.decode(ids[i]!), texts[i], JSON.stringify(text))
  }
}

const linesOf = (name: string): string => {
  const lines: string[] = []
  for (const [token, id] of Object.entries<number>(kinds[name]!.tokenizer.model.vocab)) lines[id] = token
  return `${lines.join('\n')}\n`
}
const mergesOf = (name: string) =>
  `#version: 0.2\n${kinds[name]!.tokenizer.model.merges.map((pair: string[]) => pair.join(' ')).join('\n')}\n`
const vocabOf = (name: string) => kinds[name]!.tokenizer.model.vocab

test('tokenizer.json comes before all others', () =>
  same('bert', { 'tokenizer.json': kinds.bert!.tokenizer, 'vocab.txt': 'x', 'spiece.model': 'x' }))

test('spiece.model, of T5', async () => {
  await same('t5', { 'spiece.model': spiece, 'config.json': { model_type: 't5' } })
  await same('t5', {
    'spiece.model': spiece,
    'tokenizer_config.json': { tokenizer_class: 'T5TokenizerFast', extra_ids: 100 },
    'vocab.txt': 'x',
  })
  // Its first three pieces tell it where nothing else does.
  await same('t5', { 'tokenizer.model': spiece })
})

test('sentencepiece.bpe.model, of XLM-RoBERTa', async () => {
  const config = { 'config.json': { model_type: 'xlm-roberta' } }
  await same('xlm-roberta', { 'sentencepiece.bpe.model': spiece, ...config })
  const named = { 'tokenizer_config.json': { tokenizer_class: 'XLMRobertaTokenizer' } }
  await same('xlm-roberta', { 'sentencepiece.bpe.model': spiece, ...named })
})

test('vocab.txt, of BERT and MPNet', async () => {
  await same('bert', { 'vocab.txt': linesOf('bert') })
  await same('bert', { 'vocab.txt': linesOf('bert').replaceAll('\n', '\r\n') })
  const listed = kinds.mpnet!.tokenizer.added_tokens.map((token: Json) => [token.id, token])
  const mpnet = {
    tokenizer_class: 'MPNetTokenizer',
    cls_token: { content: '<s>' },
    do_lower_case: true,
    added_tokens_decoder: Object.fromEntries(listed),
  }
  await same('mpnet', { 'vocab.txt': linesOf('mpnet'), 'tokenizer_config.json': mpnet })
})

test('vocab.txt: what tokenizer_config.json says of normalising', async () => {
  const vocab = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'cafe', 'café', 'Café', '你', '##好', '你好'].join('\n')
  const idsFor = async (config: Json, text: string) => {
    const own = await readPublishedTokenizer(
      folderOf({ 'vocab.txt': vocab, 'tokenizer_config.json': config }),
    )
    return Array.from(own.encode(text)).slice(1, -1)
  }
  assert.equal(await idsFor({}, 'Café'), [4])
  assert.equal(await idsFor({ strip_accents: false }, 'Café'), [5])
  assert.equal(await idsFor({ do_lower_case: false }, 'Café'), [6])
  assert.equal(await idsFor({ do_lower_case: false, strip_accents: true }, 'café'), [4])
  assert.equal(await idsFor({}, '你好'), [7, 1])
  assert.equal(await idsFor({ tokenize_chinese_chars: false }, '你好'), [9])
})

test('vocab.json and merges.txt, of GPT-2, RoBERTa and Qwen2', async () => {
  const withToken = (name: string, token: string) => ({
    ...vocabOf(name),
    [token]: Object.keys(vocabOf(name)).length,
  })
  await same('gpt2', {
    'vocab.json': withToken('gpt2', '<|endoftext|>'),
    'merges.txt': mergesOf('gpt2'),
  })
  await same('roberta', {
    'vocab.json': withToken('roberta', '<mask>'),
    'merges.txt': mergesOf('roberta'),
    'config.json': { model_type: 'roberta' },
  })
  const added = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
  const first = Object.keys(vocabOf('qwen2')).length
  const listed = Object.fromEntries(
    added.map((content, i) => [first + i, { content, special: true, normalized: false }]),
  )
  for (const config of [{}, { added_tokens_decoder: listed }])
    await same('qwen2', {
      'vocab.json': vocabOf('qwen2'),
      'merges.txt': mergesOf('qwen2'),
      'tokenizer_config.json': { tokenizer_class: 'Qwen2Tokenizer', ...config },
    })
})

test('the ids of padding and of what is unknown, where they are known', async () => {
  const about = async (files: Files) => {
    const { padId, unkId } = await readPublishedTokenizer(folderOf(files))
    return [padId, unkId]
  }
  const config = { 'tokenizer_config.json': { pad_token: { content: '<pad>' } } }
  assert.equal(await about({ 'tokenizer.json': kinds.t5!.tokenizer }), [undefined, 2])
  assert.equal(await about({ 'tokenizer.json': kinds.t5!.tokenizer, ...config }), [0, 2])
  assert.equal(await about({ 'tokenizer.json': kinds.gpt2!.tokenizer }), [undefined, undefined])
})

test('maxTokens is checked, and is the capacity', async () => {
  const folder = folderOf({ 'tokenizer.json': kinds.bert!.tokenizer })
  const { ids } = (await readPublishedTokenizer(folder, { maxTokens: 5 })).encodeBatch([strings[30]!])
  assert.is(ids.length, 5)
  for (const maxTokens of [0, 1.5, '5' as unknown as number])
    await rejected(readPublishedTokenizer(folder, { maxTokens }), /^maxTokens: got .*; expected a positive/)
})

test('a folder without a tokenizer is refused by what was looked for', async () => {
  const looked =
    /no tokenizer: looked for tokenizer\.json, spiece\.model, tokenizer\.model, sentencepiece\.bpe\.model, vocab\.txt, vocab\.json with merges\.txt/
  await rejected(readPublishedTokenizer(folderOf({})), looked, 'NOT_FOUND')
  await rejected(readPublishedTokenizer(join(folderOf({}), 'none')), looked, 'NOT_FOUND')
  await rejected(readPublishedTokenizer(folderOf({ 'vocab.json': {} })), looked, 'NOT_FOUND')
  const folder = folderOf({})
  mkdirSync(join(folder, 'tokenizer.json'))
  await rejected(readPublishedTokenizer(folder), /tokenizer\.json: cannot read/, 'BAD_FILE')
})

test('vocabularies alone are refused for kinds that split texts in other ways', async () => {
  for (const [files, message] of [
    [{ 'spiece.model': spiece, 'config.json': { model_type: 'albert' } }, /the kind "albert"; of its vocab/],
    [{ 'vocab.txt': 'x', 'tokenizer_config.json': { tokenizer_class: 'CanineTokenizer' } }, /"canine"/],
    [{ 'vocab.json': {}, 'merges.txt': '', 'config.json': { model_type: 'clip' } }, /"clip"; of its vocab/],
  ] as const)
    await rejected(readPublishedTokenizer(folderOf(files)), message, 'UNSUPPORTED')
})

test('broken files are refused by file and field', async () => {
  for (const [files, message] of [
    [{ 'tokenizer.json': '{' }, /tokenizer\.json: not JSON/],
    [
      { 'tokenizer.json': '[]' },
      /tokenizer\.json: got an array of|tokenizer\.json: got \[\]; expected an object/,
    ],
    [{ 'tokenizer.json': '['.repeat(9999) }, /tokenizer\.json: JSON of more than 100 levels/],
    [{ 'vocab.txt': 'a\nb' }, /vocab\.txt: no line "\[CLS\]", the cls_token/],
    [
      { 'spiece.model': spiece.subarray(0, 1000) },
      /spiece\.model: the model, byte \d+: \d+ bytes are said to/,
    ],
    [{ 'spiece.model': 'x'.repeat(99) }, /spiece\.model: the model, byte/],
    [{ 'spiece.model': '' }, /spiece\.model: none of 0 pieces is the unknown one/],
    [
      { 'spiece.model': Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]) },
      /4294967295 bytes are said to follow/,
    ],
    [{ 'spiece.model': Buffer.alloc(64, 0xff) }, /a number of more than 10 bytes/],
    [
      { 'vocab.json': { a: 0 }, 'merges.txt': 'a b' },
      /vocab\.json: model\.merges\[0\]: got "a b": the vocabulary has no "b"/,
    ],
    [{ 'vocab.json': { a: -1 }, 'merges.txt': '' }, /vocab\.json: model\.vocab: token "a" has the id -1/],
    [
      { 'vocab.txt': 'x', 'tokenizer_config.json': { do_lower_case: 1 } },
      /tokenizer_config\.json: do_lower_case: got 1|no line/,
    ],
  ] as const)
    await rejected(readPublishedTokenizer(folderOf(files)), message, 'BAD_FILE')
})

async function rejected(promise: Promise<unknown>, message: RegExp, code?: string): Promise<void> {
  const error = await promise.then(
    () => assert.unreachable('it should have been refused'),
    (found: { message: string; code: string }) => found,
  )
  assert.match(error!.message, message)
  if (code) assert.is(error!.code, code)
}

test.run()
