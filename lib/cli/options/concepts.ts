import { openConcepts } from '../../concepts/store/open.ts'
import { type ConceptSource, wordNet } from '../../concepts/store/source.ts'
import type { ConceptStore } from '../../store/store.ts'
import { type Options, UsageError, type Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { Progress } from '../output/progress.ts'
import { type LoadedModel, withModel } from './model.ts'
import { type ModelValues, withStore } from './store.ts'

/** Whose concepts are meant. */
export const CONCEPT_OPTIONS = {
  store: {
    type: 'string',
    value: 'PLACE',
    help: 'the store whose concepts are meant, such as vmm index makes (default: texts of WordNet)',
  },
} as const satisfies Options

/** Loads a model, and hands it to `use` with what opens the concepts, which is then to be disposed of. */
export async function withConcepts(
  values: ModelValues & Values<typeof CONCEPT_OPTIONS> & { readonly all?: boolean | undefined },
  context: CliContext,
  use: (loaded: LoadedModel, open: () => Promise<ConceptStore>) => Promise<void>,
): Promise<void> {
  const { store: place, all } = values
  if (place === undefined)
    return withModel(values, context, (loaded) =>
      use(loaded, () =>
        openSource(wordNet(all ? 'all' : 'used'), 'the concepts of WordNet', loaded, context),
      ),
    )
  if (all) throw new UsageError('--all is of WordNet: it means nothing with --store')
  await withStore(place, values, context, (store, loaded) => use(loaded, async () => store))
}

/** Opens the store of some concepts, which are encoded when they are new, with a bar for the waiting. */
export async function openSource(
  concepts: ConceptSource,
  what: string,
  { model, options, cacheDir }: Pick<LoadedModel, 'model' | 'options' | 'cacheDir'>,
  context: CliContext,
): Promise<ConceptStore> {
  using progress = new Progress(`Encoding ${what}, once`, context)
  const onProgress = (done: number, total: number) => progress.update(done, total)
  const { signal, threads } = options
  return openConcepts(model, { signal, threads, concepts, cacheDir, onProgress })
}
