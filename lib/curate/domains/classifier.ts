import type { Domains } from '../../concepts/domains/domains.ts'
import { learnDomains } from '../../concepts/domains/learn.ts'
import { readWordNet } from '../../concepts/wordnet/synsets.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { cosine } from '../../core/similarity.ts'
import { requireSameSpace } from '../../core/space.ts'
import type { Vectors } from '../../core/vectors.ts'
import { type Agreement, labelAgreement } from './agreement.ts'
import { DESIGN_DOMAINS, type DomainDescriptions } from './design_domains.ts'
import { keywordMatcher } from './keywords.ts'
import { keywordTexts, type LabelledText, topicTexts } from './labelled_texts.ts'

/** Scores of texts for domains, of any size, one record for each text; an empty one says nothing. A language model's, for instance. */
export type DomainScorer = (
  texts: readonly string[],
  options: CallOptions,
) => Promise<readonly Readonly<Record<string, number>>[]>

/** What concepts are classified by. */
export interface DomainClassifierOptions extends CallOptions {
  /** Encodes texts, at least those that tell the domains. */
  readonly encoder: Pick<Encoder, 'space' | 'dims' | 'encode'>
  /** Default: the eight of `DESIGN_DOMAINS`. At least two. */
  readonly domains?: DomainDescriptions | undefined
  /** Texts of known domains, besides those that are made of keywords. Default: the definitions of WordNet under the domains' topics. */
  readonly examples?: readonly LabelledText[] | undefined
  /** Scores of somebody else, which then count as much as all of ours. */
  readonly scorer?: DomainScorer | undefined
}

/** The domains of a text. */
export interface DomainClassification {
  /** The domain of the largest score. */
  readonly primary: string
  /** Its score. */
  readonly confidence: number
  /** How much larger it is than the next one. */
  readonly margin: number
  /** For each domain 0 … 1; they sum to 1. */
  readonly scores: Readonly<Record<string, number>>
  /** All domains whose scores are at least half of the largest, that one first. */
  readonly labels: readonly string[]
  /** Parts of the primary domain whose keywords the text has, the most first. */
  readonly subdomains: readonly string[]
}

/** How texts are classified. */
export interface ClassifyOptions extends CallOptions {
  /** The vectors of the texts, where they are there. Default: the encoder makes them. */
  readonly vectors?: Vectors | undefined
}

/** Tells the domains of texts. */
export interface DomainClassifier {
  /** Their centroids in the encoder's space. */
  readonly domains: Domains
  /**
   * Throws VmmError BAD_ARGUMENT for what are no texts, and for vectors that are not as many; SPACE_MISMATCH for vectors of another
   * space; the signal's reason.
   */
  classify(texts: readonly string[], options?: ClassifyOptions): Promise<DomainClassification[]>
  /** How often the scorer had the same primary domain as we, of all texts so far; null without a scorer. */
  agreement(): Agreement | null
}

const OPTIONS = {
  ...CALL_OPTIONS,
  encoder: true,
  domains: true,
  examples: true,
  scorer: true,
} as const satisfies OptionNames<DomainClassifierOptions>

const SIMILARITY = 0.7
const KEYWORDS = 0.3
/** Maximises the likelihood of WordNet's topics that were held out, and makes the confidence about as large as the share that is right. */
const TEMPERATURE = 0.12
/** Of the largest score, for another label. */
const LABEL = 0.5

/**
 * A classifier of concepts by 0.7 · similarity + 0.3 · keywords. The similarity is the cosine between a text's vector and a domain's
 * centroid, both seen from the mean of all centroids, so that what all texts have in common does not count; the keywords are the
 * domain's share of those in the text. Scores are the softmax of that.
 *
 * Centroids are learned from keywords and from definitions of WordNet: some 6,000 texts are encoded when it is opened.
 *
 * @throws VmmError BAD_ARGUMENT for fewer than two domains, for examples of others, and for options that are none; NOT_FOUND without
 *   WordNet where there are no examples; the signal's reason
 * @example
 * ```js
 * import { vectorsFrom } from 'vector-mamba'
 * import { openDomainClassifier } from 'vector-mamba/curate'
 *
 * // In place of a model, for the example to be quick: a text's vector counts two of its letters.
 * const encoder = {
 *   space: 'letters-2',
 *   dims: 2,
 *   encode: async (texts) => {
 *     const rows = texts.flatMap((text) => [text.split('s').length, text.split('l').length])
 *     return { vectors: vectorsFrom(Float32Array.from(rows), 2, 'letters-2'), truncated: [], tokens: null }
 *   },
 * }
 * const domains = {
 *   sea: { ships: { keywords: ['ship', 'sail', 'vessel'] } },
 *   law: { courts: { keywords: ['court', 'legal', 'lawful'] } },
 * }
 * const classifier = await openDomainClassifier({ encoder, domains, examples: [] })
 * const [one] = await classifier.classify(['Ships set their sails.'])
 * console.log(one.primary, one.subdomains, one.confidence > 0.9) // sea [ 'ships' ] true
 * ```
 */
export async function openDomainClassifier(options: DomainClassifierOptions): Promise<DomainClassifier> {
  refuseUnknown(options, OPTIONS)
  const { encoder, domains = DESIGN_DOMAINS, scorer, examples, ...call } = options
  checkRunOptions(call)
  const names = checkedNames(domains)
  for (const [i, { domain }] of (examples ?? []).entries())
    check(names.includes(domain), `examples[${i}].domain`, domain, names.join(', '))
  const labelled = [...keywordTexts(domains), ...(examples ?? topicTexts(domains, await readWordNet()))]
  const { vectors } = await encoder.encode(
    labelled.map(({ text }) => text),
    call,
  )
  const labels = labelled.map(({ domain }) => domain)
  const learned = learnDomains(vectors, labels, { texts: labelled.map(({ text }) => text) })
  const similarities = similarityTo(learned, names)
  const matches = keywordMatcher(domains)
  const primaries: { readonly ours: string[]; readonly theirs: string[] } = { ours: [], theirs: [] }
  return {
    domains: learned,
    classify: async (texts, more = {}) => {
      refuseUnknown(more, { ...CALL_OPTIONS, vectors: true })
      const { vectors: given, ...run } = more
      checkRunOptions(run)
      check(
        Array.isArray(texts) && texts.every((one) => typeof one === 'string'),
        'texts',
        texts,
        'an array of strings',
      )
      if (texts.length === 0) return []
      const rows = given ?? (await encoder.encode(texts, run)).vectors
      requireSameSpace(rows, encoder)
      check(rows.count === texts.length, 'vectors', rows.count, `${texts.length}, one for each text`)
      const others = await scoresOf(scorer, texts, run)
      return texts.map((text, i) => {
        const found = matches(text)
        const cosines = similarities(rows.row(i))
        const ours = softmax(
          cosines.map((c, d) => (SIMILARITY * c + KEYWORDS * found[d]!.share) / TEMPERATURE),
        )
        const theirs = shares(others?.[i] ?? {}, names)
        if (theirs !== null) {
          primaries.ours.push(names[largest(ours)]!)
          primaries.theirs.push(names[largest(theirs)]!)
        }
        const scores = theirs === null ? ours : ours.map((share, d) => (share + theirs[d]!) / 2)
        return classificationOf(names, scores, (d) => found[d]!.subdomains)
      })
    },
    agreement: () => (scorer === undefined ? null : labelAgreement(primaries.ours, primaries.theirs)),
  }
}

function checkedNames(domains: DomainDescriptions): string[] {
  check(typeof domains === 'object' && domains !== null, 'domains', domains, 'an object of domains')
  const names = Object.keys(domains)
  if (names.length < 2) throw badArgument('domains', `${names.length} domains`, 'at least two')
  for (const name of names)
    for (const [part, description] of Object.entries(domains[name]!)) {
      const path = `domains.${name}.${part}`
      check(Array.isArray(description?.keywords), path, description, 'an object with keywords')
      for (const keyword of description.keywords)
        check(typeof keyword === 'string' && keyword.trim() !== '', `${path}.keywords`, keyword, 'words')
    }
  const empty = names.find((name) => Object.keys(domains[name]!).length === 0)
  if (empty !== undefined) throw badArgument(`domains.${empty}`, 'no subdomain', 'at least one')
  return names
}

/** The cosines of a vector with the centroids, seen from their mean. */
function similarityTo({ all, dims }: Domains, names: readonly string[]): (vector: Float32Array) => number[] {
  const centroids = names.map((name) => all.find((domain) => domain.name === name)!.centroid)
  const mean = new Float32Array(dims)
  for (const centroid of centroids) for (let i = 0; i < dims; i++) mean[i]! += centroid[i]! / centroids.length
  const fromMean = (vector: Float32Array) => vector.map((x, i) => x - mean[i]!)
  const directions = centroids.map(fromMean)
  return (vector) => {
    const from = fromMean(vector)
    return directions.map((direction) => cosine(direction, from))
  }
}

async function scoresOf(scorer: DomainScorer | undefined, texts: readonly string[], run: CallOptions) {
  if (scorer === undefined) return null
  const scores = await scorer(texts, run)
  if (!Array.isArray(scores) || scores.length !== texts.length)
    throw badArgument('scorer', describe(scores), `${texts.length} records, one for each text`)
  return scores
}

/** Scores for the domains that sum to 1; null where there is no score above 0 for any. */
function shares(scores: Readonly<Record<string, number>>, names: readonly string[]): number[] | null {
  const own = names.map((name) => (Object.hasOwn(scores, name) ? scores[name]! : 0))
  const usable = own.map((score) => (Number.isFinite(score) && score > 0 ? score : 0))
  const sum = usable.reduce((a, b) => a + b, 0)
  return sum > 0 && Number.isFinite(sum) ? usable.map((score) => score / sum) : null
}

function classificationOf(
  names: readonly string[],
  scores: readonly number[],
  subdomainsOf: (domain: number) => readonly string[],
): DomainClassification {
  const order = [...names.keys()].sort((a, b) => scores[b]! - scores[a]!)
  const [first, second] = order as [number, number]
  return {
    primary: names[first]!,
    confidence: scores[first]!,
    margin: scores[first]! - scores[second]!,
    scores: Object.fromEntries(names.map((name, i) => [name, scores[i]!])),
    labels: order.filter((d) => scores[d]! >= LABEL * scores[first]!).map((d) => names[d]!),
    subdomains: subdomainsOf(first),
  }
}

const largest = (values: readonly number[]) => values.indexOf(Math.max(...values))

function softmax(values: readonly number[]): number[] {
  const top = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - top))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}
