import type { TrainProgress } from '../../train/core/loop.ts'
import type { CliContext } from '../context.ts'
import { progressText } from './progress.ts'

const TTY_INTERVAL = 200
const LINE_INTERVAL = 10_000
/** Blocks in the picture of all losses so far: each is the mean of its share of them. */
const PICTURE = 16
/** Means that are kept for it at most, however long a run is. */
const MOST_MEANS = 32 * PICTURE
const BLOCKS = '▁▂▃▄▅▆▇█'

/**
 * Tells on stderr how a training goes: one line that is drawn again on a terminal, a line every ten seconds elsewhere,
 * and a line of its own for each evaluation.
 */
export class TrainingDisplay implements Disposable {
  readonly #unit: string
  readonly #stderr: CliContext['stderr']
  readonly #live: boolean
  readonly #losses = courseOf()
  #first: { readonly step: number; readonly at: number } | null = null
  #perSecond = 0
  #shown = Number.NEGATIVE_INFINITY
  #drawn = false

  /** @param unit what the data are counted in */
  constructor(unit: string, { stderr, env }: Pick<CliContext, 'stderr' | 'env'>) {
    this.#unit = unit
    this.#stderr = stderr
    this.#live = stderr.isTTY && env.TERM !== 'dumb'
  }

  update(progress: TrainProgress): void {
    const { step, steps, losses, learningRate, perSecond, evaluation } = progress
    const now = performance.now()
    this.#first ??= { step: step - 1, at: now }
    this.#losses.add(losses.loss!)
    this.#perSecond = this.#perSecond === 0 ? perSecond : 0.95 * this.#perSecond + 0.05 * perSecond
    if (evaluation) this.#line(`step ${step}: ${numbers(evaluation)}`)
    if (now - this.#shown < (this.#live ? TTY_INTERVAL : LINE_INTERVAL) && step !== steps) return
    this.#shown = now
    const rate = (step - this.#first.step) / Math.max((now - this.#first.at) / 1000, 1e-3)
    const picture = this.#live ? ` ${sparkline(this.#losses.means)}` : ''
    const text =
      `Training${progressText(step, steps, rate, this.#live)}, loss ${losses.loss!.toFixed(4)}${picture}` +
      `, lr ${learningRate.toExponential(1)}, ${Math.round(this.#perSecond).toLocaleString('en')} ${this.#unit}/s`
    if (!this.#live) this.#stderr.write(`${text}\n`)
    else {
      this.#stderr.redraw(text)
      this.#drawn = true
    }
  }

  /** Removes the line that is drawn again. */
  [Symbol.dispose](): void {
    if (this.#drawn) this.#stderr.redraw('')
    this.#drawn = false
  }

  #line(text: string): void {
    this[Symbol.dispose]()
    this.#stderr.write(`${text}\n`)
  }
}

/** `loss 4.2, accuracy 0.31` */
export function numbers(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ')
}

/** The course of numbers that come one after another, as means of equally many: of twice as many when they become many. */
export function courseOf(): { readonly means: readonly number[]; add(value: number): void } {
  const means: number[] = []
  let each = 1
  let sum = 0
  let count = 0
  return {
    means,
    add: (value) => {
      sum += value
      if (++count < each) return
      means.push(sum / each)
      sum = count = 0
      if (means.length < MOST_MEANS) return
      for (let i = 0; i < MOST_MEANS / 2; i++) means[i] = (means[2 * i]! + means[2 * i + 1]!) / 2
      means.length = MOST_MEANS / 2
      each *= 2
    },
  }
}

/** The course of some numbers as a few block characters, each the mean of its share. */
export function sparkline(values: readonly number[]): string {
  const count = Math.min(PICTURE, values.length)
  const means = Array.from({ length: count }, (_, i) => {
    const some = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    )
    return some.reduce((sum, value) => sum + value, 0) / some.length
  })
  const [low, high] = [Math.min(...means), Math.max(...means)]
  return means
    .map((mean) => BLOCKS[high > low ? Math.floor(((mean - low) / (high - low)) * 7.999) : 0]!)
    .join('')
}
