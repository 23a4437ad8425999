import type { Encoder } from '../core/encoder.ts'
import { badArgument, describe } from '../core/errors.ts'
import { findAparecium } from './aparecium/find.ts'
import { APARECIUM_OPTIONS, type ApareciumOptions } from './aparecium/options.ts'
import type { Inverter } from './inverter/inverter.ts'
import { openInverter } from './inverter/load.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from './load_options.ts'

/** How inverters are loaded; those of ApareciumOptions are for its checkpoints alone. */
export interface LoadInverterOptions extends LoadOptions, ApareciumOptions {
  /**
   * What texts are encoded by to be compared with their vectors; it stays the caller's. Default: use-lite, and mpnet for
   * Aparecium.
   */
  readonly encoder?: Encoder | undefined
}

/**
 * Loads an inverter: the folder of a bundle, or the name of an installed package that is one, vector-mamba-inverter when
 * left out; or a checkpoint of Aparecium v2 (SentiChain), a .pt file or a folder with it. Throws VmmError NOT_FOUND;
 * BAD_FILE for files that were cut, altered or belong to a model of another shape; UNSUPPORTED for bundles of another
 * kind; SPACE_MISMATCH for an encoder of another space; BAD_ARGUMENT for options that a model does not have.
 *
 * @example
 * ```js
 * import { loadInverter, loadModel } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const inverter = await loadInverter('vector-mamba-inverter', { encoder: model })
 * const { vectors } = await model.encode(['The cat sleeps.'])
 * const [{ best }] = await inverter.invert(vectors, { refine: 64, minCosine: 0.5 })
 * console.log(best.text.length > 0, best.cosine > 0.5) // true true
 * inverter.dispose()
 * model.dispose()
 * ```
 */
export async function loadInverter(name?: string, options: LoadInverterOptions = {}): Promise<Inverter> {
  checkLoadOptions(options, { ...LOAD_OPTIONS, ...APARECIUM_OPTIONS, encoder: true })
  const checkpoint = await findAparecium(name)
  if (checkpoint !== null) {
    const { openAparecium } = await import('./aparecium/open.ts') // with readers that bundles do without
    return openAparecium(checkpoint, options)
  }
  for (const option of Object.keys(APARECIUM_OPTIONS) as (keyof ApareciumOptions)[])
    if (options[option] !== undefined)
      throw badArgument(option, describe(options[option]), 'nothing: it is for checkpoints of Aparecium')
  return openInverter(name, options.encoder, options)
}
