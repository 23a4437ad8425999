import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWordNet } from '../../lib/concepts/wordnet/synsets.ts'
import { loadModel } from '../../lib/models/encoder/load.ts'
import { USE_LITE } from '../../lib/models/families/use_lite/convert.ts'
import { findUseLite } from '../../lib/models/families/use_lite/source.ts'
import { createUnigramTokenizer, parseVocabulary } from '../../lib/text/tokenizers/unigram.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'

const [sentences, words, batch] = [200, 5, 32]

/** Examples of WordNet with at least five words, drawn with a fixed seed. */
async function realSentences(): Promise<string[]> {
  const examples = (await readWordNet())
    .flatMap((synset) => synset.examples)
    .filter((text) => text.split(' ').length >= words)
  const next = random32(1)
  return Array.from({ length: sentences }, () => examples[next() % examples.length]!)
}

/** Products of the matrices and of attention, for the tokens that the texts have. */
async function operations(texts: readonly string[]): Promise<number> {
  const path = join(findUseLite(), 'vocab.json')
  const tokenizer = createUnigramTokenizer(parseVocabulary(JSON.parse(await readFile(path, 'utf8')), path))
  const { offsets } = tokenizer.encodeBatch(texts, USE_LITE.capacityTokens)
  const [width, dims, hidden] = [256, USE_LITE.dims, 1536]
  const layer = (d: number) => 3 * d * d + d * dims + 2 * dims * hidden
  let total = 0
  for (let i = 0; i < texts.length; i++) {
    const tokens = offsets[i + 1]! - offsets[i]!
    const matrices = width * dims + layer(width) + layer(dims)
    total += 2 * tokens * matrices + 4 * tokens * tokens * (width + dims) + 2 * dims * dims
  }
  return total
}

/** From strings to vectors, `size` texts a call. */
async function encodeJob(texts: readonly string[], size: number): Promise<Job> {
  const model = await loadModel('use-lite')
  return {
    async: true,
    bestSetOnly: true,
    run: async (_, { threads }) => {
      for (let at = 0; at < texts.length; at += size)
        await model.encode(texts.slice(at, at + size), { threads })
    },
    dispose: () => model.dispose(),
  }
}

async function rows(): Promise<Row[]> {
  const texts = await realSentences()
  const flops = await operations(texts)
  const row = (name: string, size: number): Row => ({
    name,
    unit: 'sentences/s',
    amount: sentences,
    work: { flops },
    prepare: () => encodeJob(texts, size),
    peers: [{ peer: 'tfjs-wasm', call: 'encode', args: { texts, batch } }],
  })
  return [
    row(`use-lite encode of ${sentences} sentences, batch ${batch}`, batch),
    row(`use-lite encode of ${sentences} sentences at once`, sentences),
  ]
}

export const encodeRows: Group = { name: 'encode', rows }
