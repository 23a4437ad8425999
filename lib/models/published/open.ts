import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { check, describe, VmmError } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { fileError } from '../../io/files.ts'
import { sha256Once } from '../../io/hash_once.ts'
import { type JsonFields, readJsonFields } from '../../io/json_fields.ts'
import { readPublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { findCheckpoint, openCheckpoint } from '../../weights/checkpoint.ts'
import { packWeights } from '../../weights/pack.ts'
import type { ParameterSpecs } from '../../weights/specs.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { familyEncoder } from '../encoder/family_encoder.ts'
import type { EncoderFamily } from '../families/define.ts'
import { FAMILIES } from '../families/index.ts'
import type { SentenceConfig } from '../families/sentence_head.ts'
import { CONFIG_FILE, type PublishedModules, readModules } from './modules.ts'
import type { LoadEncoderOptions } from './options.ts'
import { promptText } from './prompt.ts'
import { promptedTokenizer } from './tokenizer.ts'
import { publishedWeights } from './weights.ts'

/**
 * An encoder from a folder as it is published on the Hugging Face hub, with or without the modules of sentence-transformers.
 *
 * @param name what the folder is called, for the name of the space
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED naming file and field, and the architecture that no family reads;
 *   BAD_ARGUMENT for dims, prompts and lengths that the model does not have
 */
export async function openPublished(
  folder: string,
  name: string,
  cacheDir: string,
  options: LoadEncoderOptions,
): Promise<Encoder> {
  const { dims, signal, storage, head = true } = options
  const modules = await readModules(folder, head ? dims : undefined)
  const json = await readJsonFields(join(modules.transformer, CONFIG_FILE))
  const family = familyOf(json)
  const prompt = promptText(options.prompt, modules.prompts)
  const fingerprint = await fingerprintOf(folder, modules, { cacheDir, prompt, options })
  const config = configOf(family, json, modules, spaceOf(name, fingerprint), options)
  const own = await readPublishedTokenizer(modules.transformer)
  const specs = family.parameters(config)
  const rows = specs[family.table]!.shape[0]!
  if (own.size > rows)
    throw new VmmError(
      'BAD_FILE',
      `${modules.transformer}: a tokenizer of ${own.size} tokens; the model has ${rows} embeddings`,
    )
  const empty = ['pad_token_id', 'eos_token_id'].map((field) => json.raw(field)).find(Number.isInteger)
  const tokenizer = promptedTokenizer(own, prompt, own.padId ?? (empty as number | undefined))
  const fits = prompt === '' || own.encode(prompt).length < config.capacityTokens
  check(fits, 'prompt', prompt, `less than ${config.capacityTokens} tokens`)
  const weights = await openModules(family, specs, head ? modules : { ...modules, dense: [] }, {
    storage,
    signal,
  })
  return familyEncoder(family, { name, fingerprint, config, weights, tokenizer, tokens: null, guide: null })
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
  space: string,
  { head = true, normalise, maxTokens, dims: wanted }: LoadEncoderOptions,
): SentenceConfig {
  const { pooling, dense } = modules
  const own = family.published!.config(json, pooling) as Partial<SentenceConfig> & {
    readonly capacityTokens: number
  }
  const width = own.width!
  const heads = head ? dense.map((one) => one.head) : []
  const dims = heads.at(-1)?.dims ?? width
  check(wanted === undefined || wanted === dims, 'dims', wanted, `${dims}: this model has one head`)
  check(
    maxTokens === undefined || maxTokens <= own.capacityTokens,
    'maxTokens',
    maxTokens,
    `at most ${own.capacityTokens}, the positions of the model`,
  )
  const capacityTokens = maxTokens ?? Math.min(modules.maxTokens ?? own.capacityTokens, own.capacityTokens)
  const given = { ...own, capacityTokens, space, dims, pooling, dense: heads, normalise: normalise ?? head }
  try {
    return family.config(given) as SentenceConfig
  } catch (error) {
    throw new VmmError('BAD_FILE', `${json.name}: ${(error as Error).message}`, { cause: error })
  }
}

/** Weights of the transformer and of the Dense modules, packed. */
async function openModules(
  family: EncoderFamily,
  specs: ParameterSpecs,
  { transformer, dense }: PublishedModules,
  { storage, ...run }: CallOptions & Pick<LoadEncoderOptions, 'storage'>,
): Promise<WeightSet> {
  const parts = [
    { folder: transformer, rename: family.published!.tensors },
    ...dense.map(({ folder }, i) => ({
      folder,
      rename: (name: string) => name.replace(/^linear\./, `dense.${i}.`),
    })),
  ]
  const sources = []
  try {
    for (const { folder, rename } of parts)
      sources.push({ checkpoint: await openCheckpoint(folder), folder, rename })
    return await packWeights(await publishedWeights(specs, sources, storage, run), specs, run)
  } finally {
    for (const { checkpoint } of sources) checkpoint.dispose()
  }
}

/** Files beside the weights that decide vectors. */
const DECISIVE =
  /^((config|modules|config_sentence_transformers|sentence_bert_config|tokenizer|tokenizer_config|vocab)\.json|(vocab|merges)\.txt|.*\.model)$/

/** All that decides the vectors, as one hash. */
async function fingerprintOf(
  folder: string,
  { transformer, dense }: PublishedModules,
  {
    cacheDir,
    prompt,
    options: { dims, maxTokens, normalise, head, storage },
  }: { readonly cacheDir: string; readonly prompt: string; readonly options: LoadEncoderOptions },
): Promise<string> {
  const parts: string[] = [JSON.stringify({ prompt, dims, maxTokens, normalise, head, storage })]
  for (const own of new Set([folder, transformer, ...dense.map((one) => one.folder)])) {
    const names = await readdir(own).catch((error: unknown) => {
      throw fileError(own, 'read', error)
    })
    const small = names.filter((name) => DECISIVE.test(name)).sort()
    const paths = small.map((name) => join(own, name))
    if (own !== folder || own === transformer) paths.push(...(await findCheckpoint(own)))
    for (const path of paths) parts.push(`${basename(path)} ${await sha256Once(path, cacheDir)}`)
  }
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}

const LONGEST_NAME = 48

/** A space of its own for all that differs: models, heads, prompts, lengths. */
function spaceOf(name: string, fingerprint: string): string {
  const plain = basename(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '')
  return `${plain || 'encoder'}-${fingerprint.slice(0, 8)}`
}
