import { badArgument } from '../../core/errors.ts'
import { type Fields, readFields } from '../../core/fields.ts'
import { type PredictorConfig, predictorConfig } from '../../models/predictor/config.ts'
import { type DocumentGroups, documentGroups } from '../core/document_groups.ts'
import {
  batchSize,
  type DocumentRunConfig,
  documentRunConfig,
  modelFields,
  whole,
} from '../core/run_config.ts'
import type { PredictorLosses, PredictorNoise } from './task.ts'

/** A training run of a predictor, complete. Plain JSON; where a key is read, a line says what it is. */
export interface PredictorTraining extends DocumentRunConfig, DocumentGroups {
  /** Space, dims and domains follow from the encoder and the documents. */
  readonly model: Partial<PredictorConfig>
  /** See trainingDomains. */
  readonly domains: 'groups' | 'wordnet' | 'none'
  readonly batch: {
    readonly rows: number
    readonly together: number
    readonly window: number
    readonly minimum: number
    readonly prefix: readonly [least: number, most: number]
    readonly texts: number
  }
  /** '' for none. */
  readonly inverter: string
  readonly losses: PredictorLosses
  readonly regularisation: PredictorNoise
  readonly evaluation: {
    readonly every: number
    readonly documents: number
    readonly context: number
  }
}

/**
 * Completes a config of which documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the key for
 * values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { predictorTraining } from 'vector-mamba/train'
 *
 * const config = predictorTraining({ documents: 'books.jsonl', steps: 1000, out: 'run' })
 * console.log(config.documents, config.batch.rows, config.losses.infoNce) // [ 'books.jsonl' ] 1024 1
 * ```
 */
export function predictorTraining(json: unknown): PredictorTraining {
  return readFields(json, readPredictorTraining)
}

export function readPredictorTraining(fields: Fields): PredictorTraining {
  const run = documentRunConfig(fields)
  const batch = fields.object('batch')
  const losses = fields.object('losses')
  const regularisation = fields.object('regularisation')
  const evaluation = fields.object('evaluation')
  const factor = (key: keyof PredictorLosses, fallback: number, about: string) =>
    losses.number(key, fallback, { least: 0 }, about)
  const training: PredictorTraining = {
    ...run,
    ...documentGroups(fields),
    model: modelFields(fields, ['space', 'dims', 'domains'], predictorConfig, {
      variant:
        '`sequence` chooses whole stacks of Mamba once per document, `concept` projections for each concept.',
      dModel: 'Width of the residual stream.',
      experts: 'Experts; 1 for a dense model without a router.',
      topK: 'Experts that a sequence or a concept is sent to.',
      blocks: 'Mamba blocks of a stack.',
      dState: 'States per channel of the scan.',
      dConv: 'Taps of the causal convolutions, 2 to 16.',
      expand: 'Channels of a block per channel of the stream.',
      dtRank: 'Rank of the projection to time steps. Left out: a sixteenth of `dModel`.',
      routerHidden: 'Hidden units of the router.',
      centroidWeight: "What the cosine to a domain's centroid counts beside the router's own logits.",
      standardised:
        'Whether vectors are read and predicted less the mean of the training vectors and over their scale, so that predictions can be decoded.',
      blur: 'How blurred the decoder is told that predictions are, with `losses.text` and wherever they are written: 0, as the encoder makes vectors, to 1, of which nothing is known. For an inverter with `noiseRange`.',
      routerDecay: "What one more concept leaves of the older ones in the router's memory, with `concept`.",
    }),
    domains: fields.choice(
      'domains',
      'groups',
      ['groups', 'wordnet', 'none'],
      'What the router knows by its centroid: each domain or book of the documents, eight domains of WordNet, nothing.',
    ),
    batch: {
      together: batch.whole(
        'together',
        1,
        whole,
        'Windows of a document that lie side by side: more make more negatives that are hard to tell apart.',
      ),
      rows: batch.whole('rows', 1024, batchSize, 'Concepts of a batch.'),
      window: batch.whole('window', 64, batchSize, 'Concepts of a window at most; twice `minimum` or more.'),
      minimum: batch.whole(
        'minimum',
        8,
        { least: 2 },
        'Documents with fewer concepts are left out, and none is cut into shorter windows.',
      ),
      prefix: batch.pair(
        'prefix',
        [4, 16],
        whole,
        'Concepts that the router sees, at least and at most: drawn for each window.',
      ),
      texts: batch.whole(
        'texts',
        64,
        batchSize,
        'With `losses.text`: predictions of a batch that are decoded, drawn anew for each; they cost more than all others.',
      ),
    },
    inverter: fields.text(
      'inverter',
      '',
      'The inverter that `losses.text` decodes with and leaves as it is: a folder, or an installed package.',
    ),
    losses: {
      mse: factor('mse', 0, 'What the squared error counts.'),
      cosine: factor('cosine', 0, 'What 1 - cosine counts.'),
      infoNce: factor('infoNce', 1, 'What finding the next vector among all of the batch counts.'),
      text: factor(
        'text',
        0,
        'What the surprise of the next sentence counts, in nats a token, when `inverter` is given the predicted vector.',
      ),
      routing: factor('routing', 0.1, "What being sent to the expert of the document's domain counts."),
      loadBalance: factor('loadBalance', 0.01, 'What an even load of the experts counts.'),
      temperature: losses.number(
        'temperature',
        0.05,
        { least: 1e-3, most: 10 },
        '`infoNce` divides cosines by it.',
      ),
      elsewhere: losses.number(
        'elsewhere',
        1,
        { least: 1e-6, most: 1 },
        'What a vector of another document counts in `infoNce` beside one of the same, which is harder.',
      ),
    },
    regularisation: {
      noise: regularisation.number(
        'noise',
        0,
        { least: 0 },
        'Length of the random vector that is added to each concept, in the mean.',
      ),
      dropout: regularisation.number(
        'dropout',
        0,
        { least: 0, most: 0.9 },
        'Share that is left out of what enters a stack, of what each block adds and of what leaves.',
      ),
      routerNoise: regularisation.number(
        'routerNoise',
        0,
        { least: 0 },
        "Standard deviation of what is added to the router's logits.",
      ),
    },
    evaluation: {
      every: evaluation.whole('every', 0, { least: 0 }, 'Steps between evaluations; 0 for one at the end.'),
      documents: evaluation.whole('documents', 50, whole, 'Validation documents at most, evenly spread.'),
      context: evaluation.whole('context', 8, whole, 'Sentences behind each prediction at least.'),
    },
  }
  const { mse, cosine, infoNce, text } = training.losses
  if (mse + cosine + infoNce + text === 0)
    throw badArgument('losses', 'mse, cosine, infoNce and text of 0', 'one of them to train on')
  if (text > 0 && training.inverter === '')
    throw badArgument('losses.text', String(text), '0, or an `inverter` that decodes')
  return training
}
