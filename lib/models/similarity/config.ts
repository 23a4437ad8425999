import { check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'

/** Prompts of Stella, without the ending of their names: sentence to sentence, and query to passage. */
export type PromptType = 's2s' | 's2p'
const PROMPT_TYPES: readonly PromptType[] = ['s2s', 's2p']

/** How texts are read, with the keys of Stella's configuration files. */
export interface SimilarityEncoderConfig {
  /** Texts that are encoded at a time, 8 to 48. Never changes a result. Default 16. */
  readonly batch_size?: number | undefined
  /** Tokens of a text that are read, 256 to 2048. Default 512, or fewer where the model's files say so. */
  readonly max_length?: number | undefined
  /** Length of the vectors: that of one of the model's heads. Default: that of its own one, 1024 of Stella. */
  readonly embedding_dimension?: number | undefined
  /** Whether vectors get unit length; a cosine is the same without. Default true. */
  readonly normalize_embeddings?: boolean | undefined
  /**
   * `s2s`: its prompt stands before both texts. `s2p`: before the first one, the query; passages have none. null: no prompt.
   * Default `s2s` where the model has it.
   */
  readonly prompt_type?: PromptType | null | undefined
}

/** The configuration of a similarity. */
export interface SimilarityConfig {
  /** As loadEncoder takes it. Default NovaSearch/stella_en_400M_v5. */
  readonly model?: string | undefined
  readonly encoder?: SimilarityEncoderConfig | undefined
}

const CONFIG_KEYS = { model: true, encoder: true } as const satisfies OptionNames<SimilarityConfig>
const ENCODER_KEYS = {
  batch_size: true,
  max_length: true,
  embedding_dimension: true,
  normalize_embeddings: true,
  prompt_type: true,
} as const satisfies OptionNames<SimilarityEncoderConfig>

/** What a configuration says; what it does not say is undefined. */
export interface SimilaritySettings {
  readonly model: string
  readonly batchSize: number
  readonly maxTokens: number | undefined
  readonly dims: number | undefined
  readonly normalise: boolean | undefined
  /** The name of a prompt; null for none. */
  readonly promptType: string | null | undefined
}

const DEFAULT_MODEL = 'NovaSearch/stella_en_400M_v5'
export const DEFAULT_BATCH = 16

/** Reads a configuration. Throws VmmError BAD_ARGUMENT naming the key, what it has and what is allowed. */
export function readSimilarityConfig(config: SimilarityConfig): SimilaritySettings {
  refuseUnknown(config, CONFIG_KEYS)
  const { model = DEFAULT_MODEL, encoder = {} } = config
  check(typeof model === 'string' && model !== '', 'model', model, "a model's name, a folder or a repository")
  refuseUnknown(encoder, ENCODER_KEYS, 'encoder.')
  const { batch_size, max_length, embedding_dimension, normalize_embeddings, prompt_type } = encoder
  whole('batch_size', batch_size, 8, 48)
  whole('max_length', max_length, 256, 2048)
  whole('embedding_dimension', embedding_dimension, 1, Number.MAX_SAFE_INTEGER)
  const isFlag = normalize_embeddings === undefined || typeof normalize_embeddings === 'boolean'
  check(isFlag, 'encoder.normalize_embeddings', normalize_embeddings, 'true or false')
  const isPrompt = prompt_type === undefined || prompt_type === null || PROMPT_TYPES.includes(prompt_type)
  check(isPrompt, 'encoder.prompt_type', prompt_type, `${PROMPT_TYPES.join(', ')} or null`)
  return {
    model,
    batchSize: batch_size ?? DEFAULT_BATCH,
    maxTokens: max_length,
    dims: embedding_dimension,
    normalise: normalize_embeddings,
    promptType: prompt_type,
  }
}

function whole(key: string, value: number | undefined, least: number, most: number): void {
  const ok = value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
  check(ok, `encoder.${key}`, value, `a whole number ${range}`)
}
