import { join } from 'node:path'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadInverter } from '../../lib/models/load_inverter.ts'
import type { Storage } from '../../lib/models/published/weights.ts'
import { readPublishedTokenizer } from '../../lib/text/tokenizers/published/load.ts'
import { tokenIds } from '../differs.ts'
import { cacheDir, publishedFolder, publishedPath } from '../published/folder.ts'
import { t5Base, weightsOfStep } from '../published/language_models.ts'
import { gtrBase, operationsOf } from '../published/models.ts'
import { vec2textFolder, vec2textPair, vec2textPath } from '../published/vec2text_folder.ts'
import { frequentWords } from '../published/vocabulary.ts'
import type { Group, Job, Precision, Row } from '../row.ts'
import { drawnTexts } from '../texts.ts'
import { vec2textTrainingRow } from './vec2text_training.ts'

/** Of the 20 that inversion takes: all take as long as one another, and the peer's take seconds. */
const steps = 4
const beam = 4
const [hypothesizer] = vec2textPair
const tokens = hypothesizer!.maxTokens

interface Kept {
  readonly storage: Storage
  readonly compute: 'f32' | 'bf16'
  readonly precision: Precision
}

async function invertingJob({ storage, compute }: Kept, text: string): Promise<Job> {
  const folder = await vec2textFolder()
  const gtr = await publishedFolder(gtrBase)
  const weights = { cacheDir, storage, compute }
  const encoder = await loadEncoder(gtr, { ...weights, head: false, maxTokens: tokens })
  const inverter = await loadInverter(join(folder, 'corrector'), { ...weights, encoder, tokenizer: gtr })
  const tokenizer = await readPublishedTokenizer(gtr)
  const { vectors } = await encoder.encode([text])
  const how = { steps, beam, maxTokens: tokens }
  return {
    async: true,
    bestSetOnly: true,
    run: (_, { threads }) => inverter.invert(vectors, { ...how, threads }),
    results: async () => {
      const [found] = await inverter.invert(vectors, how)
      return [tokenizer.encode(found!.best!.text)]
    },
    dispose: () => {
      inverter.dispose()
      encoder.dispose()
    },
  }
}

/** Operations of a call: each step reads what its texts say, writes as many for each, and encodes all that were written. */
function operations(): number {
  const { t5, dims, bottleneck, repeats } = hypothesizer!
  const encoder = t5.layers * (4 * t5.width * t5.heads * t5.headWidth + 2 * t5.width * t5.ffn)
  const keys = 2 * t5.decoderLayers * t5.width * t5.heads * t5.headWidth
  const unfolding = bottleneck * (dims + repeats * t5.width)
  const read = (rows: number, vectors: number) => rows * (encoder + keys) + vectors * unfolding
  const written = weightsOfStep(t5Base)
  const reading = read(3 * repeats + 4 + tokens + 1, 3)
  const encoded = (count: number) =>
    operationsOf(
      gtrBase,
      Array.from({ length: count }, () => tokens),
    )
  const first = 2 * (read(repeats, 1) + tokens * written) + encoded(1)
  const step = (texts: number) => 2 * texts * (reading + beam * tokens * written) + encoded(texts * beam)
  return first + step(1) + (steps - 1) * step(beam)
}

const bytesOf = { f32: 4, bf16: 2, f16: 2, q8_0: 1 + 2 / 32, q4_0: 0.5 + 2 / 32 } as const

function invertingRow(kept: Kept, text: string): Row {
  const { storage, precision } = kept
  const dtype = storage === 'f32' || storage === 'bf16' ? storage : null
  const args = { folder: vec2textPath, encoder: publishedPath(gtrBase), text, steps, beam, tokens }
  return {
    name: `vec2text, ${tokens} tokens, beam ${beam}, ${steps} of 20 steps, one vector, ${storage}`,
    unit: 'ms',
    work: {
      flops: operations(),
      precision,
      bytes: bytesOf[storage] * (steps + 1) * tokens * weightsOfStep(t5Base),
    },
    prepare: () => invertingJob(kept, text),
    peers: dtype === null ? [] : [{ peer: 'torch', call: 'invert_vec2text', args: { ...args, dtype } }],
    ...(storage === 'f32' ? { differs: tokenIds } : {}),
  }
}

async function rows(): Promise<Row[]> {
  const [text] = drawnTexts((await frequentWords()).slice(0, 2000), 1, tokens - 1) as [string]
  return [
    invertingRow({ storage: 'f32', compute: 'f32', precision: 'f32' }, text),
    invertingRow({ storage: 'bf16', compute: 'bf16', precision: 'bf16' }, text),
    invertingRow({ storage: 'q8_0', compute: 'f32', precision: 'int8' }, text),
    vec2textTrainingRow,
  ]
}

export const vec2textRows: Group = { name: 'vec2text', rows }
