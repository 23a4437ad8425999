import { findBundle } from '../../bundle/resolve.ts'
import type { Inverter } from '../../models/inverter/inverter.ts'
import type { Options, Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type LoadedModel, MODEL_OPTIONS, withModel } from './model.ts'
import { bundleOption, needPackaged } from './packages.ts'

export const INVERTER_OPTION = { inverter: bundleOption('inverter') } as const satisfies Options

/** Options of commands that need an inverter and the model of its vectors. */
export const INVERTER_OPTIONS = {
  inverter: {
    ...INVERTER_OPTION.inverter,
    help: `${INVERTER_OPTION.inverter.help}, or a checkpoint of Aparecium`,
  },
  tokenizer: {
    type: 'string',
    value: 'FOLDER',
    help: "folder with GPT-2's tokenizer, for a checkpoint of Aparecium that has none beside it",
  },
  ...MODEL_OPTIONS,
} as const satisfies Options

/** A loaded model, and an inverter of its space. */
export interface LoadedInverter extends LoadedModel {
  readonly inverter: Inverter
}

/** Loads the inverter and the model that the options name, hands them to `use`, and frees them. */
export async function withInverter(
  values: Values<typeof INVERTER_OPTIONS>,
  context: CliContext,
  use: (loaded: LoadedInverter) => Promise<void>,
): Promise<void> {
  const name = await nameOf(values.inverter, context)
  await withModel(values, context, async (loaded) => {
    const { engine, model, options, cacheDir } = loaded
    const { tokenizer } = values
    const { signal } = options
    const inverter = await engine.loadInverter(name, { encoder: model, signal, cacheDir, tokenizer })
    try {
      await use({ ...loaded, inverter })
    } finally {
      inverter.dispose()
    }
  })
}

/** The folder of a bundle where there is one, else the name as it is: of a file, or of something that is not there. */
async function nameOf(name: string | undefined, context: CliContext): Promise<string> {
  if (name === undefined) return needPackaged('inverter', name, context)
  return (await findBundle(name, { resolve: context.resolve })) ?? name
}
