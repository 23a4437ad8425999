// The model card of the predictor's package, from the files in it.
import { stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { readManifest } from '../../lib/bundle/manifest.ts'
import { WEIGHTS_FILE } from '../../lib/bundle/save.ts'
import type { Score } from '../../lib/evaluate/metrics/compare.ts'
import { aboutNextSentences, nextSentenceRows } from '../../lib/evaluate/reports/next_sentence.ts'
import { aboutWritten, writtenRows } from '../../lib/evaluate/reports/written.ts'
import type { NextSentenceReport } from '../../lib/evaluate/suites/next_sentence/report.ts'
import type { WrittenReport } from '../../lib/evaluate/suites/next_sentence/written.ts'
import type { PredictorEvaluation } from '../../lib/evaluate/suites/predictor/evaluate.ts'
import { readTrained, TRAINED_FILE } from '../../lib/evaluate/suites/predictor/trained.ts'
import { stateBytes } from '../../lib/models/predictor/advance.ts'
import { predictorConfig } from '../../lib/models/predictor/config.ts'
import { parameterCounts } from '../../lib/models/predictor/parameters.ts'
import { predictorTraining } from '../../lib/train/predictor/config.ts'
import { trainable } from '../../lib/train/predictor/trainable.ts'
import { type Card, type RunMetrics, readJson, trainingPart, WHOLE } from './card.ts'
import { count, millions, named, percent, signed, table } from './markdown.ts'

/** What `vmm eval predictor --json` prints. */
interface EvaluationFile extends PredictorEvaluation {
  readonly predictor: { readonly fingerprint: string }
  readonly source: {
    readonly file: string
    readonly part: string
    readonly documents: number
    readonly sentences: number
    readonly trained: number
  }
  readonly nextSentence?: NextSentenceReport
  readonly written?: WrittenReport
}

/** The predictor's package. */
export const predictorCard: Card = {
  name: 'predictor',
  bundle: trainable.bundle,
  files: ['bundle.json', WEIGHTS_FILE, TRAINED_FILE],
  stages: [WHOLE],
  parts: cardParts,
}

async function cardParts(folder: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await readManifest(folder)
  const evaluation = (await readJson(join(folder, 'evaluation.json'))) as EvaluationFile
  const metrics = (await readJson(join(folder, WHOLE.metrics))) as RunMetrics
  const training = predictorTraining(await readJson(join(folder, WHOLE.config)))
  const trained = await readTrained(join(folder, TRAINED_FILE))
  const { sha256 } = manifest.files[WEIGHTS_FILE]!
  if (isAbsolute(evaluation.source.file))
    throw new Error('evaluation.json has the path of a machine: run vmm eval in the folder of the documents')
  const { size } = await stat(join(folder, WEIGHTS_FILE))

  const config = predictorConfig(manifest.config)
  const { total, active } = parameterCounts(config)
  const { losses, batch, regularisation } = training
  const settings = ['temperature', 'elsewhere']
  const kept = Object.entries(losses).filter(([name, factor]) => !settings.includes(name) && factor > 0)
  const noises = Object.entries(regularisation).filter(([, amount]) => amount > 0)
  return {
    model: table(
      ['', ''],
      ['---', '---'],
      [
        ['variant', config.variant],
        ['reads and predicts', `vectors of \`${manifest.space!.name}\`, ${config.dims} numbers`],
        ['parameters', `${millions(total)} million, ${millions(active)} of them active for a concept`],
        [
          'size',
          `dModel ${config.dModel}, ${config.experts} experts, top ${config.topK}, ${config.blocks} blocks, ` +
            `${config.dState} states; the original design has dModel 768, 8 experts of 4 blocks, 120 million parameters`,
        ],
        ['domains', config.domains.join(', ') || 'none'],
        ['weights', `${manifest.dtype}, ${(size / 1e6).toFixed(1)} MB, SHA-256 \`${sha256}\``],
        ['memory of a sequence', `${(stateBytes(config) / 1e3).toFixed(0)} kB, whatever its length`],
      ],
    ),
    data: [
      `${manifest.trainingData}. ${count(trained.size)} documents were seen in training and validation, by sentences`,
      `encoded with \`${training.encoder}\`; \`${TRAINED_FILE}\` has a hash of each, so that \`vmm eval\` leaves them out.`,
      `Split by document with seed ${training.split.seed}: ${percent(training.split.validation!)} for validation, ` +
        `${percent(training.split.test!)} for tests.`,
      ...(training.heldOut.length > 0 ? ['', `Held out whole: ${named(training.heldOut)}.`] : []),
      ...(training.reserved.length > 0
        ? ['', `Reserved for the model that judges texts: ${named(training.reserved)}.`]
        : []),
    ].join('\n'),
    training: trainingPart(training, metrics, WHOLE.plot, 'concepts', [
      ['batch', `${batch.rows * training.accumulate} concepts in windows of up to ${batch.window}`],
      [
        'losses',
        `${kept.map(([name, factor]) => `${factor} ${name}`).join(' + ')}; temperature ${losses.temperature}; ` +
          `candidates of other documents count ${losses.elsewhere}`,
      ],
      ['regularisation', noises.map(([name, amount]) => `${name} ${amount}`).join(', ') || 'none'],
    ]),
    evaluation: evaluationPart(evaluation),
    licence: `${manifest.licence}.`,
  }
}

function evaluationPart(evaluation: EvaluationFile): string {
  const {
    source,
    documents,
    positions,
    candidates,
    context,
    model,
    baselines,
    routing,
    nextSentence,
    written,
  } = evaluation
  const left = source.trained > 0 ? `; ${count(source.trained)} that training has seen are left out` : ''
  const row = (name: string, score: Score, margin: string[]) => [
    name,
    percent(score.contrastiveAccuracy),
    score.interval.map(percent).join(' … '),
    ...margin,
    score.cosine.toFixed(3),
    score.squaredError.toFixed(3),
  ]
  const lines = [
    `${count(positions)} sentences of ${count(documents)} documents of \`${basename(source.file)}\`${left}. Each is to be`,
    `told from ${(candidates.mean - 1).toFixed(1)} others of its document, after ${context} or more; chance is ` +
      `${percent(candidates.chance)}. Intervals are 95 %, by bootstrap over documents; those of margins are paired.`,
    '',
    table(
      ['', 'accuracy', 'interval', 'margin', 'interval', 'cosine', 'squared error'],
      [],
      [
        row('**this model**', model, ['', '']),
        ...Object.entries(baselines).map(([name, score]) =>
          row(name, score, [signed(score.margin.accuracy), score.margin.interval.map(signed).join(' … ')]),
        ),
      ],
    ),
  ]
  if (routing) {
    const { mutualInformation, shuffled, groups, largestLoad, load } = routing
    lines.push(
      '',
      `Routing: normalised mutual information of expert and book ${mutualInformation.toFixed(3)} over ${groups} books ` +
        `(${shuffled.mean.toFixed(3)} when books are shuffled, 95 % of the shuffles below ${shuffled.high.toFixed(3)}).`,
      `Load of the experts: ${load.map(percent).join(', ')}; the largest is ${largestLoad.toFixed(2)} times its share.`,
    )
  }
  if (nextSentence) {
    const { header, rows } = nextSentenceRows(nextSentence)
    lines.push('', table(header, [], rows), '', `Next sentences: ${aboutNextSentences(nextSentence)}.`)
  }
  if (written) {
    const { header, rows } = writtenRows(written)
    const samples = written.samples.map(
      ({ before, text, reference }) => `> ${before}\n>\n> written: ${text}\n>\n> true: ${reference}`,
    )
    lines.push(
      '',
      table(header, [], rows),
      '',
      `Written: ${aboutWritten(written)}.`,
      '',
      samples.join('\n\n'),
    )
  }
  return lines.join('\n')
}
