import { findBundle, packageFolder } from '../models/open_bundle.ts'
import type { Options } from './command.ts'
import type { CliContext } from './context.ts'

/** The package of weights that is used when no other predictor is named. */
export const PREDICTOR_PACKAGE = 'vector-mamba-predictor'

export const PREDICTOR_OPTION = {
  predictor: {
    type: 'string',
    value: 'NAME',
    help: `folder of a bundle or installed package (default: ${PREDICTOR_PACKAGE})`,
  },
} as const satisfies Options

/** The folder of a predictor's bundle, or null when the default one is not installed. Throws NOT_FOUND for others. */
export async function findPredictor(
  name: string | undefined,
  { resolve }: Pick<CliContext, 'resolve'>,
): Promise<string | null> {
  if (name !== undefined) return findBundle(name, 'predictor', resolve)
  try {
    return packageFolder(PREDICTOR_PACKAGE, resolve)
  } catch {
    return null
  }
}
