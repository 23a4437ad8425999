import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { check, VmmError } from '../../core/errors.ts'
import { TRANSFORMER_FILES } from '../../hub/choose.ts'
import { exists, fileError } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { type JsonFields, jsonFields, readJsonFields } from '../../io/json_fields.ts'
import { readOptionalFile } from '../../io/read.ts'
import type { Pooling } from '../families/pooling.ts'
import type { DenseHead } from '../families/sentence_head.ts'

/** A Dense module, and the folder that has its weights. */
export interface PublishedDense {
  readonly folder: string
  readonly head: DenseHead
}

/** What a folder of sentence-transformers says beside its transformer (Reimers and Gurevych 2019, arXiv 1908.10084). */
export interface PublishedModules {
  /** The folder of the transformer's config, tokens and weights. */
  readonly transformer: string
  readonly pooling: Pooling
  /** Whether the tokens of a prompt are pooled as well. */
  readonly poolsPrompt: boolean
  readonly dense: readonly PublishedDense[]
  /** Tokens that are read, special ones included; null where nothing is said. */
  readonly maxTokens: number | null
  /** Whether texts are read in lower case, whatever their tokenizer does. */
  readonly lowerCase: boolean
  /** Texts that are put before others, by their names. */
  readonly prompts: Readonly<Record<string, string>>
  /** The name of the one that stands before texts where none is asked for. */
  readonly defaultPrompt: string | undefined
}

/** What a transformer's folder and one with modules are known by. */
export const CONFIG_FILE = 'config.json'
export const MODULES_FILE = 'modules.json'

/** Of a file: those of tokenizers list every token that was added. */
const MOST_BYTES = 1 << 24
const MOST_MODULES = 16

/**
 * Reads modules.json and the files of its modules. A folder without it is a transformer whose rows are averaged, as
 * sentence-transformers takes it.
 *
 * @param dims of a head that the folder has beside its own one, such as 2_Dense_256
 * @throws VmmError BAD_FILE naming file and field; UNSUPPORTED for modules and poolings that are not known; BAD_ARGUMENT for
 *   a head that is not there
 */
export async function readModules(folder: string, dims: number | undefined): Promise<PublishedModules> {
  const path = join(folder, MODULES_FILE)
  const listed = await readOptional(path)
  const modules = listed === null ? [{ kind: 'Transformer', folder }] : modulesOf(folder, path, listed)
  const first = modules[0]
  if (first?.kind !== 'Transformer')
    throw new VmmError(
      'UNSUPPORTED',
      `${path}: begins with ${first?.kind ?? 'nothing'}; expected Transformer`,
    )
  let pooled: PoolingModule = { pooling: 'mean', poolsPrompt: true }
  let isNormalised = false
  const folders: string[] = []
  for (const [i, { kind, folder: own }] of modules.entries()) {
    if (kind === 'Transformer' && i === 0) continue
    if (kind === 'Pooling' && i === 1) pooled = await readPooling(own)
    else if (kind === 'Dense' && !isNormalised) folders.push(own)
    else if (kind === 'Normalize' && i === modules.length - 1) isNormalised = true
    else
      throw new VmmError(
        'UNSUPPORTED',
        `${path}: module ${i} is ${kind}; expected Transformer, Pooling, Dense and Normalize, in this order`,
      )
  }
  if (dims !== undefined && folders.length > 0) folders.push(await headOf(folders.pop()!, dims))
  return {
    transformer: first.folder,
    ...pooled,
    dense: await Promise.all(folders.map(readDense)),
    ...(await readLimits(first.folder)),
    ...(await readPrompts(folder)),
  }
}

interface Module {
  readonly kind: string
  readonly folder: string
}

function modulesOf(folder: string, path: string, listed: unknown): Module[] {
  if (!Array.isArray(listed) || listed.length > MOST_MODULES)
    throw new VmmError('BAD_FILE', `${path}: expected a list of at most ${MOST_MODULES} modules`)
  return listed.map((one, i) => {
    const fields = jsonFields(`${path}: ${i}`, one)
    const inside = fields.text('path', '')
    if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|:/.test(inside))
      throw new VmmError('BAD_FILE', `${path}: ${i}: path: ${inside} leaves the folder`)
    return { kind: fields.text('type').split('.').at(-1)!, folder: join(folder, inside) }
  })
}

const POOLING_FIELDS: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'first',
  pooling_mode_max_tokens: 'max',
  pooling_mode_lasttoken: 'last',
}
const POOLING_NAMES: Readonly<Record<string, Pooling>> = {
  mean: 'mean',
  cls: 'first',
  max: 'max',
  lasttoken: 'last',
}

type PoolingModule = Pick<PublishedModules, 'pooling' | 'poolsPrompt'>

async function readPooling(folder: string): Promise<PoolingModule> {
  const json = await readJsonFields(join(folder, CONFIG_FILE))
  return { pooling: poolingOf(json), poolsPrompt: json.flag('include_prompt', true) }
}

/** Of one mode, by its name or by the flag of older files; the mean where none is set. */
function poolingOf(json: JsonFields): Pooling {
  if (json.has('pooling_mode')) return POOLING_NAMES[json.oneOf('pooling_mode', Object.keys(POOLING_NAMES))]!
  const modes = ['weightedmean_tokens', 'mean_sqrt_len_tokens'].map((mode) => `pooling_mode_${mode}`)
  const on = [...Object.keys(POOLING_FIELDS), ...modes].filter((field) => json.flag(field, false))
  if (on.length === 0) return 'mean'
  const pooling = on.length === 1 ? POOLING_FIELDS[on[0]!] : undefined
  if (!pooling)
    throw new VmmError(
      'UNSUPPORTED',
      `${json.name}: ${on.join(' and ')}; expected one of ${Object.keys(POOLING_FIELDS).join(', ')}`,
    )
  return pooling
}

const DENSE_ACTIVATIONS: Readonly<Record<string, DenseHead['activation']>> = {
  'torch.nn.modules.linear.Identity': 'none',
  'torch.nn.modules.activation.Tanh': 'tanh',
  'torch.nn.modules.activation.ReLU': 'relu',
  'torch.nn.modules.activation.GELU': 'gelu',
}

async function readDense(folder: string): Promise<PublishedDense> {
  const json = await readJsonFields(join(folder, CONFIG_FILE))
  const names = Object.keys(DENSE_ACTIVATIONS)
  for (const place of ['module_input_name', 'module_output_name']) json.only(place, 'sentence_embedding')
  json.only('use_residual', false)
  const activation = json.oneOf('activation_function', names, 'torch.nn.modules.activation.Tanh')
  const head = { dims: json.size('out_features'), bias: json.flag('bias', true) }
  return {
    folder,
    head: { ...head, activation: DENSE_ACTIVATIONS[activation]! },
  }
}

/** The folder of a Dense module that gives so many dims: beside the folder's own one there may be others. */
async function headOf(folder: string, dims: number): Promise<string> {
  const base = basename(folder).replace(/_\d+$/, '')
  const parent = dirname(folder)
  const entries = await readdir(parent).catch((error: unknown) => {
    throw fileError(parent, 'read', error)
  })
  const heads = entries.filter((name) => name.startsWith(base) && /^(_\d+)?$/.test(name.slice(base.length)))
  const found: number[] = []
  for (const name of heads) {
    // Of the heads that were left out of a download a folder may be there.
    if (!(await exists(join(parent, name, CONFIG_FILE)))) continue
    const { head } = await readDense(join(parent, name))
    if (head.dims === dims) return join(parent, name)
    found.push(head.dims)
  }
  const known = [...new Set(found)].sort((a, b) => a - b)
  check(false, 'dims', dims, `${known.join(', ')}, the heads of ${parent}`)
  return folder
}

async function readLimits(folder: string): Promise<Pick<PublishedModules, 'maxTokens' | 'lowerCase'>> {
  for (const name of TRANSFORMER_FILES) {
    const fields = await readOptionalFields(join(folder, name))
    if (fields === null) continue
    const maxTokens = fields.has('max_seq_length') ? fields.size('max_seq_length') : null
    return {
      maxTokens: maxTokens ?? (await tokenizersMost(folder)),
      lowerCase: fields.flag('do_lower_case', false),
    }
  }
  return { maxTokens: await tokenizersMost(folder), lowerCase: false }
}

/** What a tokenizer says, which a model without another limit has; numbers such as 1e30 stand for none. */
async function tokenizersMost(folder: string): Promise<number | null> {
  const fields = await readOptionalFields(join(folder, 'tokenizer_config.json'))
  if (!fields?.has('model_max_length')) return null
  const isLimit = fields.number('model_max_length') <= Number.MAX_SAFE_INTEGER
  return isLimit ? fields.size('model_max_length') : null
}

async function readPrompts(folder: string): Promise<Pick<PublishedModules, 'prompts' | 'defaultPrompt'>> {
  const fields = await readOptionalFields(join(folder, 'config_sentence_transformers.json'))
  const given = fields?.object('prompts') ?? null
  const names = given === null ? [] : Object.keys(fields!.raw('prompts') as object)
  const prompts = Object.fromEntries(names.map((name) => [name, given!.text(name, '')]))
  const defaultPrompt = fields?.has('default_prompt_name')
    ? fields.oneOf('default_prompt_name', names)
    : undefined
  return { prompts, defaultPrompt }
}

async function readOptionalFields(path: string): Promise<JsonFields | null> {
  const json = await readOptional(path)
  return json === null ? null : jsonFields(path, json)
}

async function readOptional(path: string): Promise<unknown> {
  const content = await readOptionalFile(path, MOST_BYTES)
  return content && parseJson(content.toString(), path)
}
