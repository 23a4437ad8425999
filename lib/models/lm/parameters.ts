import { constantParameter, type ParameterSpecs, tableParameter } from '../../weights/specs.ts'
import { mambaBlockParameters } from '../mamba.ts'
import type { LanguageModelConfig } from './config.ts'

/**
 * Every parameter of a language model by name, in a fixed order. The table of tokens is also the weight of the head;
 * blocks are those of Mamba-1 (Gu and Dao, arXiv 2312.00752).
 *
 * @example
 * ```js
 * import { languageModelConfig, languageModelParameters } from 'vector-mamba'
 *
 * const specs = languageModelParameters(languageModelConfig({ dModel: 16, blocks: 1 }))
 * console.log(specs['tokens.weight'].shape, specs['head.bias'].shape) // [ 8000, 16 ] [ 8000 ]
 * ```
 */
export function languageModelParameters(config: LanguageModelConfig): ParameterSpecs {
  const { vocabulary, dModel, blocks } = config
  return {
    'tokens.weight': tableParameter(vocabulary, dModel),
    ...Object.assign(
      {},
      ...Array.from({ length: blocks }, (_, i) => mambaBlockParameters(`blocks.${i}`, config)),
    ),
    'norm_f.weight': constantParameter([dModel], 1),
    'head.bias': constantParameter([vocabulary], 0),
  }
}
