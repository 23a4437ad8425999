// The model card of the inverter's package, from the files in it.
import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { MANIFEST_NAME, readManifest } from '../../lib/bundle/manifest.ts'
import { WEIGHTS_FILE } from '../../lib/bundle/save.ts'
import { kindRows, LEGEND, lengthRows, methodRows } from '../../lib/evaluate/reports/inversion/rows.ts'
import type { Rows } from '../../lib/evaluate/reports/rows.ts'
import type { InversionReport, InversionSample } from '../../lib/evaluate/suites/inversion/report.ts'
import { inverterConfig } from '../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../lib/models/inverter/parameters.ts'
import { LEXICON_FILE, SPREAD_FILE } from '../../lib/models/inverter/save.ts'
import { count as elements } from '../../lib/tensor/shape.ts'
import { type InverterTraining, inverterTraining } from '../../lib/train/inverter/config.ts'
import { trainable } from '../../lib/train/inverter/trainable.ts'
import type { ParameterSpecs } from '../../lib/weights/specs.ts'
import type { Ablations, Results } from '../ablations/variants.ts'
import { type Card, type RunMetrics, readJson, type Stage, trainingPart, WHOLE } from './card.ts'
import { count, facts, millions, named, percent, table } from './markdown.ts'

/** The inverter's package. */
export const inverterCard: Card = {
  name: 'inverter',
  bundle: trainable.bundle,
  files: [MANIFEST_NAME, WEIGHTS_FILE, 'vocabulary.json', LEXICON_FILE, SPREAD_FILE],
  stages: [
    WHOLE,
    { config: 'further_train.json', metrics: 'further_metrics.json', plot: 'further_loss.svg' },
  ],
  parts: cardParts,
}

/** What `vmm eval inversion --json` prints. */
interface EvaluationFile extends InversionReport {
  readonly source: { readonly file: string; readonly inFile: number; readonly beyondCapacity: number }
}

async function cardParts(folder: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await readManifest(folder)
  const evaluation = (await readJson(join(folder, 'evaluation.json'))) as EvaluationFile
  const ablations = (await readJson(join(folder, 'ablations.json'))) as Ablations
  const results = (await readJson(join(folder, 'ablations.results.json'))) as Results
  const runs = await Promise.all(inverterCard.stages.map((stage) => stageOf(folder, stage)))
  const { training } = runs.at(-1)!
  if (isAbsolute(evaluation.source.file))
    throw new Error('evaluation.json has the path of a machine: run vmm eval in the folder of the sentences')
  const config = inverterConfig(manifest.config)
  const bytes = await Promise.all(
    Object.keys(manifest.files).map(async (name) => (await stat(join(folder, name))).size),
  )
  const { batch, heldOut, reserved, split } = training
  return {
    model: facts([
      [
        'reads',
        `vectors of \`${manifest.space!.name}\`, ${config.dims} numbers; their length does not count`,
      ],
      [
        'writes',
        `up to ${config.capacityTokens} tokens of ${count(config.vocabulary)}, those of Universal Sentence Encoder Lite. ` +
          'A vector of a longer text gets a shorter one, and the cosine tells',
      ],
      [
        'adapter and decoder',
        `${millions(parameters(inverterParameters(config)))} million parameters: memory of ${config.scales.join(' + ')} rows of ` +
          `${config.memoryDims}; ${config.layers} layers of ${config.dModel}, ${config.heads} heads, ffn ${config.ffn}`,
      ],
      [
        'weights',
        `${manifest.dtype}, ${(bytes.reduce((a, b) => a + b, 0) / 1e6).toFixed(1)} MB in all, SHA-256 ` +
          `\`${manifest.files[WEIGHTS_FILE]!.sha256}\``,
      ],
      ['surprise of human text', `${config.languageNll.toFixed(2)} nats a token, without a vector`],
    ]),
    data: [
      `${manifest.trainingData}.`,
      `Kept for tests: ${percent(split.test!)} of the documents, by a hash of their names with seed ${split.seed} (and ` +
        `${percent(split.validation!)} for validation), and all of ${named(heldOut)}.`,
      ...(reserved.length > 0
        ? [
            `Used for nothing here, so that a model which judges texts can be trained on it: ${named(reserved)}.`,
          ]
        : []),
      `Long sentences are cut at clauses, ${percent(batch.cut)} of the short ones as well; vectors are encoded with ` +
        `\`${training.encoder}\` as they are needed; ${percent(batch.withoutVector)} of the texts come without theirs.`,
    ].join('\n'),
    training: runs
      .map(({ training, metrics, plot, config }, i) => {
        const part = trainingPart(training, metrics, plot, 'tokens', [
          ['batch', `${training.batch.texts} texts`],
          ['noise on the vectors', aboutNoise(training)],
        ])
        return i === 0 ? part : `Then it went on with these weights (\`${config}\`):\n\n${part}`
      })
      .join('\n\n'),
    ablations: table(
      ['', 'change', 'NLL', 'NLL without the vector'],
      ['---', '---', '--:', '--:'],
      Object.entries(results).map(([name, { nll, nllWithoutVector }]) => {
        const { what, of } = ablations.variants[name]!
        const since = of === undefined ? what : `${of}: ${what}`
        return [name, since, nll!.toFixed(3), nllWithoutVector!.toFixed(3)]
      }),
    ),
    evaluation: [
      `${count(evaluation.sentences)} of ${count(evaluation.source.inFile)} sentences of \`${evaluation.source.file}\`, none of ` +
        `which training has seen; ${count(evaluation.source.beyondCapacity)} of them are longer than the model writes.`,
      `\`nearest\` is the nearest of ${evaluation.known}; \`no vector\` is the decoder left alone.`,
      '',
      rowsTable(methodRows(evaluation)),
      '',
      `${LEGEND.methods.join('; ')}.`,
      '',
      ...(evaluation.kinds
        ? [rowsTable(kindRows(evaluation.kinds)), '', `By kind: ${LEGEND.kinds.join('; ')}.`, '']
        : []),
      rowsTable(lengthRows(evaluation)),
      '',
      `By length: ${LEGEND.lengths.join('; ')}.`,
      '',
      'Cosine of the best text against texts encoded per sentence:',
      '',
      table(
        evaluation.curve.map(({ calls }) => String(calls)),
        evaluation.curve.map(() => '--:'),
        [evaluation.curve.map(({ cosine }) => cosine.toFixed(3))],
      ),
    ].join('\n'),
    samples: someOfEachKind(evaluation.samples)
      .map(
        ({ reference, beam, refined }) =>
          `> ${reference}\n>\n> beam, ${beam.cosine.toFixed(3)}: ${beam.text}\n>\n> refined, ${refined.cosine.toFixed(3)}: ${refined.text}`,
      )
      .join('\n\n'),
    licence: `${manifest.licence}.`,
  }
}

async function stageOf(folder: string, { config, metrics, plot }: Stage) {
  const training = inverterTraining(await readJson(join(folder, config)))
  return { config, plot, training, metrics: (await readJson(join(folder, metrics))) as RunMetrics }
}

function aboutNoise({ model: { noiseRange }, noise }: InverterTraining): string {
  if (!noiseRange) return String(noise)
  return `${noiseRange.join(' to ')}, short ones more often, the way from one sentence to another; the decoder is told how far`
}

const SAMPLES_OF_A_KIND = 7

function someOfEachKind(samples: readonly InversionSample[]): readonly InversionSample[] {
  const shown = new Map<string | undefined, number>()
  return samples.filter(({ kind }) => {
    const before = shown.get(kind) ?? 0
    shown.set(kind, before + 1)
    return kind === undefined || before < SAMPLES_OF_A_KIND
  })
}

const parameters = (specs: ParameterSpecs) =>
  Object.values(specs).reduce((sum, { shape }) => sum + elements(shape), 0)

const rowsTable = ({ header, rows }: Rows) => table(header, [], rows)
