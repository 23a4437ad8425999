import type { CliContext } from '../context.ts'

const BAR = 24
const TTY_INTERVAL = 100
const LINE_INTERVAL = 10_000

/** Tells on stderr how far something is: a bar on a terminal, a line every ten seconds elsewhere. */
export class Progress implements Disposable {
  readonly #label: string
  readonly #stderr: CliContext['stderr']
  readonly #bar: boolean
  #started = 0
  #startedAt = 0
  #shown = Number.NEGATIVE_INFINITY
  #drawn = false

  constructor(label: string, { stderr, env }: Pick<CliContext, 'stderr' | 'env'>) {
    this.#label = label
    this.#stderr = stderr
    this.#bar = stderr.isTTY && env.TERM !== 'dumb'
  }

  update(done: number, total?: number): void {
    const now = performance.now()
    if (this.#shown === Number.NEGATIVE_INFINITY) {
      this.#started = now
      this.#startedAt = done
      // The first line of a log comes after a while, the first bar at once.
      this.#shown = this.#bar ? now - TTY_INTERVAL : now
    }
    if (now - this.#shown < (this.#bar ? TTY_INTERVAL : LINE_INTERVAL) && !(this.#bar && done === total))
      return
    this.#shown = now
    const rate = (done - this.#startedAt) / Math.max((now - this.#started) / 1000, 1e-3)
    const text = `${this.#label}${progressText(done, total, rate, this.#bar)}`
    this.#drawn = this.#bar
    if (this.#bar) this.#stderr.redraw(text)
    else this.#stderr.write(`${text}\n`)
  }

  /** Removes the bar. */
  [Symbol.dispose](): void {
    if (this.#drawn) this.#stderr.redraw('')
    this.#drawn = false
  }
}

/** ` [######------] 12,000 of 34,343, 35 s left`; without a total `: 12,000, 512 a second`. */
export function progressText(done: number, total: number | undefined, rate: number, bar: boolean): string {
  const count = done.toLocaleString('en')
  if (total === undefined)
    return `: ${count}${rate > 0 ? `, ${Math.round(rate).toLocaleString('en')} a second` : ''}`
  const filled = total === 0 ? BAR : Math.min(BAR, Math.floor((BAR * done) / total))
  const picture = bar ? ` [${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ` : ': '
  const left = rate > 0 && done < total ? `, ${timeText((total - done) / rate)} left` : ''
  return `${picture}${count} of ${total.toLocaleString('en')}${left}`
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`
}
