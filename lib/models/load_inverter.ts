import type { Encoder } from '../core/encoder.ts'
import { badArgument, describe } from '../core/errors.ts'
import { findAparecium } from './aparecium/find.ts'
import { APARECIUM_OPTIONS, type ApareciumOptions } from './aparecium/options.ts'
import type { Inverter } from './inverter/inverter.ts'
import { openInverter } from './inverter/load.ts'
import { checkLoadOptions, LOAD_OPTIONS, type LoadOptions } from './load_options.ts'
import { findCorrector } from './vec2text/find.ts'
import type { Vec2TextInverter } from './vec2text/inverter.ts'
import { VEC2TEXT_OPTIONS, type Vec2TextLoadOptions } from './vec2text/load_options.ts'

/** How inverters are loaded; those of ApareciumOptions and of Vec2TextLoadOptions are for their models alone. */
export interface LoadInverterOptions extends LoadOptions, ApareciumOptions, Vec2TextLoadOptions {
  /** A folder with the tokenizer of a published model: see ApareciumOptions and Vec2TextLoadOptions. */
  readonly tokenizer?: string | undefined
  /**
   * What texts are encoded by to be compared with their vectors; it stays the caller's. Default: use-lite, mpnet for
   * Aparecium, and gtr without its head for the pair of vec2text that reads its vectors.
   */
  readonly encoder?: Encoder | undefined
}

/**
 * Loads an inverter: the folder of a bundle, or the name of an installed package that is one, vector-mamba-inverter when
 * left out; or a checkpoint of Aparecium v2 (SentiChain), its .pt file, its folder, or its repository
 * (`SentiChain/aparecium-v2-pooled-reverser`) once it was downloaded; or a corrector of vec2text, its folder or its repository
 * (`jxm/gtr__nq__32__correct`) once it and its hypothesizer were downloaded. Throws VmmError NOT_FOUND;
 * BAD_FILE for files that were cut, altered, belong to a model of another shape or do not go together; UNSUPPORTED for bundles
 * of another kind; SPACE_MISMATCH for an encoder of another space; BAD_ARGUMENT for options that a model does not have.
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
export async function loadInverter(
  name: `${string}__correct` | `${string}__corrector`,
  options?: LoadInverterOptions,
): Promise<Vec2TextInverter>
export async function loadInverter(name?: string, options?: LoadInverterOptions): Promise<Inverter>
export async function loadInverter(name?: string, options: LoadInverterOptions = {}): Promise<Inverter> {
  checkLoadOptions(options, { ...LOAD_OPTIONS, ...APARECIUM_OPTIONS, ...VEC2TEXT_OPTIONS, encoder: true })
  const checkpoint = await findAparecium(name)
  if (checkpoint !== null) {
    refuseOthers(options, VEC2TEXT_OPTIONS, APARECIUM_OPTIONS, 'a pair of vec2text')
    const { openAparecium } = await import('./aparecium/open.ts') // with readers that bundles do without
    return openAparecium(checkpoint, options)
  }
  const corrector = await findCorrector(name)
  if (corrector !== null) {
    refuseOthers(options, APARECIUM_OPTIONS, VEC2TEXT_OPTIONS, 'checkpoints of Aparecium')
    const { openVec2Text } = await import('./vec2text/open.ts') // likewise
    return openVec2Text(corrector, options)
  }
  refuseOthers(options, APARECIUM_OPTIONS, {}, 'checkpoints of Aparecium')
  refuseOthers(options, VEC2TEXT_OPTIONS, {}, 'a pair of vec2text')
  return openInverter(name, options.encoder, options)
}

/** Throws VmmError BAD_ARGUMENT for an option of other models. */
function refuseOthers(options: LoadInverterOptions, theirs: object, own: object, whose: string): void {
  for (const option of Object.keys(theirs) as (keyof LoadInverterOptions)[])
    if (!Object.hasOwn(own, option) && options[option] !== undefined)
      throw badArgument(option, describe(options[option]), `nothing: it is for ${whose}`)
}
