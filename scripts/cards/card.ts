// What the cards of all trained models have in common.
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { METRICS_FILE, PLOT_FILE } from '../../lib/train/core/loop.ts'
import { readMetrics } from '../../lib/train/core/metrics.ts'
import type { RunConfig } from '../../lib/train/core/run_config.ts'
import { count, facts, hours, millions, percent, table } from './markdown.ts'

/** How the card of a kind of model is made. */
export interface Card {
  /** Of the package's folder. */
  readonly name: string
  /** The folder of the bundle in that of a run, and the bundle's files. */
  readonly bundle: string
  readonly files: readonly string[]
  /** The runs that made it, each from what the one before has left. */
  readonly stages: readonly Stage[]
  /** The marked parts of the README. */
  parts(folder: string): Promise<Readonly<Record<string, string>>>
}

/** The files of a package that tell of a run: its config, its metrics and its plot. */
export interface Stage {
  readonly config: string
  readonly metrics: string
  readonly plot: string
}

/** The run of packages that were trained in one. */
export const WHOLE: Stage = { config: 'train.json', metrics: 'metrics.json', plot: 'loss.svg' }

/** What metrics.json keeps of a run's metrics. */
export interface RunMetrics {
  readonly steps: number
  /** Concepts or tokens that were trained on. */
  readonly count: number
  readonly seconds: number
  readonly evaluations: readonly {
    readonly step: number
    readonly loss: number
    readonly evaluation: Readonly<Record<string, number>>
  }[]
}

/** Takes bundle, plot and metrics of a training run over into a package: as the stage whose config names its folder. */
export async function takeRun({ bundle, files, stages }: Card, run: string, folder: string): Promise<void> {
  const outs = await Promise.all(
    stages.map(async ({ config }) => ((await readJson(join(folder, config))) as { out: string }).out),
  )
  const stage = stages[outs.indexOf(basename(run))]
  if (!stage) throw new Error(`${run}: no config of the package writes there, but ${outs.join(', ')}`)
  for (const name of files) await copyFile(join(run, bundle, name), join(folder, name))
  await copyFile(join(run, PLOT_FILE), join(folder, stage.plot))
  const lines = await readMetrics(join(run, METRICS_FILE))
  const total = (of: (line: (typeof lines)[number]) => number) =>
    lines.reduce((sum, line) => sum + of(line), 0)
  const metrics: RunMetrics = {
    steps: lines.at(-1)!.step,
    count: total((line) => line.count),
    seconds: Number(total((line) => line.count / line.perSecond).toPrecision(4)),
    evaluations: lines.flatMap(({ step, losses, evaluation }) =>
      evaluation ? [{ step, loss: losses.loss!, evaluation }] : [],
    ),
  }
  await writeFile(join(folder, stage.metrics), `${JSON.stringify(metrics, null, 2)}\n`)
}

/** The README of a package with its marked parts made anew. Throws where a file is missing or does not fit. */
export async function modelCard({ parts }: Card, folder: string): Promise<string> {
  const card = await readFile(join(folder, 'README.md'), 'utf8')
  const made = await parts(folder)
  const names = [...card.matchAll(/^<!-- card: (\w+) -->$/gm)].map(([, name]) => name!)
  const missing = Object.keys(made).filter((name) => !names.includes(name))
  if (missing.length > 0) throw new Error(`README.md has no part ${missing.join(', ')}`)
  return card.replace(/^<!-- card: (\w+) -->\n[\s\S]*?^<!-- end of card -->$/gm, (whole, name: string) =>
    name in made ? `<!-- card: ${name} -->\n${made[name]}\n<!-- end of card -->` : whole,
  )
}

/** How a model was trained: what its config says, and what was measured on the way. */
export function trainingPart(
  { seed, schedule, optimiser, compute, steps }: RunConfig,
  metrics: RunMetrics,
  plot: string,
  unit: string,
  about: readonly (readonly [string, string])[],
): string {
  if (metrics.steps !== steps)
    throw new Error(`the metrics are of ${metrics.steps} steps, the config of ${steps}`)
  return [
    facts([
      ['seed', String(seed)],
      ['steps', `${count(steps)}, ${millions(metrics.count)} million ${unit}`],
      [
        'time',
        `${hours(metrics.seconds)}, ${count(Math.round(metrics.count / metrics.seconds))} ${unit} a second`,
      ],
      ...about,
      [
        'learning rate',
        `${schedule.learningRate}, ${schedule.warmup} steps of warm-up, cosine decay to ${percent(schedule.final)}`,
      ],
      [
        'optimiser',
        `AdamW, β ${optimiser.beta1} and ${optimiser.beta2}, weight decay ${optimiser.weightDecay}, clipped at ${optimiser.clip}`,
      ],
      ['products', compute],
    ]),
    '',
    `![Losses and measures over the steps](${plot})`,
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
  ].join('\n')
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}
