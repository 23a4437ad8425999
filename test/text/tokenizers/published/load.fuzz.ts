import * as assert from 'uvu/assert'
import { readPublishedTokenizer } from '../../../../lib/text/tokenizers/published/load.ts'
import { driven } from '../../../../lib/text/tokenizers/steps.ts'
import { fuzz } from '../../../support/fuzz/fuzz.ts'
import { allFields, allText } from '../../../support/fuzz/mutations.ts'
import type { Files, FuzzTarget } from '../../../support/fuzz/target.ts'
import { goldens } from './goldens.ts'
import { TEXT, tiny } from './tiny.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const config = (value: unknown): Files => ({ 'tokenizer_config.json': json(value) })

/** A reader of sets of files, in which every file is text but those of SentencePiece. */
function target(seeds: () => Files[]): FuzzTarget {
  return {
    seeds,
    layout: (bytes, name) => (name.endsWith('.model') ? allFields(bytes) : allText(bytes)),
    codes: ['BAD_FILE', 'UNSUPPORTED', 'BAD_ARGUMENT'],
    read: async (folder) => {
      const tokenizer = await readPublishedTokenizer(folder)
      const texts = [TEXT, '', TEXT.repeat(20)]
      const { ids, offsets, counts } = tokenizer.encodeBatch(texts)
      assert.is(String(driven(tokenizer.encodeBatchSteps(texts, undefined, 0, 5)).ids), String(ids))
      assert.is(ids.length, offsets.at(-1))
      assert.is(ids.length, counts[0]! + counts[1]! + counts[2]!)
      assert.ok(ids.every((id) => id >= 0 && id < tokenizer.size))
      assert.type(tokenizer.decode(ids), 'string')
    },
  }
}

// Enough of a published file for all that is read of it, and small enough to change all over.
const spiece = (): Buffer => {
  const first = goldens.spiece.indexOf(Buffer.from('<unk>')) + 64
  const piece = goldens.spiece.indexOf(0x0a, first)
  return goldens.spiece.subarray(0, wholePieces(goldens.spiece, piece + 400))
}

/** Where the last whole piece before a place ends. */
function wholePieces(bytes: Buffer, before: number): number {
  let at = 0
  while (at + 2 + bytes[at + 1]! <= before) at += 2 + bytes[at + 1]!
  return at
}

await fuzz(import.meta.url, {
  'tokenizer.json': target(() => Object.values(tiny).map((value) => ({ 'tokenizer.json': json(value) }))),
  'models of SentencePiece': target(() => [
    { 'spiece.model': spiece(), ...config({ tokenizer_class: 'T5Tokenizer', extra_ids: 3 }) },
  ]),
  'lines of tokens': target(() => [
    {
      'vocab.txt': Buffer.from(Object.keys(tiny.bert.model.vocab).join('\n')),
      ...config({ do_lower_case: true, strip_accents: null, cls_token: { content: '[CLS]' } }),
    },
  ]),
  'vocabularies with merges': target(() => [
    {
      'vocab.json': json(tiny.bpe.model.vocab),
      'merges.txt': Buffer.from('#version: 0.2\na b\nĠ ab\nT h\nTh e\n'),
      ...config({
        tokenizer_class: 'Qwen2Tokenizer',
        added_tokens_decoder: { 16: { content: '<y>', special: true, lstrip: true } },
      }),
    },
  ]),
})
