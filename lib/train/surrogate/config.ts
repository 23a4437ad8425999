import { type Fields, needed, readFields } from '../../core/fields.ts'
import { type SurrogateConfig, surrogateConfig } from '../../models/inverter/surrogate/forward.ts'
import {
  batchSize,
  type DocumentRunConfig,
  documentRunConfig,
  fraction,
  modelFields,
} from '../core/run_config.ts'
import { type InverterSources, inverterSources } from '../inverter/config.ts'

/** A training run of a surrogate, complete. Plain JSON; where a key is read, a line says what it is. */
export interface SurrogateTraining extends DocumentRunConfig, InverterSources {
  readonly inverter: string
  /** Space, dims and tokens follow from the inverter. */
  readonly model: Partial<SurrogateConfig>
  readonly batch: {
    readonly vectors: number
    readonly samples: number
    readonly temperature: number
    readonly topP: number
    readonly reuse: number
    readonly cut: number
  }
  readonly losses: {
    readonly cosine: number
    readonly embedding: number
  }
}

/**
 * Completes a config of which inverter, documents, steps and out are needed. Throws VmmError BAD_ARGUMENT that names the
 * key for values that are wrong and keys that do not exist.
 *
 * @example
 * ```js
 * import { surrogateTraining } from 'vector-mamba/train'
 *
 * const given = { documents: 'books.jsonl', inverter: 'run/inverter', steps: 1000, out: 'run' }
 * console.log(surrogateTraining(given).inverter) // run/inverter
 * ```
 */
export function surrogateTraining(json: unknown): SurrogateTraining {
  return readFields(json, readSurrogateTraining)
}

export function readSurrogateTraining(fields: Fields): SurrogateTraining {
  const run = documentRunConfig(fields)
  const batch = fields.object('batch')
  const losses = fields.object('losses')
  const derived = ['space', 'dims', 'vocabulary', 'capacityTokens'] as const
  return {
    ...run,
    ...inverterSources(fields),
    inverter: fields.text(
      'inverter',
      needed('run/inverter'),
      'The inverter whose texts it learns to judge: a folder, or an installed package.',
    ),
    model: modelFields(fields, derived, surrogateConfig, {
      dModel: 'Width of the residual stream.',
      layers: 'Layers of the encoder.',
      heads: 'Attention heads of a layer; a divisor of `dModel`.',
      ffn: "Hidden units of a layer's feed-forward part.",
    }),
    batch: {
      vectors: batch.whole('vectors', 64, { least: 1, most: 64 }, 'Vectors of a batch.'),
      samples: batch.whole('samples', 4, { least: 1, most: 64 }, 'Texts that are drawn for each vector.'),
      temperature: batch.number('temperature', 1, { least: 0, most: 10 }, 'Lower ones draw likelier texts.'),
      topP: batch.number(
        'topP',
        0.95,
        { least: 1e-6, most: 1 },
        'Share of the likeliest tokens to draw from.',
      ),
      reuse: batch.whole('reuse', 4, batchSize, 'Batches that use what was drawn, each cut at other places.'),
      cut: batch.number('cut', 0.5, fraction, 'How often a text is cut: a beam asks for unfinished ones.'),
    },
    losses: {
      cosine: losses.number(
        'cosine',
        1,
        { least: 0 },
        'What the squared error of the cosine to the vector counts.',
      ),
      embedding: losses.number(
        'embedding',
        1,
        { least: 0 },
        "What 1 - cosine of the guessed embedding and the text's own counts.",
      ),
    },
  }
}
