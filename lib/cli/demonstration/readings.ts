import type { Vectors } from '../../core/vectors.ts'
import type { Inverter } from '../../models/inverter/inverter.ts'
import type { ConceptHit } from '../../store/nearest_concepts.ts'
import type { CliContext, styles } from '../context.ts'
import type { LoadedModel } from '../options/model.ts'
import { findFitting } from '../options/packages.ts'
import { isConfident } from '../output/confidence.ts'
import { knownText } from '../output/known_text.ts'
import { printable } from '../output/printable.ts'

/** A text that was read back, or that is not near enough and what is known instead. */
export interface ReadBack {
  readonly text: string
  /** Of the angle between its own vector and the one that it was read from. */
  readonly cosine: number
  /** Whether the text is near enough to be shown as what the vector says. */
  readonly confident: boolean
  /** The known text whose vector is nearest, of texts that are not confident. */
  readonly nearest?: ConceptHit | undefined
}

/** Turns vectors back into text. */
export interface Reading extends Disposable {
  /** Vectors of sentences, and the nearest concepts of each. */
  read(vectors: Vectors, hits: readonly (readonly ConceptHit[])[]): Promise<ReadBack[]>
  readonly inverter: Inverter
}

/** Opens the inverter of that name. Null, and the reason on stderr, where the default one is not there or does not fit. */
export async function openReading(
  name: string | undefined,
  { model, engine, options }: LoadedModel,
  context: CliContext,
): Promise<Reading | null> {
  const folder = await findFitting('inverter', name, model.space, 'no vectors read back as text', context)
  if (folder === null) return null
  const inverter = await engine.loadInverter(folder, { encoder: model, signal: options.signal })
  return {
    inverter,
    read: async (vectors, hits) =>
      (await inverter.invert(vectors, options)).map(({ best }, i) => {
        const { text, cosine } = best!
        const confident = isConfident(cosine)
        return { text, cosine, confident, ...(confident ? {} : { nearest: hits[i]![0] }) }
      }),
    [Symbol.dispose]: () => inverter.dispose(),
  }
}

/** As a line of text. */
export function readBackText(
  { text, cosine, confident, nearest }: ReadBack,
  { dim }: Pick<ReturnType<typeof styles>, 'dim'>,
): string {
  const known = nearest === undefined ? 'none' : knownText(nearest, dim)
  const found = confident
    ? `"${printable(text)}" ${dim(`— cosine ${cosine.toFixed(3)}`)}`
    : `no sentence is near this vector; nearest known: ${known}`
  return `  read back from its vector alone: ${found}\n`
}
