import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import type { Predictor } from '../../models/predictor/predictor.ts'
import type { Route } from '../../models/predictor/routes.ts'
import type { WrittenSentence } from '../../models/predictor/write.ts'
import { type ConceptHit, nearestConcepts } from '../../store/nearest_concepts.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { CliContext, styles } from '../context.ts'
import type { LoadedModel } from '../options/model.ts'
import { findFitting } from '../options/packages.ts'
import { isFitting } from '../output/confidence.ts'
import { knownText } from '../output/known_text.ts'
import { printable } from '../output/printable.ts'
import type { Reading } from './readings.ts'

/** What a predictor makes of a text so far. */
export interface NextConcept {
  readonly routing: Route
  /** The known sentence whose vector is nearest to the predicted one: an example of WordNet, if one is near. None of none. */
  readonly nearest?: ConceptHit | undefined
  /** The sentence that an inverter writes, where there is one and it writes another than those before. */
  readonly decoded?: WrittenSentence & { readonly confident: boolean }
}

/** Reads a text sentence by sentence. */
export interface NextConcepts extends Disposable {
  /** What comes after each of the next sentences, given their vectors, f32 [sentences · dims]. */
  after(rows: Float32Array, store: ConceptStore): Promise<NextConcept[]>
}

/** Sentences behind a prediction at most: a long text costs no more for each of its sentences than a short one. */
const MOST = 64

/** Concepts among which a sentence is looked for: definitions are none. */
const NEAR = 64

/**
 * Opens the predictor of that name. Null, and the reason on stderr, where the default one is not there or does not fit.
 *
 * @param reading what decodes its predictions, if there is something
 */
export async function openNextConcepts(
  name: string | undefined,
  reading: Reading | null,
  { model, engine, options }: LoadedModel,
  context: CliContext,
): Promise<NextConcepts | null> {
  const missing = 'no routing and no predicted next sentence'
  const folder = await findFitting('predictor', name, model.space, missing, context)
  if (folder === null) return null
  return following(await engine.loadPredictor(folder, { signal: options.signal }), reading, options)
}

function following(
  predictor: Predictor,
  reading: Reading | null,
  options: LoadedModel['options'],
): NextConcepts {
  const { dims, space } = predictor
  let before = new Float32Array(0)
  return {
    after: async (rows, store) => {
      const text = new Float32Array(before.length + rows.length)
      text.set(before)
      text.set(rows, before.length)
      const contexts: Vectors[] = []
      for (let end = before.length + dims; end <= text.length; end += dims)
        contexts.push(trustedVectors([text.subarray(Math.max(0, end - MOST * dims), end)], dims, space))
      before = text.slice(Math.max(0, text.length - (MOST - 1) * dims))
      const { predictions } = await predictor.predict(contexts, { ...options, inverter: reading?.inverter })
      const directions = predictions.map(({ direction }) => direction.row(0))
      const hits = await nearestConcepts(store, trustedVectors(directions, dims, space), NEAR, options)
      return predictions.map(({ routing, written }, i) => {
        const near = hits[i]!
        const nearest = near.find(({ type }) => type === 'example') ?? near[0]
        const decoded = written?.[0]?.sentences[0]
        return {
          ...{ routing: routing!, nearest },
          ...(decoded && { decoded: { ...decoded, confident: isFitting(decoded.fit) } }),
        }
      })
    },
    [Symbol.dispose]: () => predictor.dispose(),
  }
}

/** Experts and domains that are printed. */
const SHOWN = 3

/** As lines of text. */
export function nextConceptText(
  { routing, nearest, decoded }: NextConcept,
  { dim }: Pick<ReturnType<typeof styles>, 'dim'>,
): string {
  const { experts, weights, domains } = routing
  const routed = experts
    .slice(0, SHOWN)
    .map((expert, i) => `expert ${expert} ${weights[i]!.toFixed(2)}`)
    .join(', ')
  const near = domains
    .slice(0, SHOWN)
    .map((domain) => `${domain.name} ${domain.cosine.toFixed(2)}`)
    .join(', ')
  const known = nearest === undefined ? 'none' : knownText(nearest, dim)
  const route = `  routed to ${routed}${near && dim(` — nearest domains: ${near}`)}\n`
  if (decoded && !decoded.confident)
    return `${route}  predicted next: no sentence that was written fits; nearest known: ${known}\n`
  const written = decoded
    ? `  predicted next: "${printable(decoded.text)}" ${dim(`— fit ${decoded.fit.toFixed(3)}`)}\n`
    : ''
  return `${route}${written}  predicted next, as its nearest known sentence: ${known}\n`
}
