import * as assert from 'uvu/assert'
import { readTokens } from '../../../lib/text/tokenizers/tokens.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allText } from '../../support/fuzz/mutations.ts'

const NAME = 'vocabulary.json'
const about = { kind: 'unigram', file: NAME, reserved: 3, start: 1, end: 2 } as const
const pieces = ['<unk>', '<s>', '</s>', '▁', '▁a', 'a', 'b', 'é', 'ab', '▁word', '\u0301', 'e']
const vocabulary = pieces.map((piece, id) => [piece, id < 3 ? null : -id / 2])
const TEXT = 'a word, é é ab abab Ω '.repeat(4)

await fuzz(import.meta.url, {
  vocabularies: {
    seeds: () =>
      [vocabulary, vocabulary.slice(0, 5)].map((entries) => ({
        [NAME]: Buffer.from(JSON.stringify(entries)),
      })),
    layout: allText,
    codes: ['BAD_FILE', 'BAD_ARGUMENT'],
    read: async (folder, files) => {
      const { tokenizer, pieces } = await readTokens(folder, about)
      const entries = JSON.parse(new TextDecoder().decode(files[NAME])) as unknown[]
      assert.is(tokenizer.size, entries.length)
      assert.is(pieces.size, entries.length)
      const ids = tokenizer.encode(TEXT)
      assert.ok(ids.every((id) => id === 0 || (id >= about.reserved && id < entries.length)))
      assert.type(pieces.text(ids), 'string')
    },
  },
})
