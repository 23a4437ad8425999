import { createHash } from 'node:crypto'
import { check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkSeed, randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'

/** What a rater is asked about a text: whether it says the same as the reference, or what may come next after it. */
export type AnnotationTask = 'same' | 'next'

/** A text that is to be rated, and who wrote it. */
export interface SystemText {
  /** What the text is read beside. */
  readonly reference: string
  readonly text: string
  /** What wrote it. */
  readonly system: string
  /** What sort of reference it is, where there are several. */
  readonly kind?: string | undefined
  /** Of the text's vector with the one that was asked for. */
  readonly cosine?: number | undefined
}

/** What a rater sees: nothing tells the system, the cosine, or that a pair was there before. */
export interface AnnotationItem {
  /** Opaque, and unique in all files. */
  readonly item: string
  readonly task: AnnotationTask
  readonly reference: string
  readonly text: string
}

/** What raters do not see of an item. */
export interface AnnotationKey {
  readonly item: string
  /** The same for all items of this reference and text. */
  readonly pair: string
  readonly kind?: string
  /** All that have written this text. */
  readonly systems: readonly { readonly system: string; readonly cosine?: number }[]
}

/** Items in the order in which they are shown, and what belongs to each, in the same order. */
export interface Annotation {
  readonly items: readonly AnnotationItem[]
  readonly key: readonly AnnotationKey[]
}

/** Which texts are rated, and how often. */
export interface AnnotationOptions {
  /** Default `same`. */
  readonly task?: AnnotationTask | undefined
  /** References at most, drawn by the seed, each with the texts of all systems. Default all. */
  readonly references?: number | undefined
  /** Share of the pairs that are shown twice, 0 … 1/3. Default 0.1. */
  readonly repeats?: number | undefined
  /** Decides what is drawn, and the order. Default 0. */
  readonly seed?: number | undefined
}

const OPTIONS = {
  task: true,
  references: true,
  repeats: true,
  seed: true,
} as const satisfies OptionNames<AnnotationOptions>

/** Lower streams of the seed are those of reports and of the sentences that are drawn for them. */
const STREAM = 3

type Pair = Omit<AnnotationKey, 'item'> & Omit<AnnotationItem, 'item'>

/**
 * Items for blind ratings, in an order drawn from the seed. Where systems have written the same text of a reference, it is
 * one pair. Some pairs come twice, once in the first third and once in the last, so that a rater's own consistency can be told.
 *
 * @throws VmmError BAD_ARGUMENT for no text, and for options out of range
 * @example
 * ```js
 * import { drawAnnotation } from 'vector-mamba/evaluate'
 *
 * const reference = 'The cat sleeps.'
 * const { items, key } = drawAnnotation([
 *   { reference, text: 'A cat is asleep.', system: 'refined', cosine: 0.9 },
 *   { reference, text: 'A dog barks.', system: 'beam', cosine: 0.4 },
 *   { reference, text: 'A dog barks.', system: 'nearest', cosine: 0.4 },
 * ])
 * console.log(items.map(({ text }) => text).sort()) // [ 'A cat is asleep.', 'A dog barks.' ]
 * console.log(key.map(({ systems }) => systems.length).sort()) // [ 1, 2 ]
 * ```
 */
export function drawAnnotation(texts: readonly SystemText[], options: AnnotationOptions = {}): Annotation {
  refuseUnknown(options, OPTIONS)
  const { task = 'same', references, repeats = 0.1, seed = 0 } = options
  check(['same', 'next'].includes(task), 'task', task, 'same, next')
  check(
    references === undefined || (Number.isInteger(references) && references > 0),
    'references',
    references,
    'a whole number of 1 or more',
  )
  check(repeats >= 0 && repeats <= 1 / 3, 'repeats', repeats, 'a number from 0 to 1/3')
  checkSeed(seed)
  check(Array.isArray(texts) && texts.length > 0, 'texts', texts, 'an array of at least one text')
  const numbers = randomNumbers(seed, STREAM)
  const shuffled = <T>(list: readonly T[]) =>
    Array.from(sampleWithout(numbers, list.length, list.length), (i) => list[i]!)
  const known = [...new Set(texts.map(({ reference }) => reference))]
  const drawn = new Set(
    Array.from(sampleWithout(numbers, references ?? known.length, known.length), (i) => known[i]!),
  )
  const pairs = shuffled(
    pairsOf(
      texts.filter(({ reference }) => drawn.has(reference)),
      task,
    ),
  )
  const third = Math.floor(pairs.length / 3)
  const early = pairs.slice(0, third)
  const late = pairs.slice(pairs.length - third)
  const again = shuffled(early).slice(0, Math.ceil(repeats * pairs.length))
  const order = [...pairs.slice(0, pairs.length - third), ...shuffled([...late, ...again])]
  const seen = new Set<string>()
  const key = order.map(({ pair, kind, systems }): AnnotationKey => {
    const item = hashOf([pair, seed, seen.has(pair)])
    seen.add(pair)
    return { item, pair, ...(kind !== undefined && { kind }), systems }
  })
  const items = order.map(({ reference, text }, i) => ({ item: key[i]!.item, task, reference, text }))
  return { items, key }
}

function pairsOf(texts: readonly SystemText[], task: AnnotationTask): Pair[] {
  const pairs = new Map<string, Pair & { readonly systems: { system: string; cosine?: number }[] }>()
  for (const { reference, text, system, kind, cosine } of texts) {
    const pair = hashOf([task, reference, text])
    const found = pairs.get(pair) ?? {
      pair,
      task,
      reference,
      text,
      ...(kind !== undefined && { kind }),
      systems: [],
    }
    pairs.set(pair, found)
    if (!found.systems.some((other) => other.system === system))
      found.systems.push({ system, ...(cosine !== undefined && { cosine }) })
  }
  return [...pairs.values()]
}

function hashOf(content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}
