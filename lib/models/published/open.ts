import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { check, describe, VmmError } from '../../core/errors.ts'
import { repositoryOf } from '../../hub/names.ts'
import { type JsonFields, readJsonFields } from '../../io/json_fields.ts'
import { readPublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { openCheckpoint } from '../../weights/checkpoint.ts'
import { preparedWeights } from '../../weights/prepared.ts'
import { familyEncoder } from '../encoder/family_encoder.ts'
import type { EncoderFamily } from '../families/define.ts'
import { FAMILIES } from '../families/index.ts'
import type { SentenceConfig } from '../families/sentence_head.ts'
import { identityOf } from './identity.ts'
import { CONFIG_FILE, type PublishedModules, readModules } from './modules.ts'
import type { LoadEncoderOptions } from './options.ts'
import { promptText } from './prompt.ts'
import { promptedTokenizer } from './tokenizer.ts'
import { preparation, publishedWeights, type WeightSource } from './weights.ts'

/**
 * An encoder from a folder as it is published on the Hugging Face hub, with or without the modules of sentence-transformers.
 *
 * @param name what it is asked for by; a repository and its short name have one space
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED naming file and field, and the architecture that no family reads;
 *   BAD_ARGUMENT for dims, prompts and lengths that the model does not have
 */
export async function openPublished(
  folder: string,
  name: string,
  cacheDir: string,
  options: LoadEncoderOptions,
): Promise<Encoder> {
  const { dims, truncate = false, signal, storage, compute, head = true, onProgress } = options
  const found = await readModules(folder, head && !truncate ? dims : undefined)
  const modules = head ? found : { ...found, dense: [] }
  const json = await readJsonFields(join(modules.transformer, CONFIG_FILE))
  const family = familyOf(json)
  const prompt = promptText(options.prompt, modules)
  if (prompt !== '' && !modules.poolsPrompt)
    throw new VmmError(
      'UNSUPPORTED',
      `${folder}: include_prompt: its pooling leaves prompts out; expected true`,
    )
  const nameless = configOf(family, json, modules, options)
  const specs = family.parameters(nameless)
  using sources = await openSources(family, modules)
  const tensors = publishedWeights(specs, sources.all, storage, null, family.table)
  const use = { tensors, prompt, compute, cacheDir, signal }
  const {
    space,
    fingerprint,
    weights: key,
  } = await identityOf(repositoryOf(name) ?? name, modules, nameless, use)
  const config = { ...nameless, space }
  const own = await readPublishedTokenizer(modules.transformer)
  const rows = specs[family.table]!.shape[0]!
  if (own.size > rows)
    throw new VmmError(
      'BAD_FILE',
      `${modules.transformer}: a tokenizer of ${own.size} tokens; the model has ${rows} embeddings`,
    )
  const { capacityTokens } = config
  const specials = own.encode('').length
  check(
    capacityTokens >= specials,
    'maxTokens',
    capacityTokens,
    `${specials} or more, the tokens of an empty text`,
  )
  const fits = prompt === '' || own.encode(prompt).length < capacityTokens
  check(fits, 'prompt', prompt, `less than ${capacityTokens} tokens`)
  const { lowerCase } = modules
  const tokenizer = promptedTokenizer(own, { prompt, lowerCase, empty: own.padId ?? endOf(json, rows) })
  const weights = await preparedWeights(
    join(cacheDir, 'weights', key),
    preparation(tensors, { signal, onProgress }),
    signal,
  )
  const parts = { name, fingerprint, config, weights, tokenizer, compute }
  return familyEncoder(family, { ...parts, tokens: null, guide: null })
}

/** The token that stands for the end of a text, of those that have an embedding. */
function endOf(json: JsonFields, rows: number): number | undefined {
  return ['pad_token_id', 'eos_token_id']
    .map((field) => json.raw(field) as number)
    .find((id) => Number.isInteger(id) && id >= 0 && id < rows)
}

function familyOf(json: JsonFields): EncoderFamily {
  const type: unknown = json.raw('model_type')
  const family = FAMILIES.find(({ published }) => published?.modelTypes.some((own) => own === type))
  if (family) return family
  const known = FAMILIES.flatMap(({ published }) => published?.modelTypes ?? []).sort()
  throw new VmmError(
    'UNSUPPORTED',
    `${json.name}: model_type: got ${describe(type)}; expected ${known.join(', ')}`,
  )
}

/** The config of a family that has a sentence's head. */
function configOf(
  family: EncoderFamily,
  json: JsonFields,
  modules: PublishedModules,
  { head = true, truncate = false, normalise, maxTokens, dims: wanted }: LoadEncoderOptions,
): SentenceConfig {
  const { pooling, dense } = modules
  const own = family.published!.config(json, pooling) as Partial<SentenceConfig> & {
    readonly capacityTokens: number
  }
  const width = own.width!
  const heads = dense.map((one) => one.head)
  const whole = heads.at(-1)?.dims ?? width
  const isThere = wanted === undefined || wanted === whole || (truncate && wanted < whole)
  const fewer = truncate
    ? `at most ${whole}`
    : `${whole}: this model has one head, of which truncate: true keeps fewer`
  check(isThere, 'dims', wanted, fewer)
  const dims = wanted ?? whole
  check(
    maxTokens === undefined || maxTokens <= own.capacityTokens,
    'maxTokens',
    maxTokens,
    `at most ${own.capacityTokens}, the positions of the model`,
  )
  const capacityTokens = maxTokens ?? Math.min(modules.maxTokens ?? own.capacityTokens, own.capacityTokens)
  const given = { ...own, capacityTokens, dims, pooling, dense: heads, normalise: normalise ?? head }
  try {
    return family.config(given) as SentenceConfig
  } catch (error) {
    throw new VmmError('BAD_FILE', `${json.name}: ${(error as Error).message}`, { cause: error })
  }
}

/** The files of weights of the transformer and of the Dense modules. */
async function openSources(family: EncoderFamily, { transformer, dense }: PublishedModules) {
  const parts = [
    { folder: transformer, rename: family.published!.tensors },
    ...dense.map(({ folder }, i) => ({
      folder,
      rename: (name: string) => name.replace(/^linear\./, `dense.${i}.`),
    })),
  ]
  const all: WeightSource[] = []
  const dispose = () => {
    for (const { checkpoint } of all) checkpoint.dispose()
  }
  try {
    for (const part of parts) all.push({ checkpoint: await openCheckpoint(part.folder), ...part })
    return { all, [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}
