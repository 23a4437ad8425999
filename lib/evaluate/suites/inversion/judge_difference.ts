import { type BootstrapOptions, bootstrap, type Interval } from '../../metrics/bootstrap.ts'
import type { TextLanguage } from './score.ts'

/** What texts cost a language model that has nothing to do with them, beside human text. */
export interface JudgeDifference {
  /** Mean nats of a token more than those of human text; less than 0 where it is fewer. */
  readonly nats: number
  /** The same, over the nats of human text. */
  readonly share: number
  /** 95 % interval of the share, over sentences. */
  readonly interval: Interval
}

/** Texts beside the human text of the same sentences; undefined where not all of them were judged. */
export function judgeDifference(
  texts: readonly TextLanguage[],
  human: readonly TextLanguage[],
  options: BootstrapOptions,
): JudgeDifference | undefined {
  const judged = (some: readonly TextLanguage[]) => some.flatMap(({ judgeNll }) => judgeNll ?? [])
  const [own, wanted] = [judged(texts), judged(human)]
  if (own.length < texts.length || wanted.length < human.length) return undefined
  const share = (times: ArrayLike<number>): number => {
    let [found, base] = [0, 0]
    for (const [i, nll] of own.entries()) {
      found += times[i]! * nll
      base += times[i]! * wanted[i]!
    }
    return found === base ? 0 : (found - base) / base
  }
  const nats = own.reduce((sum, nll, i) => sum + nll - wanted[i]!, 0) / own.length
  const [interval] = bootstrap(own.length, (times) => [share(times)], options)
  return { nats, share: share(own.map(() => 1)), interval: interval! }
}
