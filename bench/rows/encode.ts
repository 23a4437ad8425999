import type { EncoderFamily } from '../../lib/models/families/define.ts'
import { FAMILIES } from '../../lib/models/families/index.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import type { Group, Job, PeerName, Row } from '../row.ts'
import { realSentences } from '../texts.ts'

const [sentences, batch] = [200, 32]

/** Multiplications and additions for the tokens that the texts have. */
async function operations(name: string, family: EncoderFamily, texts: readonly string[]): Promise<number> {
  await using encoder = await loadEncoder(name)
  const { offsets } = encoder.tokens!.tokenizer.encodeBatch(texts, encoder.capacityTokens)
  const config = family.config({})
  return texts.reduce((sum, _, i) => sum + family.operations(config, offsets[i + 1]! - offsets[i]!), 0)
}

/** From strings to vectors, `size` texts a call. */
async function encodeJob(name: string, texts: readonly string[], size: number): Promise<Job> {
  const model = await loadEncoder(name)
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

/** Others that run the same model. */
const PEERS: Readonly<Record<string, PeerName>> = { 'use-lite': 'tfjs-wasm' }

async function rows(): Promise<Row[]> {
  const texts = await realSentences(sentences)
  const all: Row[] = []
  for (const family of FAMILIES)
    for (const model of Object.keys(family.models)) {
      const flops = await operations(model, family, texts)
      const row = (name: string, size: number): Row => ({
        name,
        unit: 'sentences/s',
        amount: sentences,
        work: { flops },
        prepare: () => encodeJob(model, texts, size),
        peers: PEERS[model] ? [{ peer: PEERS[model], call: 'encode', args: { texts, batch } }] : [],
      })
      all.push(
        row(`${model} encode of ${sentences} sentences, batch ${batch}`, batch),
        row(`${model} encode of ${sentences} sentences at once`, sentences),
      )
    }
  return all
}

export const encodeRows: Group = { name: 'encode', rows }
