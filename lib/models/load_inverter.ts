import type { Encoder } from '../core/encoder.ts'
import type { Inverter } from './inverter/inverter.ts'
import { openInverter } from './inverter/load.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from './load_options.ts'

/** How inverters are loaded. */
export interface LoadInverterOptions extends LoadOptions {
  /** What texts are encoded by to be compared with their vectors; it stays the caller's. Default: use-lite. */
  readonly encoder?: Encoder | undefined
}

/**
 * Loads an inverter: the folder of a bundle, or the name of an installed package that is one, vector-mamba-inverter when
 * left out. Throws VmmError NOT_FOUND; BAD_FILE for files that were cut, altered or belong to a model of another shape;
 * UNSUPPORTED for bundles of another kind; SPACE_MISMATCH for an encoder of another space.
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
  checkLoadOptions(options, { ...LOAD_OPTIONS, encoder: true })
  return openInverter(name, options.encoder, options)
}
