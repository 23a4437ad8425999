import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSafetensors } from '../../io/safetensors/file.ts'
import { storedTensors } from '../../weights/stored.ts'
import { CONFIG_FILE } from '../published/modules.ts'
import { KINDS, T5, type Vec2TextConfig } from './config.ts'
import { vec2textParameters } from './parameters.ts'

/** What a folder of a model of vec2text is made of. */
export interface SavedVec2Text {
  readonly config: Vec2TextConfig
  /** f32, by the names of the parameters; a tied head may be left out. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** Other fields of config.json, such as those of the checkpoint that training went on from. */
  readonly about: Readonly<Record<string, unknown>>
  /** Files of the tokenizer and others, by name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
}

const WEIGHTS_FILE = 'model.safetensors'

/**
 * Writes a model of vec2text into an empty folder, or a new one, as such models are published: config.json, the weights in f32
 * by the original's names, the files of a tokenizer.
 *
 * @throws VmmError BAD_ARGUMENT for parameters that are missing, unknown, of another size or not finite; BAD_FILE when writing
 *   fails
 */
export async function saveVec2Text(folder: string, saved: SavedVec2Text): Promise<void> {
  const { config, parameters, about, files } = saved
  const { 'head.weight': head, ...specs } = vec2textParameters(config)
  const all = config.t5.isTied ? specs : { ...specs, 'head.weight': head! }
  await mkdir(folder, { recursive: true })
  await writeSafetensors(
    join(folder, WEIGHTS_FILE),
    storedTensors(all, parameters, 'f32').map((tensor) => ({ ...tensor, name: publishedName(tensor.name) })),
    { format: 'pt' },
  )
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const json = { ...about, ...fieldsOf(config) }
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(json, null, 2)}\n`)
}

/** The original's name of a parameter: what vec2textTensor makes the parameter's name of. */
function publishedName(name: string): string {
  if (name === 'head.weight') return `${T5}lm_head.weight`
  return /^(embedding_transform|layernorm\.)/.test(name) ? name : T5 + name
}

/** What config.json says of the model, and the sizes of T5 by the names that T5's own config has. */
function fieldsOf(config: Vec2TextConfig): Record<string, unknown> {
  const { kind, t5, repeats, maxTokens, embedder, space } = config
  const [architecture] = Object.entries(KINDS).find(([, own]) => own === kind)!
  const isService = embedder.startsWith('text-embedding-')
  return {
    architectures: [architecture],
    num_repeat_tokens: repeats,
    max_seq_length: maxTokens,
    ...(isService
      ? { embedder_model_api: embedder }
      : { embedder_model_name: embedder, embedder_model_api: null }),
    ...(space === null ? {} : { embedder_space: space }),
    ...{ vocab_size: t5.vocabulary, d_model: t5.width, d_kv: t5.headWidth, d_ff: t5.ffn },
    ...{ num_layers: t5.layers, num_decoder_layers: t5.decoderLayers, num_heads: t5.heads },
    relative_attention_num_buckets: t5.buckets,
    feed_forward_proj: t5.gated ? 'gated-gelu' : 'relu',
    tie_word_embeddings: t5.isTied,
    layer_norm_epsilon: t5.normEps,
    ...{ decoder_start_token_id: 0, pad_token_id: 0, eos_token_id: 1 },
  }
}
