import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
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
    help: `a bundle, its folder or package (default: ${BUNDLE_KINDS.inverter.default}), or a model of Aparecium or vec2text`,
  },
  tokenizer: {
    type: 'string',
    value: 'FOLDER',
    help: "the tokenizer of such a checkpoint that has none beside it: GPT-2's for Aparecium, T5's for vec2text",
  },
  hypothesizer: {
    type: 'string',
    value: 'NAME',
    help: 'the one that goes with a corrector of vec2text (default: by its name)',
  },
  rescale: { type: 'boolean', help: "give vectors the length of the encoder's own, for vec2text" },
  headless: {
    type: 'boolean',
    help: "the encoder's vectors without its Dense layers and at their own length, as vec2text wants those of gtr",
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
  const { tokenizer, hypothesizer, rescale } = values
  // --max-tokens is that of texts which are written, where a command has it, and not the encoder's.
  const { 'max-tokens': _, ...ofModel } = values as typeof values & { readonly 'max-tokens'?: string }
  await withModel(ofModel, context, async (loaded) => {
    const { engine, options, cacheDir } = loaded
    const { signal } = options
    const how = { signal, cacheDir, tokenizer, hypothesizer, rescale }
    const inverter = await engine.loadInverter(name, { encoder: loaded.model, ...how })
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
