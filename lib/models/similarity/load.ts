import { lifetime, type Resource } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe, VmmError } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { NAMED_MODELS } from '../families/index.ts'
import { loadEncoder } from '../load_encoder.ts'
import { LOAD_OPTIONS } from '../load_options.ts'
import { encoderFolder, isPublished } from '../published/find.ts'
import { type PublishedModules, readModules } from '../published/modules.ts'
import type { LoadEncoderOptions } from '../published/options.ts'
import { readSimilarityConfig, type SimilarityConfig, type SimilaritySettings } from './config.ts'
import { readSimilarityFile } from './config_file.ts'
import { aboutHead, isStellas, lacksPrompts, refuseUnknownHead, STELLA_PROMPTS } from './stella.ts'
import { type TextSimilarity, textSimilarity } from './text_similarity.ts'

/** A similarity with an encoder of its own, which is freed with it. */
export interface LoadedSimilarity extends TextSimilarity, Resource {}

/** How its encoder is loaded, beside what the configuration says. */
export type LoadSimilarityOptions = Pick<
  LoadEncoderOptions,
  'cacheDir' | 'signal' | 'storage' | 'download' | 'revision'
>

const OPTIONS = {
  ...LOAD_OPTIONS,
  storage: true,
  download: true,
  revision: true,
} as const satisfies OptionNames<LoadSimilarityOptions>

/** The key of a configuration that an option of loadEncoder is called by. */
const KEYS: Readonly<Record<string, string>> = {
  name: 'model',
  dims: 'encoder.embedding_dimension',
  maxTokens: 'encoder.max_length',
  normalise: 'encoder.normalize_embeddings',
  prompt: 'encoder.prompt_type',
}

/**
 * Loads what tells how like two texts are, as a configuration with the keys of Stella's says (Zhang et al. 2024,
 * arXiv 2412.19048): an object, or a file of YAML or JSON. With no configuration it is stella_en_400M_v5, of which the prompt
 * for sentences stands before both texts. It takes any model that loadEncoder takes; one without prompts has none.
 *
 * @throws VmmError BAD_ARGUMENT naming the key that is wrong or does not exist, such as an embedding_dimension that no head
 *   of the model has; what readSimilarityFile and loadEncoder throw
 * @example
 * ```js
 * import { loadSimilarity } from 'vector-mamba'
 *
 * const config = { model: 'use-lite', encoder: { batch_size: 32 } } // or 'similarity.yaml'
 * const similarity = await loadSimilarity(config)
 * const cosine = await similarity.computeSimilarity('The tide was going out.', 'Water left the bay.')
 * console.log(cosine > 0.4, cosine < 1) // true true
 * similarity.dispose()
 * ```
 */
export async function loadSimilarity(
  config: SimilarityConfig | string = {},
  options: LoadSimilarityOptions = {},
): Promise<LoadedSimilarity> {
  refuseUnknown(options, OPTIONS)
  const settings =
    typeof config === 'string' ? await readSimilarityFile(config) : readSimilarityConfig(config)
  try {
    return await openSimilarity(settings, options)
  } catch (error) {
    throw withKey(error)
  }
}

type LoadsEncoder = (name: string, options: LoadEncoderOptions) => Promise<Encoder>

/** loadSimilarity of settings that were checked, with another loader for tests. Errors name the options of loadEncoder. */
export async function openSimilarity(
  settings: SimilaritySettings,
  options: LoadSimilarityOptions,
  load: LoadsEncoder = loadEncoder,
): Promise<LoadedSimilarity> {
  const { model, batchSize, promptType } = settings
  refuseUnknownHead(model, settings.dims)
  const folder = await publishedFolder(model, options)
  const modules = folder === null ? null : await readModules(folder, undefined)
  const prompts = pairPrompts(promptType, model, modules === null ? {} : await promptsOf(folder!, modules))
  if (modules !== null && !modules.poolsPrompt && (prompts.first !== '' || prompts.second !== ''))
    throw new VmmError(
      'UNSUPPORTED',
      `prompt: ${model} leaves the tokens of prompts out of its mean (include_prompt: false), which is not done here`,
      { argument: 'prompt' },
    )
  const encoder =
    modules === null
      ? await loadBundle(settings, options, load)
      : await loadPublished(settings, modules, options, load)
  const { ends } = lifetime(`${encoder.name}: the similarity was disposed`, () => encoder.dispose())
  return { ...textSimilarity(encoder, { prompts, batchSize }), ...ends }
}

/** The folder of a published model; null for a bundle. */
async function publishedFolder(model: string, options: LoadSimilarityOptions): Promise<string | null> {
  if (Object.hasOwn(NAMED_MODELS, model)) return null
  const folder = await encoderFolder(model, options)
  return (await isPublished(folder)) ? folder : null
}

async function promptsOf(folder: string, modules: PublishedModules): Promise<PublishedModules['prompts']> {
  const isBare = (await lacksPrompts(folder)) && (await isStellas(modules.transformer))
  return isBare ? STELLA_PROMPTS : modules.prompts
}

/** What stands before the texts of a pair: a prompt before both, but of s2p, whose passages have none. */
function pairPrompts(
  type: string | null | undefined,
  model: string,
  prompts: Readonly<Record<string, string>>,
): { first: string; second: string } {
  const wanted = type === undefined ? 's2s' : type
  if (wanted === null) return { first: '', second: '' }
  const name = [wanted, `${wanted}_query`].find((one) => Object.hasOwn(prompts, one))
  if (name === undefined && type !== undefined) {
    const names = Object.keys(prompts)
    const allowed = names.length === 0 ? `no prompt: ${model} has none` : `${names.join(', ')}, or no prompt`
    throw badArgument('prompt', describe(type), allowed)
  }
  const text = name === undefined ? '' : prompts[name]!
  return { first: text, second: name === 's2p' || name === 's2p_query' ? '' : text }
}

/** A bundle has one head and one length. */
async function loadBundle(
  { model, dims, maxTokens, normalise }: SimilaritySettings,
  options: LoadSimilarityOptions,
  load: LoadsEncoder,
): Promise<Encoder> {
  const own = { ...options, maxTokens, ...(normalise === false && { normalise }) }
  const encoder = await load(model, own)
  try {
    check(dims === undefined || dims === encoder.dims, 'dims', dims, `${encoder.dims}, those of ${model}`)
    return encoder
  } catch (error) {
    encoder.dispose()
    throw error
  }
}

/** Tokens of a text where nothing is said: Stella was trained on as many. */
const DEFAULT_TOKENS = 512

async function loadPublished(
  { model, dims, maxTokens, normalise }: SimilaritySettings,
  modules: PublishedModules,
  options: LoadSimilarityOptions,
  load: LoadsEncoder,
): Promise<Encoder> {
  // What stands before the texts of a pair is put there by the similarity itself.
  const own = { ...options, dims, normalise, prompt: { text: '' } }
  const isLong = maxTokens === undefined && (modules.maxTokens ?? Number.POSITIVE_INFINITY) > DEFAULT_TOKENS
  try {
    return await load(model, { ...own, maxTokens: isLong ? DEFAULT_TOKENS : maxTokens })
  } catch (error) {
    if (!(error instanceof VmmError)) throw error
    // The model has fewer positions, and nobody has asked for so many.
    if (isLong && error.argument === 'maxTokens') return load(model, own)
    if (error.argument !== 'dims' || !(await isStellas(modules.transformer))) throw error
    throw new VmmError(error.code, error.message + aboutHead(dims), { argument: 'dims', cause: error })
  }
}

/** An error of loadEncoder as one of the configuration. */
function withKey(error: unknown): unknown {
  if (!(error instanceof VmmError) || error.argument === undefined) return error
  const key = Object.hasOwn(KEYS, error.argument) ? KEYS[error.argument]! : undefined
  if (key === undefined) return error
  const begin = `${error.argument}: `
  const message = error.message.startsWith(begin)
    ? `${key}: ${error.message.slice(begin.length)}`
    : error.message
  return new VmmError(error.code, message, { argument: key, cause: error })
}
