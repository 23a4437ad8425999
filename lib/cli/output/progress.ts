import type { CliContext } from '../context.ts'

const BAR = 24
const TTY_INTERVAL = 100
const LINE_INTERVAL = 10_000
/** A bar of something that seldom moves is drawn again, so that it shows the time. */
const TICK = 1000

/** Tells on stderr how far something is: a bar on a terminal, a line every ten seconds elsewhere. */
export class Progress implements Disposable {
  readonly #label: string
  readonly #stderr: CliContext['stderr']
  readonly #bar: boolean
  #begun = 0
  #begunAt = 0
  #done = 0
  #total: number | undefined
  #shown = Number.NEGATIVE_INFINITY
  #drawn = false
  #timer: NodeJS.Timeout | undefined

  constructor(label: string, { stderr, env }: Pick<CliContext, 'stderr' | 'env'>) {
    this.#label = label
    this.#stderr = stderr
    this.#bar = stderr.isTTY && env.TERM !== 'dumb'
  }

  /** For what seldom moves: tells at once that nothing of so many is done, and then again and again for how long. */
  begin(total: number): void {
    this.#begun = performance.now()
    this.#total = total
    this.#show()
    this.#timer = setInterval(() => this.#show(), this.#bar ? TICK : LINE_INTERVAL).unref()
  }

  update(done: number, total?: number): void {
    const now = performance.now()
    if (this.#shown === Number.NEGATIVE_INFINITY) {
      this.#begun = now
      this.#begunAt = done
      // The first line of a log comes after a while, the first bar at once.
      this.#shown = this.#bar ? now - TTY_INTERVAL : now
    }
    this.#done = done
    this.#total = total
    if (now - this.#shown < (this.#bar ? TTY_INTERVAL : LINE_INTERVAL) && !(this.#bar && done === total))
      return
    this.#show()
  }

  #show(): void {
    const now = performance.now()
    this.#shown = now
    const seconds = (now - this.#begun) / 1000
    const rate = (this.#done - this.#begunAt) / Math.max(seconds, 1e-3)
    const waited = this.#done === 0 && seconds >= 1 ? `, ${timeText(Math.floor(seconds))} so far` : ''
    const text = `${this.#label}${progressText(this.#done, this.#total, rate, this.#bar)}${waited}`
    this.#drawn = this.#bar
    if (this.#bar) this.#stderr.redraw(text)
    else this.#stderr.write(`${text}\n`)
  }

  /** Removes the bar. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
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
