import type { ConceptStore } from '../../store/store.ts'
import type { Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type LoadedModel, type MODEL_OPTIONS, withModel } from './model.ts'
import type { PUBLISHED_OPTIONS } from './published.ts'
import { loadOptions, rememberedModel } from './text_index.ts'

export type ModelValues = Values<typeof MODEL_OPTIONS> & Partial<Values<typeof PUBLISHED_OPTIONS>>

/** Opens a store that is there, with the model that the options name or that it remembers, and frees both after `use`. */
export async function withStore(
  place: string,
  values: ModelValues,
  context: CliContext,
  use: (store: ConceptStore, loaded: LoadedModel) => Promise<void>,
): Promise<void> {
  const engine = await context.engine()
  await using store = await engine.openStore(place, { create: false })
  await withModel(withRemembered(values, place, store), context, (loaded) => use(store, loaded))
}

/** As withStore where a place is given; as withModel where none is, with null for the store. */
export async function withModelOrStore(
  place: string | undefined,
  values: ModelValues,
  context: CliContext,
  use: (loaded: LoadedModel, store: ConceptStore | null) => Promise<void>,
): Promise<void> {
  if (place === undefined) await withModel(values, context, (loaded) => use(loaded, null))
  else await withStore(place, values, context, (store, loaded) => use(loaded, store))
}

/** The options, with what the store remembers of its model where they say nothing. */
function withRemembered(
  values: ModelValues,
  place: string,
  store: Pick<ConceptStore, 'models'>,
): ModelValues {
  const remembered = rememberedModel(store, { model: values.model, store: place })
  if (remembered === undefined) return values
  const { maxTokens, ...options } = loadOptions(remembered)
  const known = { model: remembered.name, ...options, 'max-tokens': maxTokens }
  const texts = Object.entries(known).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(texts.map(([key, value]) => [key, String(value)])), ...values }
}
