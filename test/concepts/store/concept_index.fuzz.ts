import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { buildIndex, CONCEPTS_FILE, VECTORS_FILE } from '../../../lib/concepts/store/build_index.ts'
import { openIndex } from '../../../lib/concepts/store/concept_index.ts'
import type { Concept } from '../../../lib/concepts/wordnet/concepts.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allText } from '../../support/fuzz/mutations.ts'
import { safetensorsLayout } from '../../support/fuzz/safetensors.ts'

const concepts: Concept[] = [
  { id: 'n1', kind: 'definition', words: ['cat'], text: 'a small animal that says miaow' },
  { id: 'n2', kind: 'definition', words: ['dog', 'hound'], text: 'a loyal animal that barks — naïvely' },
  { id: 'v1', kind: 'example', words: [], text: 'the ship sank in the storm' },
]
const model = bagOfWords()

await fuzz(import.meta.url, {
  'indexes of concepts': {
    seeds: async (cacheDir) => {
      const source = { name: 'animals', version: '1', load: async () => concepts }
      const made = await buildIndex(model, { cacheDir, concepts: source })
      return [
        Object.fromEntries(
          [VECTORS_FILE, CONCEPTS_FILE].map((name) => [name, readFileSync(join(made, name))]),
        ),
      ]
    },
    layout: (bytes, name) => (name === VECTORS_FILE ? safetensorsLayout(bytes) : allText(bytes)),
    read: async (folder) => {
      using store = await openIndex(folder, model)
      assert.is(store.count, concepts.length)
      const { vectors } = await model.encode(['a loyal animal', 'storm'])
      for (const hits of await store.nearest(vectors, 10)) {
        assert.is(hits.length, concepts.length)
        for (const { id, kind, words, text, cosine } of hits) {
          assert.ok([id, text, ...words].every((value) => typeof value === 'string'))
          assert.ok(['definition', 'example'].includes(kind) && Number.isFinite(cosine))
        }
      }
    },
  },
})
