import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import type { ConceptHit } from '../../store/nearest_concepts.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { CliContext, styles } from '../context.ts'
import type { LoadedModel } from '../options/model.ts'
import { toldOfHit } from '../output/known_text.ts'
import { type NextConcept, nextConceptText, openNextConcepts } from './next_concepts.ts'
import { openReading, type ReadBack, readBackText } from './readings.ts'

/** What is shown of a sentence beside its nearest concepts, as far as there are models for it. */
export interface Demonstrated {
  /** The text that its vector is turned back into. */
  readonly reconstruction?: ReadBack
  readonly next?: NextConcept
}

/** Shows the models on a text, sentence by sentence. */
export interface Demonstration extends Disposable {
  /** Of each of the next sentences, given their vectors and the nearest concepts of each. */
  after(
    vectors: Vectors,
    hits: readonly (readonly ConceptHit[])[],
    store: ConceptStore,
  ): Promise<Demonstrated[]>
}

/** Opens the inverter and the predictor of these names; those that are not there are named on stderr. */
export async function openDemonstration(
  names: { readonly inverter?: string; readonly predictor?: string },
  loaded: LoadedModel,
  context: CliContext,
): Promise<Demonstration> {
  const reading = await openReading(names.inverter, loaded, context)
  const next = await openNextConcepts(names.predictor, reading, loaded, context).catch((error: unknown) => {
    reading?.[Symbol.dispose]()
    throw error
  })
  return {
    after: async (vectors, hits, store) => {
      const rows = vectors.toFloat32Array()
      const read = await reading?.read(trustedVectors([rows], vectors.dims, vectors.space), hits)
      const nexts = await next?.after(rows, store)
      return Array.from({ length: vectors.count }, (_, i) => ({
        ...(read && { reconstruction: read[i]! }),
        ...(nexts && { next: nexts[i]! }),
      }))
    },
    [Symbol.dispose]: () => {
      next?.[Symbol.dispose]()
      reading?.[Symbol.dispose]()
    },
  }
}

/** As JSON has it. */
export function demonstratedJson({ reconstruction, next }: Demonstrated) {
  const told = <T extends { readonly nearest?: ConceptHit | undefined }>({ nearest, ...rest }: T) => ({
    ...rest,
    ...(nearest && { nearest: toldOfHit(nearest) }),
  })
  return {
    ...(reconstruction && { reconstruction: told(reconstruction) }),
    ...(next && { next: told(next) }),
  }
}

/** As lines of text. */
export function demonstratedText(
  { reconstruction, next }: Demonstrated,
  style: Pick<ReturnType<typeof styles>, 'dim'>,
): string {
  return `${reconstruction ? readBackText(reconstruction, style) : ''}${next ? nextConceptText(next, style) : ''}`
}
