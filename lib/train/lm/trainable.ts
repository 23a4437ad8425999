import { createHash } from 'node:crypto'
import { badArgument, describe } from '../../core/errors.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { documentParts } from '../../data/document_parts.ts'
import type { Overlap } from '../../data/near_duplicates.ts'
import { tokenCorpus } from '../../data/token_corpus.ts'
import { type LanguageModelConfig, languageModelConfig } from '../../models/lm/config.ts'
import { loadLanguageModel } from '../../models/lm/load.ts'
import { languageModelParameters } from '../../models/lm/parameters.ts'
import { saveLanguageModel } from '../../models/lm/save.ts'
import { parameterCount } from '../../weights/specs.ts'
import { aboutNearDuplicates } from '../core/document_groups.ts'
import { defineTrainable } from '../core/trainable.ts'
import { languageModelBatches } from './batches.ts'
import { type LanguageModelTraining, readLanguageModelTraining } from './config.ts'
import { languageModelEvaluation } from './evaluation.ts'
import { languageModelTask } from './task.ts'

/** What a language model is trained on. */
export interface LanguageModelData {
  readonly model: LanguageModelConfig
  /** Those of the encoder: what the model reads. */
  readonly tokens: Tokens
  /** Tokens to train on, the ends of sentences included. */
  readonly trainingTokens: number
  /** Documents that are not trained on, since they are nearly the same as one that is held out. */
  readonly nearDuplicates: readonly Overlap[]
  readonly batchesPerEpoch: number
}

export const trainable = defineTrainable<LanguageModelTraining, LanguageModelData>({
  name: 'lm',
  what: 'a model of the language over tokens, which tells how natural texts are',
  unit: 'tokens',
  bundle: 'lm',
  best: { measure: 'nll', better: 'low' },
  config: readLanguageModelTraining,
  open: async (training, { encoder, signal, onEncoding }) => {
    const { tokens } = encoder
    if (tokens === null)
      throw badArgument(
        'encoder',
        describe(encoder.name),
        'one whose tokens are known: the language model reads them',
      )
    const { tokenizer, about } = tokens
    const { seed, batch, compute, evaluation } = training
    const { start, end } = about
    const model = languageModelConfig({ ...training.model, vocabulary: tokenizer.size, start, end })
    const parts = await documentParts(training.documents, { ...training, signal })
    const train = await tokenCorpus(parts.train, tokenizer, { end, signal, onProgress: onEncoding })
    const validation = await tokenCorpus(parts.validation, tokenizer, { end, signal })
    const batches = languageModelBatches(train, start, { ...batch, seed })
    const evaluate = languageModelEvaluation(model, validation, evaluation.sentences)
    const source = createHash('sha256').update(train.ids).update(train.documents).digest('hex')
    const { nearDuplicates } = parts
    const count = (n: number) => n.toLocaleString('en')
    const parameters = count(parameterCount(languageModelParameters(model)))
    const sentences = count(train.sentences.length - 1)
    return {
      task: languageModelTask({
        model,
        compute,
        batches,
        data: { source, batch },
        ...(evaluate ? { evaluate } : {}),
      }),
      data: {
        model,
        tokens,
        trainingTokens: train.ids.length,
        nearDuplicates,
        batchesPerEpoch: batches.perEpoch,
      },
      about: [
        `${count(train.ids.length)} tokens of ${count(parts.train.length)} documents to train on, in ${sentences} sentences`,
        `${count(parts.validation.length)} documents to evaluate, ${count(parts.test.length)} kept for tests`,
        ...aboutNearDuplicates(nearDuplicates),
        `an epoch has ${count(batches.perEpoch)} batches; the model has ${parameters} parameters`,
      ],
    }
  },
  save: (folder, { training, data, parameters }) =>
    saveLanguageModel(folder, {
      config: data.model,
      tokens: data.tokens,
      parameters,
      licence: training.licence,
      trainingData: training.trainingData,
    }),
  sample: {
    config: {
      model: { dModel: 16, blocks: 1, dState: 4 },
      split: { validation: 0.2, test: 0.1 },
      batch: { rows: 128, window: 32 },
      evaluation: { every: 3, sentences: 20 },
      steps: 7,
    },
    load: (folder) => loadLanguageModel(folder),
  },
})
