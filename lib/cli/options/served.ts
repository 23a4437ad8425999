import type { ServerEngine, TellProgress } from 'vector-mamba-server'
import { storeBank } from '../../concepts/bank/store_bank.ts'
import { wordNetDomains } from '../../concepts/domains/wordnet/domains.ts'
import { openConcepts } from '../../concepts/store/open.ts'
import type { Resource } from '../../core/disposable.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { Options, Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { Progress } from '../output/progress.ts'
import { CONCEPT_OPTIONS } from './concepts.ts'
import { INVERTER_OPTION } from './inverter.ts'
import type { LoadedModel } from './model.ts'
import { findFitting } from './packages.ts'
import { PREDICTOR_OPTION } from './predictor.ts'

/** What is served beside the model. */
export const SERVED_OPTIONS = {
  ...CONCEPT_OPTIONS,
  ...PREDICTOR_OPTION,
  ...INVERTER_OPTION,
  generator: {
    type: 'string',
    value: 'NAME',
    help: 'folder, repository or short name of a published language model, for /generate',
  },
} as const satisfies Options

/** Definitions of WordNet are no sentences. */
const EXAMPLES = { types: ['example'] }

/** What a server serves, each part loaded when it is asked to, and what frees the parts. */
export interface Served extends AsyncDisposable {
  readonly engine: ServerEngine
}

/** @param store that of --store, which stays the caller's; null for the concepts of WordNet and their domains */
export async function servedBy(
  values: Values<typeof SERVED_OPTIONS>,
  { model, engine, options: { signal, threads }, cacheDir }: LoadedModel,
  store: ConceptStore | null,
  context: CliContext,
): Promise<Served> {
  const { space } = model
  const loaded: Pick<Resource<unknown>, 'dispose'>[] = []
  const keep = async <T extends Resource<unknown>>(loading: Promise<T>): Promise<T> => {
    const part = await loading
    loaded.push(part)
    return part
  }
  const predictor = await findFitting('predictor', values.predictor, space, 'no /predict', context)
  const inverter = await findFitting('inverter', values.inverter, space, 'no /invert', context)
  const { generator } = values
  const openWordNet = async (tell: TellProgress) => {
    using progress = new Progress('Encoding the concepts of WordNet, once', context)
    const onProgress = (done: number, total: number) => {
      progress.update(done, total)
      tell(done, total)
    }
    return await keep(openConcepts(model, { signal, threads, cacheDir, onProgress }))
  }
  let concepts = store
  return {
    engine: {
      encoder: model,
      concepts: async (tell) => {
        concepts ??= await openWordNet(tell)
        return concepts
      },
      sentences: async () => storeBank(concepts!, { space, filter: store === null ? EXAMPLES : undefined }),
      ...(store === null && {
        domains: (onProgress) => wordNetDomains(model, { signal, threads, cacheDir, onProgress }),
      }),
      ...(predictor !== null && { predictor: () => keep(engine.loadPredictor(predictor, { signal })) }),
      ...(inverter !== null && {
        inverter: () => keep(engine.loadInverter(inverter, { encoder: model, signal })),
      }),
      ...(generator !== undefined && {
        generator: () => keep(engine.loadTextGenerator(generator, { signal, cacheDir })),
      }),
    },
    [Symbol.asyncDispose]: async () => {
      for (const part of loaded.reverse()) await part.dispose()
    },
  }
}
