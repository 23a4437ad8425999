import { byStretches, type IsSeam } from '../../steps.ts'
import { checkLength } from '../bounds.ts'
import type { Normalizer } from '../parts.ts'

/** A normalizer that makes of the stretches of a text between such places what it makes of the text. */
export function byStretchesOf(isSeam: IsSeam, whole: Normalizer['whole']): Normalizer {
  return {
    whole,
    inSteps(text, argument, units) {
      let length = 0
      return byStretches(text, units, isSeam, (stretch) => {
        const normal = whole(stretch, argument)
        length += normal.length
        checkLength(length, argument)
        return normal
      })
    },
  }
}

/** A normalizer that reads no more of a text than its ends. */
export function atOnce(whole: Normalizer['whole']): Normalizer {
  return {
    whole,
    *inSteps(text, argument) {
      yield 1
      return whole(text, argument)
    },
  }
}

export const UNCHANGED: Normalizer = atOnce((text) => text)
