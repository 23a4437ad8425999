import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../../lib/core/errors.ts'
import { tokenizerOfJson } from '../../../../lib/text/tokenizers/published/tokenizer_json.ts'
import { allText, randomChanges } from '../../../support/fuzz/mutations.ts'
import { randomOf } from '../../../support/fuzz/random.ts'
import type { Json } from './goldens.ts'
import { TEXT, tiny } from './tiny.ts'

const { bert, t5, bpe } = tiny
const changed = (base: Json, changes: Json): Json => ({ ...base, ...changes })
const model = (base: Json, changes: Json): Json => changed(base, { model: { ...base.model, ...changes } })

function refused(value: unknown, message: RegExp, code: 'BAD_FILE' | 'UNSUPPORTED' = 'BAD_FILE'): void {
  try {
    tokenizerOfJson(value, 'x.json')
  } catch (error) {
    assert.instance(error, VmmError)
    assert.match((error as VmmError).message, message)
    assert.is((error as VmmError).code, code)
    return
  }
  assert.unreachable(`not refused: ${message}`)
}

test('unknown components are refused by name', () => {
  for (const [value, message] of [
    [
      model(bert, { type: 'WordLevel' }),
      /^x\.json: model: model "WordLevel" is not supported; one of WordPiece/,
    ],
    [
      changed(bert, { normalizer: { type: 'Nmt' } }),
      /^x\.json: normalizer: normalizer "Nmt" is not supported/,
    ],
    [
      changed(bert, {
        normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'ByteLevel' }] },
      }),
      /^x\.json: normalizer\.normalizers\[1\]: normalizer "ByteLevel"/,
    ],
    [changed(bert, { pre_tokenizer: { type: 'UnicodeScripts' } }), /pre-tokenizer "UnicodeScripts"/],
    [changed(bert, { post_processor: { type: 'toString' } }), /post-processor "toString"/],
    [changed(bert, { decoder: { type: 'CTC' } }), /decoder "CTC"/],
    [model(bpe, { dropout: 0.1 }), /a dropout of 0\.1 is not supported/],
    [
      changed(bert, {
        pre_tokenizer: { type: 'Sequence', pretokenizers: [bpe.pre_tokenizer, bpe.pre_tokenizer] },
      }),
      /ByteLevel twice/,
    ],
  ] as const)
    refused(value, message, 'UNSUPPORTED')
})

const template = (single: Json[], special_tokens: Json): Json => ({
  post_processor: { type: 'TemplateProcessing', single, special_tokens },
})
const text = { Sequence: { id: 'A' } }
const charsmap = (bytes: Buffer | string): Json => ({
  normalizer: {
    type: 'Precompiled',
    precompiled_charsmap: typeof bytes === 'string' ? bytes : bytes.toString('base64'),
  },
})
const words = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
const deep = (levels: number): Json =>
  levels === 0 ? { type: 'NFC' } : { type: 'Sequence', normalizers: Array(4).fill(deep(levels - 1)) }

test('what is broken is refused by file and field', () => {
  for (const [value, message] of [
    [null, /^x\.json: got null; expected an object/],
    [{}, /^x\.json: model: got undefined; expected an object/],
    [changed(bert, { model: { type: 7 } }), /^x\.json: model\.type: got 7; expected a string/],
    [model(bert, { vocab: [] }), /model\.vocab: got \[\]; expected an object/],
    [
      model(bert, { vocab: { a: 1.5 } }),
      /model\.vocab: token "a" has the id 1\.5; expected a whole number below/,
    ],
    [model(bert, { vocab: { a: 2 ** 30 } }), /model\.vocab: token "a" has the id 1073741824/],
    [model(bert, { vocab: { ['a'.repeat(5000)]: 0 } }), /has more than 4096 characters/],
    [model(bert, { unk_token: 'none' }), /model\.unk_token: the vocabulary has no "none"/],
    [model(bert, { max_input_chars_per_word: -1 }), /max_input_chars_per_word: got -1/],
    [model(t5, { vocab: [] }), /model\.vocab: got \[\]; expected pieces/],
    [model(t5, { vocab: [['a', null]] }), /model\.vocab\[0\]: got \["a", null\]; expected \[piece, score\]/],
    [model(t5, { unk_id: null }), /model\.unk_id: got null/],
    [model(t5, { unk_id: 9999 }), /model\.unk_id: got 9999; expected a whole number from 0 to/],
    [model(bpe, { merges: [['a']] }), /model\.merges\[0\]: got \["a"\]: it is no pair of tokens/],
    [model(bpe, { merges: ['a b c'] }), /model\.merges\[0\]: got "a b c": it is no pair/],
    [
      model(bpe, { merges: [['a', 'zz']] }),
      /model\.merges\[0\]: got \["a", "zz"\]: the vocabulary has no "zz"/,
    ],
    [model(bpe, { merges: 7 }), /model\.merges: got 7; expected an array/],
    [model(bpe, { unk_token: 'none' }), /model\.unk_token: the vocabulary has no "none"/],
    [
      changed(bert, { added_tokens: [{ content: 7 }] }),
      /added_tokens\[0\]\.content: got 7; expected a string/,
    ],
    [changed(bert, { added_tokens: [{ content: 'a', special: 1 }] }), /added_tokens\[0\]\.special: got 1/],
    [changed(bert, template([], {})), /the text 0 times/],
    [changed(bert, template([text, { SpecialToken: { id: 'x' } }], {})), /special_tokens\.x: got undefined/],
    [
      changed(bert, template([text, { SpecialToken: { id: 'x' } }], { x: { ids: [-1] } })),
      /x\.ids\[0\]: got -1/,
    ],
    [changed(bert, template([text, {}], {})), /single\[1\]\.SpecialToken: got undefined/],
    [
      changed(bert, { post_processor: { type: 'BertProcessing', cls: ['a'] } }),
      /post_processor\.cls: got \["a"\]/,
    ],
    [changed(bert, { normalizer: deep(4) }), /normalizer: got an object.*expected at most 64 steps/],
    [
      changed(bert, charsmap('AAAA')),
      /precompiled_charsmap: no compiled character map: it has a double array of 0/,
    ],
    [changed(bert, charsmap(words(8, 0))), /a double array of 8 bytes in 8/],
    [changed(bert, charsmap(words(4, 0, 0x61616161))), /texts that do not end/],
    [changed(bert, charsmap(words(4, 0x80000009, 0))), /an entry at 9 of 4 bytes/],
    [
      changed(bert, { pre_tokenizer: { type: 'Split', pattern: {}, behavior: 'Isolated' } }),
      /pattern\.String: got/,
    ],
    [
      changed(bert, { pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'X' } }),
      /behavior: got "X"/,
    ],
    [changed(bert, { pre_tokenizer: { type: 'Metaspace', replacement: '' } }), /replacement: got ""/],
    [changed(bert, { pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'x' } }), /prepend_scheme: got "x"/],
    [
      changed(bert, { normalizer: { type: 'Prepend', prepend: 'a'.repeat(9999) } }),
      /prepend: got .*at most 4096/,
    ],
    [changed(bert, { padding: { pad_id: -1 } }), /padding\.pad_id: got -1/],
  ] as const)
    refused(value, message, /times/.test(message.source) ? 'UNSUPPORTED' : 'BAD_FILE')
})

test('names that every object has are tokens like others', () => {
  const vocab = JSON.parse('{"[UNK]":0,"[CLS]":1,"[SEP]":2,"__proto__":3,"constructor":4,"toString":5}')
  const own = tokenizerOfJson(
    changed(model(bert, { vocab }), {
      added_tokens: [],
      pre_tokenizer: { type: 'WhitespaceSplit' },
      normalizer: null,
    }),
    'x',
  )
  assert.equal(Array.from(own.encode('__proto__ constructor toString valueOf')).slice(1, -1), [3, 4, 5, 0])
  assert.is(own.idOf('valueOf'), undefined)
})

test('merges that lead back to their own tokens end', () => {
  const vocab = { a: 0, b: 1, ab: 0, ba: 1, aa: 0, bb: 1 }
  const merges = ['a b', 'b a', 'a a', 'b b']
  const own = tokenizerOfJson({ model: { type: 'BPE', vocab, merges } }, 'x')
  assert.is(own.encode('abba'.repeat(2000)).length, 1)
})

test('files with changes are read or refused with typed errors', () => {
  const files = Object.values(tiny).map((value) => Buffer.from(JSON.stringify(value)))
  let read = 0
  for (let i = 0; i < 400; i++) {
    const random = randomOf(20_261_130, i)
    const bytes = randomChanges(files[i % files.length]!, allText, files, random)
    try {
      const own = tokenizerOfJson(JSON.parse(Buffer.from(bytes).toString()), 'x.json')
      const ids = own.encode(TEXT)
      assert.ok(ids.every((id) => id >= 0 && id < own.size))
      assert.type(own.decode(ids), 'string')
      read++
    } catch (error) {
      if (error instanceof SyntaxError) continue // the file is read by parseJson, which refuses these
      assert.instance(error, VmmError, String(error))
      assert.ok(['BAD_FILE', 'UNSUPPORTED', 'BAD_ARGUMENT'].includes((error as VmmError).code))
    }
  }
  assert.ok(read > 20)
})

test.run()
