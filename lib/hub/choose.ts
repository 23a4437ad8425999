import { parseJson } from '../io/json.ts'
import { HubError } from './errors.ts'
import { checkInside } from './identifiers.ts'

/** What the config of sentence-transformers' Transformer module is called: once by the kind of its model. */
export const TRANSFORMER_FILES = [
  ...['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'],
].map((kind) => `sentence_${kind}_config.json`)

/** What a transformer's folder has beside its weights. */
const NAMES = [
  ...[
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'added_tokens.json',
  ],
  ...['vocab.txt', 'vocab.json', 'merges.txt', 'spiece.model', 'tokenizer.model', 'sentencepiece.bpe.model'],
  ...['modules.json', 'config_sentence_transformers.json'],
  ...TRANSFORMER_FILES,
]
/** Any of these is enough to know the tokens. */
const TOKENIZERS = [
  ['tokenizer.json'],
  ['vocab.txt'],
  ['vocab.json', 'merges.txt'],
  ['spiece.model'],
  ['tokenizer.model'],
  ['sentencepiece.bpe.model'],
]
/** Weights by what is preferred; an index names files beside it. */
const WEIGHTS = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
]
/** Models whose repositories have no tokenizer. */
const TOKENLESS: readonly unknown[] = ['InversionModel', 'CorrectorEncoderModel']
/** Folders of modules, the one in use and others: 1_Pooling, 2_Dense_1024. */
const MODULE = /^\d+_[\w-]+$/
const MODULE_FILE = /(?<!\.index)\.json$|\.txt$|\.model$/
/** Modules of sentence-transformers that are nothing without their config, and without their weights. */
const CONFIGURED = /(^|\.)(Pooling|Dense)$/
const WEIGHTED = /(^|\.)Dense$/

/** A module of modules.json. */
interface Module {
  readonly folder: string
  readonly type: string
}

/**
 * The files of a repository that make a model: config, tokenizer, modules, and one kind of weights, safetensors before
 * .bin. Code, and the weights of other programs, are left out. The weights come last, those of the transformer at the end.
 *
 * @param paths what the repository has
 * @param read gives a file of it: modules.json and the indexes of weights
 * @param about for messages: whose files they are
 * @throws HubError `entry` naming what is missing, `listing` for a module or a part of weights that lies elsewhere;
 *   VmmError BAD_FILE for what is not JSON; what `read` throws
 */
export async function chooseFiles(
  paths: readonly string[],
  read: (path: string) => Promise<string>,
  about: string,
): Promise<string[]> {
  const lacks = (what: string) => new HubError('entry', `${about}: it has no ${what}`)
  const has = new Set(paths)
  const modules = has.has('modules.json') ? modulesOf(await read('modules.json')) : []
  const main = modules[0]?.folder ?? ''
  const named = modules.map(({ folder }) => folder)
  const alike = paths
    .map((path) => path.slice(0, Math.max(0, path.indexOf('/'))))
    .filter((folder) => MODULE.test(folder))
  const folders = [...new Set(['', ...named, ...alike].filter((folder) => folder !== main)), main]

  const plain: string[] = []
  const weights: string[] = []
  for (const folder of folders) {
    plain.push(...paths.filter((path) => isIn(folder, path) && isWanted(folder, path)))
    weights.push(...(await weightsOf(folder, has, read)))
  }

  const configured = modules.filter(({ type }) => CONFIGURED.test(type)).map(({ folder }) => folder)
  for (const path of [main, ...configured].map((folder) => inside(folder, 'config.json')))
    if (!has.has(path)) throw lacks(path)
  const weighted = modules.filter(({ type }) => WEIGHTED.test(type)).map(({ folder }) => folder)
  for (const folder of [main, ...weighted])
    if (!weights.some((path) => isIn(folder, path)))
      throw lacks(`weights that are read here: neither ${inside(folder, WEIGHTS[0]!)} nor ${WEIGHTS[2]}`)
  const hasTokenizer = TOKENIZERS.some((files) => files.every((file) => has.has(inside(main, file))))
  if (!hasTokenizer && !isWithoutTokens(await read(inside(main, 'config.json'))))
    throw lacks(`tokenizer that is read here: none of ${TOKENIZERS.flat().join(', ')}`)
  return [...plain, ...weights]
}

/** Pairs of vec2text and the original Mambas have the tokens of other models, and no files of their own for them. */
function isWithoutTokens(config: string): boolean {
  const { architectures, ssm_cfg } = (parseJson(config, 'config.json') ?? {}) as Record<string, unknown>
  const named = Array.isArray(architectures) ? architectures : []
  return ssm_cfg !== undefined || named.some((name) => TOKENLESS.includes(name))
}

function inside(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`
}

/** Whether a path is a file of a folder, not of one below it. */
function isIn(folder: string, path: string): boolean {
  return path.lastIndexOf('/') === (folder === '' ? -1 : folder.length) && path.startsWith(folder)
}

function isWanted(folder: string, path: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1)
  return NAMES.includes(file) || (folder !== '' && MODULE_FILE.test(file))
}

function modulesOf(text: string): Module[] {
  const modules = parseJson(text, 'modules.json')
  if (!Array.isArray(modules)) throw new HubError('listing', 'modules.json: not a list of modules')
  return modules.map((module: { path?: unknown; type?: unknown } | null) => {
    const { path = '', type } = module ?? {}
    if (path !== '') checkInside(path, 'modules.json')
    return { folder: path as string, type: String(type) }
  })
}

/** One kind of weights of a folder, with its index where they are in parts; nothing for a folder without any. */
async function weightsOf(
  folder: string,
  has: ReadonlySet<string>,
  read: (path: string) => Promise<string>,
): Promise<string[]> {
  const file = WEIGHTS.map((name) => inside(folder, name)).find((path) => has.has(path))
  if (file === undefined) return []
  if (!file.endsWith('.index.json')) return [file]
  const { weight_map: parts } = (parseJson(await read(file), file) ?? {}) as { weight_map?: unknown }
  if (typeof parts !== 'object' || parts === null) throw new HubError('listing', `${file}: no weight_map`)
  const paths = [...new Set<unknown>(Object.values(parts))].map((part) => {
    checkInside(part, file)
    return inside(folder, part)
  })
  const missing = paths.find((path) => !has.has(path))
  if (missing !== undefined) throw new HubError('entry', `no ${missing}, which ${file} names`)
  return [file, ...paths.sort()]
}
