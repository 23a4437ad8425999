import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import type { Storage } from '../../lib/models/published/weights.ts'
import { packedLinear } from '../../lib/ops/index.ts'
import { packedShape } from '../../lib/ops/pack_weight.ts'
import { readPublishedTokenizer } from '../../lib/text/tokenizers/published/load.ts'
import { tokenizerOfJson } from '../../lib/text/tokenizers/published/tokenizer_json.ts'
import { directions, tokenIds } from '../differs.ts'
import { programJob, type Tensor, uniform } from '../program_job.ts'
import { cacheDir, publishedFolder, publishedPath } from '../published/folder.ts'
import {
  gtrBase,
  miniLm,
  mpnetBase,
  operationsOf,
  type PublishedModel,
  stella400,
  stella1500,
} from '../published/models.ts'
import { frequentWords } from '../published/vocabulary.ts'
import type { Group, Job, PeerCall, PeerName, Precision, Row } from '../row.ts'
import { definitions, drawnTexts, realSentences } from '../texts.ts'

/** Cosines that peers must reach: the same arithmetic, products of 16 bits, and two ways to have weights of 8 bits. */
const least = { f32: 0.9999, bf16: 0.97, int8: 0.99 } as const satisfies Record<Precision, number>

interface Encoding {
  readonly model: PublishedModel
  readonly texts: readonly string[]
  /** Of each text. */
  readonly tokens: readonly number[]
  readonly precision: Precision
  /** As in the files when left out. */
  readonly storage?: Storage
}

/** Texts to vectors in one call, once it is sure that they have the tokens that the row tells. */
async function encodingJob({ model, texts, tokens, precision, storage }: Encoding): Promise<Job> {
  const folder = await publishedFolder(model)
  const { counts } = (await readPublishedTokenizer(folder)).encodeBatch(texts, model.maxTokens)
  if (counts.some((count, i) => count !== tokens[i])) throw new Error('the texts have other lengths')
  const compute = precision === 'bf16' ? 'bf16' : 'f32'
  const encoder = await loadEncoder(folder, { cacheDir, storage, compute })
  return {
    async: true,
    bestSetOnly: true,
    run: (_, { threads }) => encoder.encode(texts, { threads }),
    results: async () => [...(await encoder.encode(texts)).vectors],
    dispose: () => encoder.dispose(),
  }
}

/** Peers find the folder when their turn comes: our job is prepared before them. */
function encodingRow(
  name: string,
  encoding: Encoding,
  peers: readonly PeerCall[],
  more: Pick<Row, 'beside'> = {},
): Row {
  const { model, texts, tokens, precision } = encoding
  const own = { folder: publishedPath(model), texts }
  return {
    name,
    unit: 'sentences/s',
    amount: texts.length,
    work: { flops: operationsOf(model, tokens), precision },
    prepare: () => encodingJob(encoding),
    peers: peers.map((call) => ({ ...call, args: { ...call.args, ...own } })),
    differs: directions(least[precision]),
    ...more,
  }
}

const peer = (name: PeerName, call: string, args: PeerCall['args']): PeerCall => ({ peer: name, call, args })
const torch = (dtype: 'f32' | 'bf16', batch: number) =>
  peer('torch', 'encode_texts', { dtype, batch, by_length: true })
/** Texts of several lengths in batches: sorted by length, as sentence-transformers does, and as a plain script has them. */
const torchPadded = (batch: number): PeerCall[] => [
  torch('f32', batch),
  { ...peer('torch', 'encode_texts', { dtype: 'f32', batch, by_length: false }), name: 'torch, unsorted' },
]
const onnx = (weights: 'f32' | 'int8') => [
  peer('onnxruntime-node', 'onnxEncode', { weights }),
  peer('transformers.js', 'transformersEncode', { weights }),
]

/** All products of MiniLM-L6 for some rows, one after the other, and nothing else. */
function productsJob(rows: number): Job {
  const [width, ffn, layers] = [384, 1536, 6]
  const sizes = [...Array.from({ length: 4 }, () => [width, width]), [width, ffn], [ffn, width]] as const
  const all = Array.from({ length: layers }, () => sizes).flat() as [number, number][]
  const tensors: Record<string, Tensor> = { x: uniform([rows, width]) }
  for (const [i, [inputs, outputs]] of all.entries()) {
    const bound = Math.sqrt(3 / inputs)
    tensors[i] = uniform(packedShape(outputs, inputs, false), -bound, bound)
  }
  return programJob(tensors, (values) => ({
    y: all.reduce(
      (x, [, out], i) => packedLinear({ x, weight: values[i]! }, { out, compute: 'f32' }),
      values.x!,
    ),
  }))
}

const execute = promisify(execFile)
const firstVector = fileURLToPath(new URL('../first_vector.mjs', import.meta.url))

/** A process for each run. It tells its own time, without that of Node's start; the first one fills the cache. */
async function firstVectorJob(model: PublishedModel, from: 'import' | 'load'): Promise<Job> {
  const folder = await publishedFolder(model)
  const run = async () => {
    const { stdout } = await execute(process.execPath, [firstVector, folder, cacheDir])
    return { overriddenDuration: (JSON.parse(stdout) as Record<typeof from, number>)[from] }
  }
  await run()
  return { async: true, bestSetOnly: true, run, dispose: () => {} }
}

/** WordNet's definitions in so many parts, of which a run tokenises one: words that are remembered stay the fewer. */
const slices = 60

async function tokenizingJob(model: PublishedModel, texts: readonly string[]): Promise<Job> {
  const tokenizer = await readPublishedTokenizer(await publishedFolder(model))
  const size = Math.ceil(texts.length / slices)
  const slice = (i: number) => {
    const at = (i % slices) * size
    return texts.slice(at, at + size)
  }
  return {
    bestSetOnly: true,
    run: (i) => tokenizer.encodeBatch(slice(i), model.maxTokens),
    // The peer has run its first slice when it was prepared.
    results: async () => slice(1).map((text) => tokenizer.encode(text)),
    dispose: () => {},
  }
}

function tokenizingRow(name: string, model: PublishedModel, texts: readonly string[]): Row {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return {
    name,
    unit: 'MB/s',
    amount: bytes / slices,
    prepare: () => tokenizingJob(model, texts),
    peers: [peer('hf-tokenizers', 'hfTokenize', { folder: publishedPath(model), slices })],
    differs: tokenIds,
  }
}

/** Texts of equal length whose words are a token each, where some tokens stand around them. */
async function evenTexts(model: PublishedModel, count: number, length: number, around: number) {
  const words = (await frequentWords()).slice(0, 20_000)
  const tokens = Array.from({ length: count }, () => length)
  return { model, texts: drawnTexts(words, count, length - around), tokens }
}

const f32 = { precision: 'f32' } as const
const bf16 = { precision: 'bf16', storage: 'bf16' } as const
const q8 = { precision: 'int8', storage: 'q8_0' } as const

async function rows(): Promise<Row[]> {
  const short = await evenTexts(miniLm, 16, 32, 2)
  const gtr = await evenTexts(gtrBase, 8, 128, 1)
  const stella = await evenTexts(stella400, 8, 128, 2)
  const sentences = await realSentences(200)
  const wordPiece = tokenizerOfJson(mpnetBase.tokenizer(await frequentWords()).json, 'tokenizer.json')
  const varied = {
    model: mpnetBase,
    texts: sentences,
    tokens: sentences.map((text) => wordPiece.encode(text).length),
  }
  const beside = { name: 'ours, its products alone', prepare: () => productsJob(16 * 32) }
  const defined = await definitions()
  return [
    encodingRow(
      'MiniLM-L6 f32, 16 texts of 32 tokens',
      { ...short, ...f32 },
      [torch('f32', 16), ...onnx('f32')],
      { beside },
    ),
    encodingRow('MiniLM-L6 q8_0, 16 texts of 32 tokens', { ...short, ...q8 }, onnx('int8')),
    encodingRow('MPNet-base f32, 200 sentences', { ...varied, ...f32 }, torchPadded(32)),
    encodingRow('GTR-base f32 (f16 weights), 8 texts of 128 tokens', { ...gtr, ...f32 }, [torch('f32', 8)]),
    encodingRow('GTR-base bf16, 8 texts of 128 tokens', { ...gtr, ...bf16 }, [torch('bf16', 8)]),
    encodingRow('Stella 400M f32, 8 texts of 128 tokens', { ...stella, ...f32 }, [torch('f32', 8)]),
    encodingRow('Stella 400M bf16, 8 texts of 128 tokens', { ...stella, ...bf16 }, [torch('bf16', 8)]),
    {
      name: 'MiniLM-L6, first vector of a process, with the import',
      unit: 'ms',
      prepare: () => firstVectorJob(miniLm, 'import'),
      beside: { name: 'ours, imported', prepare: () => firstVectorJob(miniLm, 'load') },
    },
    tokenizingRow('WordPiece of MiniLM-L6, 1 thread', miniLm, defined),
    tokenizingRow('Unigram of GTR-base, 1 thread', gtrBase, defined),
  ]
}

export const publishedRows: Group = { name: 'published', rows }

async function largeRows(): Promise<Row[]> {
  const [count, length] = [8, 128]
  const { texts, tokens } = await evenTexts(stella1500, count, length, 0)
  // A byte is a token.
  const stella = { model: stella1500, texts: texts.map((text) => text.slice(0, length)), tokens }
  return [
    encodingRow('Stella 1.5B f32, 8 texts of 128 tokens', { ...stella, ...f32, storage: 'f32' }, [
      torch('f32', count),
    ]),
    encodingRow('Stella 1.5B bf16, 8 texts of 128 tokens', { ...stella, ...bf16 }, [torch('bf16', count)]),
    encodingRow('Stella 1.5B q8_0, 8 texts of 128 tokens', { ...stella, ...q8 }, []),
  ]
}

export const publishedLargeRows: Group = { name: 'published_large', onRequest: true, rows: largeRows }
