import type { Value } from '../../../graph/value.ts'
import type { JsonFields } from '../../../io/json_fields.ts'
import type { Weights } from '../../../layers/weights.ts'
import type { Shape } from '../../../tensor/shape.ts'
import type { ParameterSpecs } from '../../../weights/specs.ts'

/** What the configs of all families of language models have. Plain JSON. */
export interface LanguageConfig {
  /** Rows of the table of tokens, and logits of a row. */
  readonly vocabulary: number
  /** Width of the hidden rows that the head reads. */
  readonly width: number
  /** Tokens of a sequence at most, those that are written included; null where nothing limits them. */
  readonly contextTokens: number | null
}

/**
 * What a decoding keeps of its sequences, by kind:
 * - `tokens`: a row for each token, such as keys and values: [sequences, capacity, ...shape], shape [width]
 * - `sequence`: the same size at any length, zeros where a sequence begins: [sequences, ...shape]
 * - `memory`: a row for each token that `encode` has read, one prompt after another: [1, capacity, ...shape], shape [width]
 */
export interface StateSpec {
  readonly kind: 'tokens' | 'sequence' | 'memory'
  readonly shape: Shape
  readonly dtype: 'f32' | 'bf16' | 'f16'
}

/** Tokens of several texts, one text after another. */
export interface PackedIds {
  /** i32 [rows] */
  readonly ids: Value
  /** i32 [rows]: the place of each token in its text, from 0 on. */
  readonly positions: Value
  /** i32 [sequences + 1]: sequence s has the rows offsets[s] … offsets[s + 1], which may be none. */
  readonly offsets: Value
}

/** The next tokens of some sequences: whole prompts, parts of them, or one token each. */
export interface NextTokens extends PackedIds {
  /** i32 [rows]: the sequence of each token. With `positions` the place of its row in states of kind `tokens`. */
  readonly sequences: Value
  /**
   * i32 [sequences, 2]: which rows of a state of kind `tokens`, as [sequences · capacity, width], each sequence sees once
   * its new ones are put in: from its first one to its last one. Attention takes it as kvRange, with causal: true.
   */
  readonly seen: Value
  /** i32 [sequences, 2]: which rows of states of kind `memory` each sequence sees; null for families without `encode`. */
  readonly memory: Value | null
  /** By the names of `states`. */
  readonly states: Readonly<Record<string, Value>>
}

export interface Advanced {
  /** f32 [rows, width]: what the head makes the logits of the token after each of. */
  readonly hidden: Value
  /** New values of the states of kinds `tokens` (by cacheAppend) and `sequence`. */
  readonly states: Readonly<Record<string, Value>>
}

/**
 * An architecture of published language models: all that reading folders, writing texts and scoring them need to know of it.
 * The head is one product for all families: logits = hidden · `head.weight`ᵀ (+ `head.bias` where there is one).
 */
export interface LanguageFamily<C extends LanguageConfig = LanguageConfig> {
  /** `model_type` of config.json. */
  readonly modelTypes: readonly string[]
  /** Whether a config.json without `model_type` is of this family. Default: none is. */
  readonly claims?: ((json: JsonFields) => boolean) | undefined
  /** Repositories with the tokenizer of such ones, which have none beside them. */
  readonly tokenizers?: readonly string[] | undefined
  /** What config.json says. Throws VmmError by the reader, and BAD_ARGUMENT naming a field whose value does not fit. */
  config(json: JsonFields): C
  /** Its own name of a tensor of a checkpoint; null for one that it does without, such as a mask. */
  tensors(name: string): string | null
  /** Whether a tensor, by its own name, lies in the checkpoint as [in, out]. Default: none does. */
  readonly transposed?: ((name: string) => boolean) | undefined
  /** Every parameter by name, `head.weight` [vocabulary, width] as a matrix among them. */
  parameters(config: C): ParameterSpecs
  /** The parameter that is the weight of the head as well; null where a checkpoint has `head.weight` itself. */
  tied(config: C): string | null
  /**
   * Whether a weight is of a product without a bias of which the model tells `linear` how many outputs it has, so that it can be
   * packed where these do not fill panels. Default: none but the head.
   */
  readonly sized?: ((weight: string) => boolean) | undefined
  states(config: C): Readonly<Record<string, StateSpec>>
  /** The model over the next tokens of its sequences: the same bits for a sequence alone and among others. */
  advance(config: C, w: Weights, next: NextTokens): Advanced
  /** Rows for the states of kind `memory`, [rows, width] each, of prompts; null for a family that has no encoder. */
  readonly encode: ((config: C, w: Weights, prompts: PackedIds) => Readonly<Record<string, Value>>) | null
}

/** A family of language models, in one place: lib/models/lm/families/index.ts lists them. */
export function defineLanguageFamily<C extends LanguageConfig>(family: LanguageFamily<C>): LanguageFamily {
  return family as unknown as LanguageFamily
}
