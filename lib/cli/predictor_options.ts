import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VmmError } from '../runtime/errors.ts'
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
  if (name !== undefined && (await stat(name).catch(() => null))?.isDirectory()) return name
  try {
    return dirname(resolve(`${name ?? PREDICTOR_PACKAGE}/bundle.json`))
  } catch (cause) {
    if (name === undefined) return null
    const message = `predictor ${JSON.stringify(name)}: neither a folder nor an installed package`
    throw new VmmError('NOT_FOUND', message, { argument: 'predictor', cause })
  }
}
