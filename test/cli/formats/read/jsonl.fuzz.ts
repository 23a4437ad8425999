import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { fuzz } from '../../../support/fuzz/fuzz.ts'
import { allText } from '../../../support/fuzz/mutations.ts'
import { allVectors } from './all_vectors.ts'

const DIMS = 3
const NAME = 'x.jsonl'
const seeds = [
  '[1,2,3]\n{"vector":[0.5,-1e-3,7],"text":"a text, é"}\n\n{"text":null,"vector":[0,0,1]}\n',
  '{"vector": [1.5, 2.5, 3.5], "text": "\\u0041 \\"quoted\\"", "more": {"x": [1, 2]}}\r\n[4,5,6]',
]

await fuzz(import.meta.url, {
  'vectors as JSON lines': {
    seeds: () => seeds.map((text) => ({ [NAME]: Buffer.from(text) })),
    layout: allText,
    read: async (folder, files) => {
      const { numbers, texts } = await allVectors('jsonl', join(folder, NAME), 'file', DIMS)
      const lines = new TextDecoder()
        .decode(files[NAME])
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as number[] | { vector: number[]; text?: string | null })
      const vectors = lines.map((line) => (Array.isArray(line) ? line : line.vector))
      assert.equal(numbers, Float32Array.from(vectors.flat()))
      assert.equal(
        texts,
        lines.map((line) => (Array.isArray(line) ? null : (line.text ?? null))),
      )
    },
  },
})
