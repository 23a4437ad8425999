import { nextLogits } from '../../layers/next_logits.ts'
import { weightsOf } from '../../layers/weights.ts'
import type { LanguageModelConfig } from '../../models/lm/config.ts'
import { languageModelHidden } from '../../models/lm/forward.ts'
import { languageModelParameters } from '../../models/lm/parameters.ts'
import type { Compute } from '../../ops/matmul.ts'
import { startValues } from '../../weights/specs.ts'
import { tokenLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import type { LanguageModelBatches } from './batches.ts'

export interface LanguageModelTaskOptions {
  readonly model: LanguageModelConfig
  /** Operands of the large products; masters are f32 in any case. */
  readonly compute: Compute
  readonly batches: LanguageModelBatches
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/** The training of a language model: each token of a window from those before it. */
export function languageModelTask(options: LanguageModelTaskOptions): TrainTask {
  const { model, compute, batches, data, evaluate } = options
  const parameters = languageModelParameters(model)
  return {
    name: 'lm',
    config: { model, compute, data },
    parameters,
    inputs: batches.inputs,
    initial: (seed) => startValues(parameters, seed),
    losses: (values) => {
      const w = weightsOf(values)
      const logits = nextLogits(w, languageModelHidden(model, w, compute), compute)
      return { loss: tokenLoss(logits, w.get('targets'), w.get('lossWeights'), 0) }
    },
    batch: batches.batch,
    ...(evaluate ? { evaluate } : {}),
  }
}
