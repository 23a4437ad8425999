import { join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { VmmError } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { openStore } from '../../store/open_store.ts'
import type { ConceptStore } from '../../store/store.ts'
import { buildConcepts, OPEN_CONCEPTS_OPTIONS, type OpenConceptsOptions, STORE } from './build.ts'

/**
 * Opens the store of concepts that a model has encoded: the definitions and examples of WordNet, or others. The first call
 * makes it in the cache; what is written to it afterwards stays there.
 *
 * @throws VmmError see `buildConcepts`; BAD_FILE where its files are damaged, also by what is asked later
 * @example
 * ```js
 * import { loadModel, nearestConcepts, openConcepts } from 'vector-mamba'
 *
 * const texts = { cat: 'a small animal that says miaow', ship: 'a vessel that crosses the sea' }
 * const own = {
 *   name: 'two',
 *   load: async () => Object.entries(texts).map(([id, text]) => ({ id, text })),
 * }
 * const model = await loadModel()
 * const store = await openConcepts(model, { concepts: own, cacheDir: 'cache' }) // left out: those of WordNet
 * const { vectors } = await model.encode(['The boat left the harbour.'])
 * const [[nearest]] = await nearestConcepts(store, vectors, 1)
 * console.log(nearest.id, nearest.cosine > 0.2) // ship true
 * await store.dispose()
 * model.dispose()
 * ```
 */
export async function openConcepts(model: Encoder, options: OpenConceptsOptions = {}): Promise<ConceptStore> {
  refuseUnknown(options, OPEN_CONCEPTS_OPTIONS)
  return openBuilt(await buildConcepts(model, options), model)
}

/** Opens the store in a folder of concepts. Throws VmmError BAD_FILE where it is damaged, or is not of the model. */
export async function openBuilt(
  folder: string,
  { space, dims }: Pick<Encoder, 'space' | 'dims'>,
): Promise<ConceptStore> {
  const store = await openStore(join(folder, STORE), { create: false }).catch((error: unknown) => {
    throw damaged(folder, error)
  })
  if (store.spaces.get(space) === dims) return replaceable(store, folder)
  await store.dispose()
  throw damaged(folder)
}

/** The same store, which says of damaged files what helps. */
function replaceable(store: ConceptStore, folder: string): ConceptStore {
  const told = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw error instanceof VmmError && error.code === 'BAD_FILE' ? damaged(folder, error) : error
    })
  return {
    ...store,
    get spaces() {
      return store.spaces
    },
    get models() {
      return store.models
    },
    get: (ids) => told(store.get(ids)),
    nearest: (vectors, k, options) => told(store.nearest(vectors, k, options)),
  }
}

function damaged(folder: string, cause?: unknown): VmmError {
  const message = `${folder}: a damaged store of concepts; delete it and it is built again`
  return new VmmError('BAD_FILE', message, { cause })
}
