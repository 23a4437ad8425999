import type { BindingSpec } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { mambaBlock } from '../../layers/mamba.ts'
import type { Weights } from '../../layers/weights.ts'
import { embedding, rmsNorm } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import type { LanguageModelConfig } from './config.ts'

/** Sizes of a program: what a run may have at most. */
export interface TokenCapacity {
  /** Tokens of all sequences, `start` included. */
  readonly rows: number
  readonly sequences: number
}

/** What languageModelHidden reads: ids i32 [rows], each sequence with `start` first; offsets i32 [sequences + 1]. */
export function tokenInputs({ rows, sequences }: TokenCapacity): Record<'ids' | 'offsets', BindingSpec> {
  return {
    ids: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    offsets: { kind: 'input', dtype: 'i32', shape: [sequences + 1] },
  }
}

/**
 * The model as a pure function over packed sequences: the normalised last hidden rows, [rows, dModel], of which
 * nextLogits makes those of the token after each. A row sees its sequence up to itself.
 */
export function languageModelHidden(
  { blocks }: LanguageModelConfig,
  w: Weights,
  compute: Compute = 'f32',
): Value {
  const route = { offsets: w.get('offsets'), expert: null, mixture: null, state: null, compute }
  let x = embedding({ table: w.get('tokens.weight'), ids: w.get('ids') })
  for (let i = 0; i < blocks; i++) x = mambaBlock(w.scope(`blocks.${i}`), x, route).y
  return rmsNorm({ x, weight: w.get('norm_f.weight') })
}
