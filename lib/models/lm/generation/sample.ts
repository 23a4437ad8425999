import { randomNumbers } from '../../../ops/random_numbers.ts'
import type { NextLogits } from '../decoding/decoding.ts'
import { drawToken, likeliest } from './draw.ts'
import type { Drawing } from './options.ts'
import { type Child, endOf, extended, type Rules, type Search, type WrittenText, written } from './search.ts'

/** The logits of tokens that are punished after a text, by its place among those that are being written; see drawToken. */
export type Penalised = (place: number, next: NextLogits) => ReadonlyMap<number, number>

/**
 * Texts that are written one beside another: the likeliest token each time, or drawn ones. Text i draws from stream i of the
 * seed, whatever else is in the batch.
 */
export function sampleSearch(
  rules: Rules,
  samples: number,
  drawing: Drawing | null,
  penalised: Penalised,
): Search {
  const streams = drawing && Array.from({ length: samples }, (_, i) => randomNumbers(drawing.seed, i))
  const found: (WrittenText | null)[] = Array.from({ length: samples }, () => null)
  let owners: readonly number[] | null = null
  return {
    get found() {
      return found.flatMap((text) => text ?? [])
    },
    expand: (active, next) => {
      const places = owners ?? found.map((_, i) => i)
      const [children, going]: [Child[], number[]] = [[], []]
      for (const [i, owner] of places.entries()) {
        const parent = owners === null ? 0 : i
        const text = active[parent]!
        const own = next[parent]!
        const { token, logProb } =
          streams === null
            ? likeliest(own)
            : drawToken(own, drawing!, streams[owner]!.next(), () => penalised(parent, own))
        const longer = extended(text, token, logProb, rules)
        const ended = endOf(longer, rules)
        if (ended !== null) found[owner] = written(longer, ended, longer.score, rules)
        else {
          children.push({ ...longer, parent })
          going.push(owner)
        }
      }
      owners = going
      return children
    },
  }
}
