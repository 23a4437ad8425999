import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { definitions } from '../texts.ts'
import { exportOnnx } from './install.ts'
import { type OnnxTensor, onnxRuntime, sessionOptions } from './onnx_runtime.ts'
import { tokenizerOf } from './tokenizer.ts'

const require = createRequire(import.meta.url)

/** Files of an ONNX model, by what the weights are. */
const FILES = { f32: 'model.onnx', int8: 'model_quantized.onnx' }
const DTYPES = { f32: 'fp32', int8: 'q8' }

interface EncodeArgs {
  /** Of a published model. */
  readonly folder: string
  readonly texts: readonly string[]
  readonly weights: keyof typeof FILES
}

interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string }
  pipeline(task: string, model: string, options: object): Promise<FeaturePipeline>
}

type FeaturePipeline = (
  texts: readonly string[],
  options: { readonly pooling: string; readonly normalize: boolean },
) => Promise<OnnxTensor>

const rowsOf = ({ data, dims: [count, width] }: OnnxTensor) =>
  Array.from({ length: count! }, (_, i) => data.subarray(i * width!, (i + 1) * width!))

/** Token ids of equal length go in; pooling is part of the graph. Nothing is tokenised in the timed part. */
export async function onnxEncode({ folder, texts, weights }: EncodeArgs, threads: number) {
  exportOnnx(folder)
  const { InferenceSession, Tensor } = onnxRuntime()
  const model = await InferenceSession.create(join(folder, 'onnx', FILES[weights]), sessionOptions(threads))
  const tokenizer = tokenizerOf(folder)
  const ids = texts.map((text) => tokenizer.encode(text).ids)
  const length = ids[0]!.length
  if (ids.some((own) => own.length !== length)) throw new Error('texts of several lengths')
  const tensor = (values: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [ids.length, length])
  const all = ids.flat()
  const feeds = {
    input_ids: tensor(all),
    attention_mask: tensor(all.map(() => 1)),
    token_type_ids: tensor(all.map(() => 0)),
  }
  return async () => rowsOf((await model.run(feeds, ['sentence_embedding'])).sentence_embedding!)
}

/** The pipeline as its users call it: texts go in. */
export async function transformersEncode({ folder, texts, weights }: EncodeArgs, threads: number) {
  exportOnnx(folder)
  const { env, pipeline } = require('@huggingface/transformers') as Transformers
  env.allowRemoteModels = false
  env.localModelPath = dirname(folder)
  const extract = await pipeline('feature-extraction', basename(folder), {
    dtype: DTYPES[weights],
    device: 'cpu',
    session_options: sessionOptions(threads),
  })
  return async () => rowsOf(await extract(texts, { pooling: 'mean', normalize: true }))
}

/** A slice of WordNet's definitions after the other. */
export async function hfTokenize({ folder, slices }: { folder: string; slices: number }) {
  const tokenizer = tokenizerOf(folder)
  const texts = await definitions()
  const size = Math.ceil(texts.length / slices)
  let run = 0
  return () => {
    const at = (run++ % slices) * size
    return texts.slice(at, at + size).map((text) => tokenizer.encode(text).ids)
  }
}
