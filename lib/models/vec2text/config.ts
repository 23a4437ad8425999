import { describe, VmmError } from '../../core/errors.ts'
import { type JsonFields, jsonFields } from '../../io/json_fields.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { type T5Config, t5Config } from '../lm/families/t5/config.ts'
import { t5Tensor } from '../lm/families/t5/family.ts'

/** One of the two models of vec2text (Morris et al. 2023, arXiv 2310.06816): T5, and what unfolds vectors for it. Plain JSON. */
export interface Vec2TextConfig {
  /** A hypothesizer (InversionModel) writes for a vector, a corrector (CorrectorEncoderModel) reads what was written as well. */
  readonly kind: 'hypothesizer' | 'corrector'
  readonly t5: T5Config
  /** Length of the vectors. */
  readonly dims: number
  /** Hidden units of what unfolds a vector. */
  readonly bottleneck: number
  /** Rows that a vector unfolds into. */
  readonly repeats: number
  /** Tokens of a text that the vectors are made of, its end included. A corrector also tells it of the first hypothesis. */
  readonly maxTokens: number
  /** What made the vectors, as config.json calls it. */
  readonly embedder: string
  /** The space of the vectors, which this package writes; null in checkpoints of others. */
  readonly space: string | null
  /** Whether one unfolding serves all three vectors of a corrector, as in the oldest checkpoints. */
  readonly isShared: boolean
}

export const KINDS = { InversionModel: 'hypothesizer', CorrectorEncoderModel: 'corrector' } as const
/** Before the names of T5's tensors in a checkpoint. */
export const T5 = 'encoder_decoder.'
/** Of a text: beyond what any such model was trained on. */
const MOST_TOKENS = 4096

/** Its own name of a tensor of a checkpoint; null for one that it does without. */
export function vec2textTensor(name: string): string | null {
  if (name.startsWith('embedder.')) return null
  if (name.startsWith(T5)) return t5Tensor(name.slice(T5.length))
  // Without the dropout that once had a place among the layers.
  return name.replace(/^(embedding_transform(?:_[123])?)\.2\./, '$1.3.')
}

/**
 * What config.json says and, as it leaves the sizes of T5 to another repository, what the tensors do.
 *
 * @throws VmmError UNSUPPORTED for another architecture, BAD_FILE for what is missing or has other sizes than it should
 */
export function vec2textConfig(json: JsonFields, checkpoint: Checkpoint): Vec2TextConfig {
  const [architecture] = json.texts('architectures')
  const names = Object.keys(KINDS)
  if (architecture === undefined || !names.includes(architecture))
    throw new VmmError(
      'UNSUPPORTED',
      `${json.name}: architectures: got ${describe(json.raw('architectures'))}; expected ${names.join(', ')}`,
    )
  const kind = KINDS[architecture as keyof typeof KINDS]
  const originals = new Map<string, string>()
  for (const original of checkpoint.names) {
    const name = vec2textTensor(original)
    if (name !== null && !originals.has(name)) originals.set(name, original)
  }
  const shapeOf = (name: string): readonly [number, number] => {
    const original = originals.get(name)
    if (original === undefined)
      throw new VmmError('BAD_FILE', `${json.name}: its weights have no tensor ${name}`)
    const { shape, file } = checkpoint.info(original)
    if (shape.includes(0)) throw new VmmError('BAD_FILE', `${file}: ${original} has no elements`)
    if (shape.length !== 2)
      throw new VmmError('BAD_FILE', `${file}: ${original} has ${shape.length} axes; expected 2`)
    return shape as unknown as readonly [number, number]
  }
  const isShared = kind === 'corrector' && originals.has('embedding_transform.0.weight')
  const unfolding = kind === 'hypothesizer' || isShared ? 'embedding_transform' : 'embedding_transform_1'
  const [bottleneck, dims] = shapeOf(`${unfolding}.0.weight`)
  const [unfolded] = shapeOf(`${unfolding}.3.weight`)
  const t5 = t5Of(json, shapeOf, [...originals.keys()])
  const repeats = json.size('num_repeat_tokens', unfolded / t5.width)
  if (repeats * t5.width !== unfolded)
    throw new VmmError(
      'BAD_FILE',
      `${json.name}: num_repeat_tokens: ${repeats} rows of ${t5.width}; the tensors have ${unfolded} numbers`,
    )
  const embedder = json.has('embedder_model_api')
    ? json.text('embedder_model_api')
    : json.text('embedder_model_name', '')
  const maxTokens = json.size('max_seq_length')
  if (maxTokens > MOST_TOKENS)
    throw new VmmError(
      'BAD_FILE',
      `${json.name}: max_seq_length: got ${maxTokens}; expected at most ${MOST_TOKENS}`,
    )
  const space = json.text('embedder_space', '') || null
  return { kind, t5, dims, bottleneck, repeats, maxTokens, embedder, space, isShared }
}

/** T5's sizes as its tensors have them. */
function t5Of(
  json: JsonFields,
  shapeOf: (name: string) => readonly [number, number],
  names: readonly string[],
): T5Config {
  const [vocabulary, width] = shapeOf('shared.weight')
  const attention = 'encoder.block.0.layer.0.SelfAttention'
  const [buckets, heads] = shapeOf(`${attention}.relative_attention_bias.weight`)
  const [inner] = shapeOf(`${attention}.q.weight`)
  const gated = names.includes('encoder.block.0.layer.1.DenseReluDense.wi_0.weight')
  const [ffn] = shapeOf(`encoder.block.0.layer.1.DenseReluDense.${gated ? 'wi_0' : 'wi'}.weight`)
  const blocks = (of: string) =>
    names.filter((name) => new RegExp(`^${of}\\.block\\.\\d+\\.layer\\.0\\.layer_norm\\.weight$`).test(name))
      .length
  const said = {
    ...{ vocab_size: vocabulary, d_model: width, d_kv: inner / heads, d_ff: ffn, num_heads: heads },
    ...{ num_layers: blocks('encoder'), num_decoder_layers: blocks('decoder') },
    relative_attention_num_buckets: buckets,
    // Version 1.1 has gates, and a head of its own.
    ...(gated ? { feed_forward_proj: 'gated-gelu', tie_word_embeddings: false } : {}),
  }
  return t5Config(jsonFields(`${json.name}: its tensors`, said))
}

/** What configs call the embedder where nobody has named one: a corrector's need not tell. */
const UNNAMED = 'gtr_base'

/** Throws VmmError BAD_FILE for two models that do not go together. */
export function checkPair(
  hypothesizer: { readonly config: Vec2TextConfig; readonly folder: string },
  corrector: { readonly config: Vec2TextConfig; readonly folder: string },
): void {
  for (const [{ config, folder }, kind] of [
    [hypothesizer, 'hypothesizer'],
    [corrector, 'corrector'],
  ] as const)
    if (config.kind !== kind)
      throw new VmmError('BAD_FILE', `${folder}: a ${config.kind}; expected a ${kind}`)
  const of = ({ dims, embedder, t5: { vocabulary } }: Vec2TextConfig) => ({ dims, vocabulary, embedder })
  const [first, second] = [of(hypothesizer.config), of(corrector.config)]
  for (const name of ['dims', 'vocabulary', 'embedder'] as const)
    if (first[name] !== second[name] && second[name] !== UNNAMED)
      throw new VmmError(
        'BAD_FILE',
        `${corrector.folder}: ${name} ${describe(second[name])}; its hypothesizer ${hypothesizer.folder} has ${describe(first[name])}`,
      )
}
