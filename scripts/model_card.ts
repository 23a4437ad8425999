// The model card of a predictor's package, from the files in it.
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { readManifest } from '../lib/bundle/manifest.ts'
import type { Score } from '../lib/evaluate/compare.ts'
import type { PredictorEvaluation } from '../lib/evaluate/evaluate.ts'
import { readTrained, TRAINED_FILE } from '../lib/evaluate/trained.ts'
import { stateBytes } from '../lib/models/predictor/advance.ts'
import { predictorConfig } from '../lib/models/predictor/config.ts'
import { parameterCounts } from '../lib/models/predictor/parameters.ts'
import { WEIGHTS_FILE } from '../lib/models/save_bundle.ts'
import { METRICS_FILE, PLOT_FILE } from '../lib/train/loop.ts'
import { readMetrics } from '../lib/train/metrics.ts'
import { BUNDLE_FOLDER } from '../lib/train/predictor.ts'
import { predictorTraining } from '../lib/train/predictor_config.ts'

/** What metrics.json keeps of a run's metrics. */
interface RunMetrics {
  readonly steps: number
  readonly concepts: number
  readonly seconds: number
  readonly evaluations: readonly {
    readonly step: number
    readonly loss: number
    readonly evaluation: Readonly<Record<string, number>>
  }[]
}

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
}

/** Takes bundle, plot and metrics of a training run over into a package. */
export async function takeRun(run: string, folder: string): Promise<void> {
  const { batch, accumulate } = predictorTraining(await readJson(join(folder, 'train.json')))
  for (const name of ['bundle.json', WEIGHTS_FILE, TRAINED_FILE])
    await copyFile(join(run, BUNDLE_FOLDER, name), join(folder, name))
  await copyFile(join(run, PLOT_FILE), join(folder, 'loss.svg'))
  const lines = await readMetrics(join(run, METRICS_FILE))
  const perStep = batch.rows * accumulate
  const metrics: RunMetrics = {
    steps: lines.at(-1)!.step,
    concepts: lines.length * perStep,
    seconds: Number(lines.reduce((sum, { perSecond }) => sum + perStep / perSecond, 0).toPrecision(4)),
    evaluations: lines.flatMap(({ step, losses, evaluation }) =>
      evaluation ? [{ step, loss: losses.loss!, evaluation }] : [],
    ),
  }
  await writeFile(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`)
}

/** The README of a package with its marked parts made anew. Throws where a file is missing or does not fit. */
export async function modelCard(folder: string): Promise<string> {
  const card = await readFile(join(folder, 'README.md'), 'utf8')
  const parts = await cardParts(folder)
  const names = [...card.matchAll(/^<!-- card: (\w+) -->$/gm)].map(([, name]) => name!)
  const missing = Object.keys(parts).filter((name) => !names.includes(name))
  if (missing.length > 0) throw new Error(`README.md has no part ${missing.join(', ')}`)
  return card.replace(/^<!-- card: (\w+) -->\n[\s\S]*?^<!-- end of card -->$/gm, (whole, name: string) =>
    name in parts ? `<!-- card: ${name} -->\n${parts[name]}\n<!-- end of card -->` : whole,
  )
}

async function cardParts(folder: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await readManifest(folder)
  const evaluation = (await readJson(join(folder, 'evaluation.json'))) as EvaluationFile
  const metrics = (await readJson(join(folder, 'metrics.json'))) as RunMetrics
  const training = predictorTraining(await readJson(join(folder, 'train.json')))
  const trained = await readTrained(join(folder, TRAINED_FILE))
  const { sha256 } = manifest.files[WEIGHTS_FILE]!
  if (isAbsolute(evaluation.source.file))
    throw new Error('evaluation.json has the path of a machine: run vmm eval in the folder of the documents')
  if (metrics.steps !== training.steps)
    throw new Error(`metrics.json is of ${metrics.steps} steps, train.json of ${training.steps}`)
  const { size } = await stat(join(folder, WEIGHTS_FILE))

  const config = predictorConfig(manifest.config)
  const { total, active } = parameterCounts(config)
  const { losses, batch, schedule, optimiser, regularisation } = training
  const settings = ['temperature', 'elsewhere']
  const kept = Object.entries(losses).filter(([name, factor]) => !settings.includes(name) && factor > 0)
  const noises = Object.entries(regularisation).filter(([, amount]) => amount > 0)
  return {
    model: table(
      ['', ''],
      ['---', '---'],
      [
        ['variant', config.variant],
        ['reads and predicts', `vectors of \`${manifest.space}\`, ${config.dims} numbers`],
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
    ].join('\n'),
    training: [
      table(
        ['', ''],
        ['---', '---'],
        [
          ['seed', String(training.seed)],
          ['steps', `${count(metrics.steps)}, ${millions(metrics.concepts)} million concepts`],
          [
            'time',
            `${hours(metrics.seconds)}, ${count(Math.round(metrics.concepts / metrics.seconds))} concepts a second`,
          ],
          ['batch', `${batch.rows * training.accumulate} concepts in windows of up to ${batch.window}`],
          [
            'losses',
            `${kept.map(([name, factor]) => `${factor} ${name}`).join(' + ')}; temperature ${losses.temperature}; ` +
              `candidates of other documents count ${losses.elsewhere}`,
          ],
          ['regularisation', noises.map(([name, amount]) => `${name} ${amount}`).join(', ') || 'none'],
          [
            'learning rate',
            `${schedule.learningRate}, ${schedule.warmup} steps of warm-up, cosine decay to ${percent(schedule.final)}`,
          ],
          [
            'optimiser',
            `AdamW, β ${optimiser.beta1} and ${optimiser.beta2}, weight decay ${optimiser.weightDecay}, clipped at ${optimiser.clip}`,
          ],
          ['products', training.compute],
        ],
      ),
      '',
      '![Losses and measures over the steps](loss.svg)',
      '',
      table(
        ['step', 'loss', ...Object.keys(metrics.evaluations.at(-1)?.evaluation ?? {})],
        [],
        metrics.evaluations.map(({ step, loss, evaluation }) => [
          String(step),
          loss.toFixed(3),
          ...Object.values(evaluation).map((value) => value.toFixed(3)),
        ]),
      ),
    ].join('\n'),
    evaluation: evaluationPart(evaluation),
    licence: `${manifest.licence}.`,
  }
}

function evaluationPart(evaluation: EvaluationFile): string {
  const { source, documents, positions, candidates, context, model, baselines, routing } = evaluation
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
  return lines.join('\n')
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}

/** A table of Markdown; numbers to the right unless `align` says otherwise. */
function table(
  head: readonly string[],
  align: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const rules = head.map((_, i) => align[i] ?? (i === 0 ? '---' : '--:'))
  return [head, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const count = (n: number) => n.toLocaleString('en')
const millions = (n: number) => (n / 1e6).toFixed(1)
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const signed = (share: number) => `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)}`
const hours = (seconds: number) => `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
