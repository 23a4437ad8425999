// WordNet's meanings as candidates, a fifth of which has the definition of another meaning under its words and relations.

import { edgesOf } from '../../../lib/concepts/wordnet/relations.ts'
import { readWordNet } from '../../../lib/concepts/wordnet/synsets.ts'
import type { Encoder } from '../../../lib/core/encoder.ts'
import type { CallOptions } from '../../../lib/core/run_options.ts'
import type { CrystalInput } from '../../../lib/curate/crystallise/crystallise.ts'
import { randomNumbers, sampleWithout } from '../../../lib/ops/random_numbers.ts'

export interface PlantedNoise {
  readonly input: CrystalInput
  /** Which candidates are wrong. */
  readonly wrong: ReadonlySet<number>
}

/** Relations that say where a word is used, not what it means. */
const LOOSE = /topic|usage|region/
/** Words of a meaning that its name is made of. */
const NAMES = 3

/**
 * The `count` meanings that tagged texts have most often; the more of them, the more of their relations are there.
 *
 * @param share of candidates that get a wrong definition
 */
export async function plantedNoise(
  encoder: Encoder,
  count: number,
  share: number,
  seed: number,
  options: CallOptions = {},
): Promise<PlantedNoise> {
  const all = [...(await readWordNet())].sort((a, b) => b.tagCount - a.tagCount || (a.id < b.id ? -1 : 1))
  const synsets = all.slice(0, count)
  const numbers = randomNumbers(seed)
  const wrong = new Set(sampleWithout(numbers, Math.round(share * synsets.length), synsets.length))
  const definitions = synsets.map(({ definition }, i) => {
    if (!wrong.has(i)) return definition
    for (;;) {
      const other = synsets[numbers.below(synsets.length)]!.definition
      if (other !== definition) return other
    }
  })
  const places = new Map(synsets.map(({ id }, place) => [id, place]))
  const relations = synsets.flatMap((synset, source) =>
    edgesOf(synset).flatMap(({ type, target: id, weight }) => {
      const target = places.get(id)
      return target === undefined || LOOSE.test(type)
        ? []
        : [{ source, target, type, weight, accepted: null }]
    }),
  )
  const names = synsets.map(({ words }) => words.slice(0, NAMES).join(', '))
  const { vectors } = await encoder.encode(definitions, options)
  const { vectors: formVectors } = await encoder.encode(names, options)
  const candidates = synsets.map(({ words, tagCount }) => ({
    forms: words,
    confidence: (tagCount + 1) / (tagCount + 2),
  }))
  return { input: { candidates, vectors, formVectors, relations }, wrong }
}

/** Which share of the wrong candidates is gone, and of the others there. */
export function noiseRemoved(
  removed: readonly { readonly members: readonly number[] }[],
  { input, wrong }: PlantedNoise,
): { readonly removed: number; readonly kept: number } {
  const gone = removed.flatMap(({ members }) => members)
  const goneWrong = gone.filter((candidate) => wrong.has(candidate)).length
  return {
    removed: goneWrong / wrong.size,
    kept: 1 - (gone.length - goneWrong) / (input.candidates.length - wrong.size),
  }
}
