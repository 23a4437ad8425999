import type { Vectors } from '../../core/vectors.ts'
import type { InvertOptions } from '../../models/inverter/options.ts'
import type { CliContext, styles } from '../context.ts'
import type { LoadedModel } from '../options/model.ts'
import { findFitting } from '../options/packages.ts'
import { printable } from '../output/printable.ts'

/** A text for a vector, and the cosine of the angle between its own vector and that one. */
export interface ReadText {
  readonly text: string
  readonly cosine: number
}

/** Turns vectors back into text. */
export interface Reading extends Disposable {
  /** Vectors of sentences. */
  read(vectors: Vectors): Promise<ReadText[]>
  /** Vectors that no sentence may have, as a predictor's: what the beam writes, for the encoder would lead too far. */
  readRoughly(vectors: Vectors): Promise<ReadText[]>
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
  const read = async (vectors: Vectors, how: InvertOptions = {}) => {
    const inversions = await inverter.invert(vectors, { ...options, ...how })
    return inversions.map(({ best }) => ({ text: best!.text, cosine: best!.cosine }))
  }
  return {
    read: (vectors) => read(vectors),
    readRoughly: (vectors) => read(vectors, { refine: 0, guidance: 1 }),
    [Symbol.dispose]: () => inverter.dispose(),
  }
}

/** As a line of text. */
export function readBackText(
  { text, cosine }: ReadText,
  { dim }: Pick<ReturnType<typeof styles>, 'dim'>,
): string {
  return `  read back from its vector alone: "${printable(text)}" ${dim(`— cosine ${cosine.toFixed(3)}`)}\n`
}
