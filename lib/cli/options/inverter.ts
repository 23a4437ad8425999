import type { Inverter } from '../../models/inverter/inverter.ts'
import type { Options, Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type LoadedModel, MODEL_OPTIONS, withModel } from './model.ts'
import { bundleOption, needPackaged } from './packages.ts'

export const INVERTER_OPTION = { inverter: bundleOption('inverter') } as const satisfies Options

/** Options of commands that need an inverter and the model of its vectors. */
export const INVERTER_OPTIONS = { ...INVERTER_OPTION, ...MODEL_OPTIONS } as const satisfies Options

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
  const folder = await needPackaged('inverter', values.inverter, context)
  await withModel(values, context, async (loaded) => {
    const { engine, model, options } = loaded
    const inverter = await engine.loadInverter(folder, { encoder: model, signal: options.signal })
    try {
      await use({ ...loaded, inverter })
    } finally {
      inverter.dispose()
    }
  })
}
