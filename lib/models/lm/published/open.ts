import { join } from 'node:path'
import { describe, VmmError } from '../../../core/errors.ts'
import { type JsonFields, readJsonFields } from '../../../io/json_fields.ts'
import { openCheckpoint } from '../../../weights/checkpoint.ts'
import { preparedWeights } from '../../../weights/prepared.ts'
import { languageIdentity } from '../../published/identity.ts'
import { CONFIG_FILE } from '../../published/modules.ts'
import { preparation, publishedWeights } from '../../published/weights.ts'
import type { LanguageConfig, LanguageFamily } from '../families/define.ts'
import { LANGUAGE_FAMILIES } from '../families/index.ts'
import { languageNetwork } from '../network.ts'
import { makeTextGenerator, type TextGenerator, type TextGeneratorParts } from '../text_generator.ts'
import { findTokenizer } from './find_tokenizer.ts'
import type { LoadTextGeneratorOptions } from './options.ts'
import { readSpecialTokens } from './special_tokens.ts'

/** The parameter that makes logits; see LanguageFamily. */
const HEAD = 'head.weight'

/** A language model from a folder as it is published on the Hugging Face hub; see openLanguageParts. */
export async function openTextGenerator(
  folder: string,
  name: string,
  cacheDir: string,
  options: LoadTextGeneratorOptions,
): Promise<TextGenerator> {
  return makeTextGenerator({ name, ...(await openLanguageParts(folder, cacheDir, options)) })
}

/**
 * What a text generator is made of, from a folder as it is published.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED naming file and field, and the architecture that no family reads
 */
export async function openLanguageParts(
  folder: string,
  cacheDir: string,
  { tokenizer: asked, storage, compute = 'f32', signal, onProgress }: LoadTextGeneratorOptions,
): Promise<Omit<TextGeneratorParts, 'name'>> {
  const json = await readJsonFields(join(folder, CONFIG_FILE))
  const family = familyOf(json)
  const config = configOf(family, json)
  const specs = family.parameters(config)
  using checkpoint = await openCheckpoint(folder)
  const { tensors: rename, transposed } = family
  const head = { weight: HEAD, tied: family.tied(config), isSized: family.sized }
  const tensors = publishedWeights(specs, [{ checkpoint, folder, rename, transposed }], storage, head)
  const found = await findTokenizer(folder, asked, (family.claims?.(json) && family.tokenizers) || [])
  const { tokenizer } = found
  const { vocabulary } = config
  if (tokenizer.size > vocabulary)
    throw new VmmError(
      'BAD_FILE',
      `${found.folder}: a tokenizer of ${tokenizer.size} tokens; the model has ${vocabulary} embeddings`,
    )
  const special = await readSpecialTokens({ folder, json }, found, vocabulary)
  const use = { tensors, compute, cacheDir, signal }
  const { fingerprint, weights: key } = await languageIdentity(folder, found.folder, config, use)
  const weights = await preparedWeights(
    join(cacheDir, 'weights', key),
    preparation(tensors, { signal, onProgress }),
    signal,
  )
  const network = languageNetwork(family, config, weights, compute)
  return { fingerprint, network, tokenizer, special }
}

function familyOf(json: JsonFields): LanguageFamily {
  const type = json.raw('model_type') ?? null
  const family = LANGUAGE_FAMILIES.find((one) =>
    type === null ? one.claims?.(json) : one.modelTypes.some((own) => own === type),
  )
  if (family) return family
  const known = LANGUAGE_FAMILIES.flatMap(({ modelTypes }) => modelTypes).sort()
  throw new VmmError(
    'UNSUPPORTED',
    `${json.name}: model_type: got ${describe(type)}; expected ${known.join(', ')}, which write texts`,
  )
}

function configOf(family: LanguageFamily, json: JsonFields): LanguageConfig {
  try {
    return family.config(json)
  } catch (error) {
    if (!(error instanceof VmmError) || error.code !== 'BAD_ARGUMENT') throw error
    throw new VmmError('BAD_FILE', `${json.name}: ${error.message}`, { cause: error })
  }
}
