import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tokenizerOfJson } from '../../../../lib/text/tokenizers/published/tokenizer_json.ts'
import { goldens } from './goldens.ts'

const { strings, kinds } = goldens

for (const [name, { tokenizer, ids, texts }] of Object.entries(kinds))
  test(`${name}: ids and decoded texts are those of the Rust crate`, () => {
    const own = tokenizerOfJson(tokenizer, name)
    for (const [i, text] of strings.entries()) {
      assert.is(String(own.encode(text)), String(ids[i]), JSON.stringify(text))
      assert.is(own.decode(ids[i]!), texts[i], JSON.stringify(text))
    }
  })

test('how the file truncates and pads does not count, but what it pads with', () => {
  const { tokenizer, ids } = kinds.bert!
  const truncation = { direction: 'Right', max_length: 8, strategy: 'LongestFirst', stride: 0 }
  const padding = { strategy: { Fixed: 8 }, direction: 'Right', pad_id: 7, pad_type_id: 0, pad_token: '[X]' }
  const own = tokenizerOfJson({ ...tokenizer, truncation, padding }, 'x')
  assert.equal(
    strings.map((text) => Array.from(own.encode(text))),
    ids,
  )
  assert.is(own.padId, 7)
})

test('ids of added tokens are those of the vocabulary, and the next ones', () => {
  const { tokenizer } = kinds.gpt2!
  const size = Object.keys(tokenizer.model.vocab).length
  const added_tokens = ['the', 'new one', 'newer'].map((content) => ({ id: 3, content, special: false }))
  const own = tokenizerOfJson({ ...tokenizer, added_tokens }, 'x')
  assert.is(own.idOf('the'), tokenizer.model.vocab.the)
  assert.equal([own.idOf('new one'), own.idOf('newer'), own.size], [size, size + 1, size + 2])
  assert.is(own.idOf('no such token'), undefined)
})

test.run()
