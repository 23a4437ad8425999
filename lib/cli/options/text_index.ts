import { dirname, resolve } from 'node:path'
import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
import type { Encoder } from '../../core/encoder.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { isFolder } from '../../io/look.ts'
import type { LoadEncoderOptions } from '../../models/published/options.ts'
import { createIndex, type TextIndex } from '../../search/text_index/text_index.ts'
import type { ConceptStore, SpaceModel } from '../../store/store.ts'
import { UsageError } from '../command.ts'
import type { CliContext } from '../context.ts'

/** The options of loadEncoder that a store remembers. */
const REMEMBERED = ['dims', 'truncate', 'prompt', 'maxTokens', 'storage', 'compute'] as const
export type ModelOptions = Pick<LoadEncoderOptions, (typeof REMEMBERED)[number]>

export interface OpenIndex {
  /** A path or an address; see openStore. */
  readonly store: string
  /** Whether a store that is missing is made. */
  readonly create: boolean
  /** The model that is asked for; the one that the store remembers where it is left out. */
  readonly model: string | undefined
  readonly options: ModelOptions
  readonly passageTokens?: number | undefined
  /** What stands before queries alone. */
  readonly queryPrompt?: string | undefined
}

/** An index that is open, with its model. */
export interface OpenedIndex {
  readonly index: TextIndex
  readonly model: Encoder
  /** The folder that documents are named in. */
  readonly root: string
}

/** Opens an index with its model, hands it to `use`, and closes both. Throws UsageError where a store has several models. */
export async function withIndex(
  asked: OpenIndex,
  context: CliContext,
  use: (opened: OpenedIndex) => Promise<void>,
): Promise<void> {
  const { signal, env } = context
  const engine = await context.engine()
  await using store = await engine.openStore(asked.store, { create: asked.create })
  const remembered = rememberedModel(store, asked)
  const name = asked.model ?? remembered?.name
  const options = { ...loadOptions(remembered), ...given(asked.options) }
  const cacheDir = cacheDirectory(env)
  const load = (more: ModelOptions) => engine.loadEncoder(name, { ...options, ...more, signal, cacheDir })
  await using model = await load({})
  const { queryPrompt: prompt, passageTokens } = asked
  await using queryModel = prompt === undefined ? null : await load({ prompt })
  const root = asked.store.includes('://') ? process.cwd() : dirname(resolve(asked.store))
  const loadedBy = {
    name: await lastingName(name ?? BUNDLE_KINDS.encoder.default),
    options: loadedWith(options),
  }
  await using index = await createIndex(model, {
    store,
    root,
    passageTokens,
    loadedBy,
    ...(queryModel !== null && { queryModel }),
  })
  await use({ index, model, root })
}

/** What a store says of the model that is asked for, or of its only one. */
export function rememberedModel(
  store: Pick<ConceptStore, 'models'>,
  { model, store: place }: Pick<OpenIndex, 'model' | 'store'>,
): SpaceModel | undefined {
  const models = [...store.models.values()]
  if (model !== undefined) return models.find(({ name }) => name === model || name === resolve(model))
  if (models.length <= 1) return models[0]
  const names = models.map(({ name }) => name).join(', ')
  throw new UsageError(`${place} has vectors of several models: name one with --model (${names})`)
}

/** What the store's file says may be anything: of it, these options alone are taken. loadEncoder checks them. */
export function loadOptions(remembered: SpaceModel | undefined): ModelOptions {
  const entries = REMEMBERED.map((key) => [key, remembered?.options[key]])
  return given(Object.fromEntries(entries) as ModelOptions)
}

function given(options: ModelOptions): ModelOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function loadedWith(options: ModelOptions): SpaceModel['options'] {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, value as string | number | boolean]),
  )
}

/** A folder by its whole path, so that the model is found from elsewhere too. */
async function lastingName(name: string): Promise<string> {
  return /[./\\]/.test(name) && (await isFolder(name)) ? resolve(name) : name
}
